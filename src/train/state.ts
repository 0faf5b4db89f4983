/** The values that training carries from step to step, between the model that they start from and the one they end in. */
import { LimbeckError } from "../errors.js";
import { zeros } from "../graph/graph.js";
import type { OnnxModel } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import { outputOf, type Session } from "../runtime/runtime.js";
import { feeds } from "./batch.js";
import type { TrainingGraph } from "./training-graph.js";
import type { TrainingOptions } from "./training-options.js";

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

/**
 * Refuses numbers that are not finite, at the step at which they appear.
 *
 * @throws LimbeckError (`training`) with the likely cause.
 */
export function checkFinite(
	{ state, losses }: ChunkResult,
	{ carried }: TrainingGraph,
	first: number,
	{ optimizer }: TrainingOptions,
): void {
	const bad = losses.findIndex((loss) => !Number.isFinite(loss));
	const weight = carried.find(({ name }) => state[name]?.type === "float" && !allFinite(state[name].data));
	if (bad === -1 && weight === undefined) return;
	throw new LimbeckError("training", {
		where:
			bad === -1
				? `${weight?.name ?? "weights"} by step ${String(first + losses.length)}`
				: `loss at step ${String(first + bad + 1)}`,
		expected: "finite numbers",
		got: bad === -1 ? "NaN or infinity" : String(losses[bad]),
		hint:
			`The usual cause is a learning rate that is too high for the objective: it is ` +
			`${String(optimizer.learningRate)} with ${optimizer.name}. Lower it, or set clipNorm to 1.`,
	});
}

function allFinite(values: Float32Array): boolean {
	// A sum is finite only if every term is, and overflows only where the weights are of no use anyway.
	let sum = 0;
	// `reduce` takes ten times as long, a tenth of a second on a million weights with their state; for-of five times.
	// eslint-disable-next-line @typescript-eslint/prefer-for-of -- see above
	for (let i = 0; i < values.length; i++) sum += Math.abs(values[i] ?? 0);
	return Number.isFinite(sum);
}

/** The model with its trained parameters in place. */
export function withWeights(model: OnnxModel, { carried }: TrainingGraph, state: State): OnnxModel {
	const names = new Map(carried.flatMap(({ name, parameter }) => (parameter === undefined ? [] : [[parameter, name]])));
	const initializers = model.graph.initializers.map(({ name, tensor }) => ({
		name,
		tensor: state[names.get(name) ?? ""] ?? tensor,
	}));
	return { ...model, graph: { ...model.graph, initializers } };
}
