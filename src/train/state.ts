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

/**
 * Takes the steps that are fed.
 *
 * @param into - receives the state that they leave, in place of new memory; it shares none with `state`.
 */
export async function runChunk(
	session: Session,
	{ carried }: TrainingGraph,
	state: State,
	fed: State,
	into?: State,
): Promise<ChunkResult> {
	const targets = Object.entries(into ?? {}).map(([name, tensor]) => [nextOf(name), tensor] as const);
	const outputs = await session.run({ ...state, ...fed }, { into: Object.fromEntries(targets) });
	const losses = outputOf(outputs, feeds.losses, "float").data;
	const after = carried.map(({ name }) => [name, outputOf(outputs, nextOf(name), "float")] as const);
	return { state: into ?? Object.fromEntries(after), losses };
}

/** The output that an input's value after the steps is. */
const nextOf = (name: string): string => `next/${name}`;

/** Memory for states, used again and again. */
export interface StateSets {
	/**
	 * A set of arrays to overwrite.
	 *
	 * @param inUse - states that are still needed: none of them is in it.
	 */
	spare(inUse: readonly (State | undefined)[]): State;
}

/** Makes a set when all that it has are in use: two take turns, and each state that is kept has one of its own. */
export function createStateSets({ carried }: Pick<TrainingGraph, "carried">): StateSets {
	const sets: State[] = [];
	return {
		spare(inUse) {
			const free = sets.find((set) => !inUse.includes(set));
			if (free !== undefined) return free;
			const made = Object.fromEntries(carried.map((one) => [one.name, zeros(one)]));
			sets.push(made);
			return made;
		},
	};
}

/** The model with its trained parameters in place. */
export function withWeights(model: OnnxModel, state: State): OnnxModel {
	const initializers = model.graph.initializers.map(({ name, tensor }) => ({
		name,
		tensor: state[parameterInput(name)] ?? tensor,
	}));
	return { ...model, graph: { ...model.graph, initializers } };
}
