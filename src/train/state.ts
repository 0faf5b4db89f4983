/** The values that training carries from step to step, between the model that they start from and the one they end in. */
import { zeros } from "../graph/graph.js";
import type { OnnxModel } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import { outputOf, type Session } from "../runtime/runtime.js";
import { feeds } from "./batch.js";
import type { TrainingGraph } from "./training-graph.js";
import { parameterInput } from "./update.js";

/** The parameters and the optimizer's state, by input name. */
export type State = Readonly<Record<string, Tensor>>;

/**
 * The model's weights and an optimizer that has seen nothing.
 *
 * @param seed - decides what the objective's own parameters are at first.
 */
export function initialState({ carried }: TrainingGraph, model: OnnxModel, seed: number): State {
	const weights = new Map(model.graph.initializers.map(({ name, tensor }) => [name, tensor]));
	return Object.fromEntries(
		carried.map((one) => [
			one.name,
			one.initial?.(seed) ?? (one.parameter === undefined ? undefined : weights.get(one.parameter)) ?? zeros(one),
		]),
	);
}

/** What a chunk of steps leaves. */
export interface ChunkResult {
	readonly state: State;
	/** The loss of every step, before its update. */
	readonly losses: Float32Array;
}

/** Takes the steps that are fed. */
export async function runChunk(
	session: Session,
	{ carried }: TrainingGraph,
	state: State,
	fed: State,
): Promise<ChunkResult> {
	const outputs = await session.run({ ...state, ...fed });
	const losses = outputOf(outputs, feeds.losses, "float").data;
	const after = carried.map(({ name }) => [name, outputOf(outputs, `next/${name}`, "float")] as const);
	return { state: Object.fromEntries(after), losses };
}

/** The model with its trained parameters in place. */
export function withWeights(model: OnnxModel, state: State): OnnxModel {
	const initializers = model.graph.initializers.map(({ name, tensor }) => ({
		name,
		tensor: state[parameterInput(name)] ?? tensor,
	}));
	return { ...model, graph: { ...model.graph, initializers } };
}
