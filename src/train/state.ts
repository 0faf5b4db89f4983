/** The values that training carries from step to step, between the model that they start from and the one they end in. */
import { zeros } from "../graph/graph.js";
import type { OnnxModel } from "../onnx/model.js";
import { elementCount, type Tensor } from "../onnx/tensor.js";
import { type DeviceTensor, outputOf, type Session } from "../runtime/runtime.js";
import { feeds, stepsDimension } from "./batch.js";
import type { TrainingGraph } from "./training-graph.js";
import { parameterInput } from "./update.js";

/** The parameters and the optimizer's state, by input name. */
export type State = Readonly<Record<string, Tensor>>;

/** A state as the steps take it: in arrays, or in the memory of a device. */
export type HeldState = Readonly<Record<string, Tensor | DeviceTensor>>;

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
export interface ChunkResult<S extends HeldState = State> {
	readonly state: S;
	/** The loss of every step, before its update. */
	readonly losses: Float32Array;
}

/** How steps are taken. */
export interface ChunkOptions<S extends HeldState = State> {
	/** Memory that receives the state after a call, given that before it, with which it shares none; new memory where absent. */
	readonly into?: ((state: S) => S) | undefined;
	/** What stands for what is fed: some of it may lie in the memory of a device. */
	readonly placed?: ((fed: State) => HeldState) | undefined;
	/** Ends the chunk before its last step, where each is a call. */
	readonly stop?: AbortSignal | undefined;
}

/** Takes the steps that are fed: in one call, or in a call for each where the graph is of one step. */
export async function runChunk<S extends HeldState>(
	session: Session,
	graph: TrainingGraph,
	state: S,
	fed: State,
	{ into, placed = (own) => own, stop }: ChunkOptions<S> = {},
): Promise<ChunkResult<S>> {
	const call = (before: S, given: State): Promise<ChunkResult<S>> =>
		runCall(session, graph, before, placed(given), into?.(before));
	if (!graph.stepByStep) return call(state, fed);
	const losses = new Float32Array(fed[feeds.rows]?.dims[0] ?? 0);
	const fedAt = stepFeeds(graph, fed);
	let current = state;
	for (let step = 0; step < losses.length; step++) {
		if (step > 0 && stop?.aborted === true) return { state: current, losses: losses.slice(0, step) };
		const done = await call(current, fedAt(step));
		current = done.state;
		losses.set(done.losses, step);
	}
	return { state: current, losses };
}

async function runCall<S extends HeldState>(
	session: Session,
	{ after }: TrainingGraph,
	state: S,
	fed: HeldState,
	into: S | undefined,
): Promise<ChunkResult<S>> {
	const targets = [...after].flatMap(([name, output]) => {
		const target = into?.[name];
		return target === undefined ? [] : [[output, target] as const];
	});
	const outputs = await session.run({ ...state, ...fed }, { into: Object.fromEntries(targets) });
	const losses = outputOf(outputs, feeds.losses, "float").data;
	if (into !== undefined) return { state: into, losses };
	const next = [...after].map(([name, output]) => [name, outputOf(outputs, output, "float")] as const);
	// Where nothing was given to write into, states are in arrays.
	return { state: Object.fromEntries(next) as HeldState as S, losses };
}

/** What each step of a chunk is fed: views into what the chunk is. */
function stepFeeds({ model }: TrainingGraph, fed: State): (step: number) => State {
	const ofSteps = model.graph.inputs.flatMap(({ name, dims }) => {
		const tensor = fed[name];
		return tensor === undefined || dims?.[0] !== stepsDimension ? [] : [[name, tensor] as const];
	});
	const first = Number(fed[feeds.firstStep]?.data[0]);
	return (step) => ({
		...fed,
		...Object.fromEntries(ofSteps.map(([name, tensor]) => [name, rowOf(tensor, step)])),
		[feeds.firstStep]: { type: "float", dims: [], data: Float32Array.of(first + step) },
	});
}

/** One row of a tensor, `[1, …]`, where it lies. */
function rowOf(tensor: Tensor, row: number): Tensor {
	const dims = [1, ...tensor.dims.slice(1)];
	const size = elementCount(dims);
	// The same kind of array.
	return { ...tensor, dims, data: tensor.data.subarray(row * size, (row + 1) * size) } as Tensor;
}

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
