/** Training graphs run step by step on given batches, without a loader. */
import { z } from "zod";
import type { DataSet } from "../../src/data/data-set.js";
import type { Mixtures } from "../../src/data/transforms/mixup.js";
import { LimbeckError } from "../../src/errors.js";
import { encodeModel } from "../../src/onnx/encode.js";
import type { OnnxModel } from "../../src/onnx/model.js";
import { elementCount } from "../../src/onnx/tensor.js";
import { optimizerOptions } from "../../src/optim/optimizers.js";
import { maskOffsets, maskPool } from "../../src/train/masks.js";
import { createStateSets, initialState, runChunk, type State, withWeights } from "../../src/train/state.js";
import { buildTrainingGraph, feeds, type TrainingGraphOptions } from "../../src/train/training-graph.js";
import { trainingShape } from "../../src/train/training-options.js";
import { runtime } from "./graphs.js";
import { storedBytes } from "./synthetic.js";

/** Options with which most of these tests train: plain SGD at a constant rate. */
export const plainTraining = {
	normalization: { mean: 0, std: 1 },
	loss: { name: "cross-entropy" },
	optimizer: optimizerOptions.parse({ name: "sgd" }),
	schedule: { name: "constant" },
	momentumSchedule: { name: "constant" },
	warmupSteps: 0,
} as const satisfies Partial<FlatOptions>;

/** The options of a training graph with the settings of the network among them; defaults where absent. */
export type FlatOptions = Omit<TrainingGraphOptions, "settings"> & z.input<typeof settings>;

const settings = z.strictObject(trainingShape);

/** The same with the settings apart. */
export function graphOptions(flat: FlatOptions): TrainingGraphOptions {
	const isSetting = (name: string): boolean => Object.hasOwn(trainingShape, name);
	const pick = (wanted: boolean): object =>
		Object.fromEntries(Object.entries(flat).filter(([name]) => isSetting(name) === wanted));
	// What is no setting is as the flat options have it.
	return { ...(pick(false) as Omit<TrainingGraphOptions, "settings">), settings: settings.parse(pick(true)) };
}

/** Batches, and how to take them. */
export interface Steps {
	/** uint8 `[steps, batch, channels, height, width]`. */
	readonly pixels: Uint8Array;
	/** `[steps, batch]`. */
	readonly labels: Int32Array;
	/** Steps of each native call; all in one where absent. */
	readonly chunks?: readonly number[];
	readonly seed?: number;
	readonly threads?: number;
	/** Whether calls run in the background, into two sets of arrays that take turns. */
	readonly inPlace?: boolean;
	/** What is mixed in each step, for a graph that mixes. */
	readonly mixtures?: Mixtures;
	/** `[steps, batch, classes]`, for a stored teacher. */
	readonly teacherLogits?: Float32Array;
}

/** The first `count` training samples of a data set, for steps. */
export function stepsOf({ train, sampleShape }: DataSet, count: number): Steps {
	return {
		pixels: storedBytes(train).slice(0, count * elementCount(sampleShape)),
		labels: Int32Array.from(train.labels.slice(0, count)),
	};
}

/** What the steps leave. */
export interface Trained {
	readonly model: OnnxModel;
	readonly losses: readonly number[];
}

/** Pools by seed: filling one takes a while. */
const pools = new Map<number, ReturnType<typeof maskPool>>();

/** Trains `options.model` on the batches, in order. */
export async function takeSteps(options: TrainingGraphOptions, steps: Steps): Promise<Trained> {
	const { sampleShape, classes, model } = options;
	const { batch } = options.settings;
	const { pixels, labels, seed = 1, threads = 1, inPlace = false, teacherLogits, mixtures } = steps;
	const { chunks = [labels.length / batch] } = steps;
	const graph = buildTrainingGraph(options);
	const session = await runtime.createSession(encodeModel(graph.model), { threads, background: inPlace });
	const sets = inPlace ? createStateSets(graph) : undefined;
	const into = sets && ((current: State) => sets.spare([current]));
	const pool = graph.masks.length === 0 ? {} : (pools.get(seed) ?? maskPool(graph.masks, seed));
	if (graph.masks.length > 0) pools.set(seed, pool);
	const rows = Int32Array.from(labels.keys());
	const losses: number[] = [];
	let state = initialState(graph, model, seed);
	try {
		for (const count of chunks) {
			const first = losses.length;
			const [from, to] = [first * batch, (first + count) * batch];
			const fed = {
				...pool,
				...maskOffsets(graph.masks, seed, first, count),
				[feeds.steps]: { type: "int64", dims: [], data: BigInt64Array.of(BigInt(count)) },
				[feeds.firstStep]: { type: "float", dims: [], data: Float32Array.of(first) },
				[feeds.samples]: { type: "uint8", dims: [labels.length, ...sampleShape], data: pixels },
				[feeds.rows]: { type: "int32", dims: [count, batch], data: rows.subarray(from, to) },
				[feeds.indices]: { type: "int32", dims: [count, batch], data: rows.subarray(from, to) },
				[feeds.labels]: { type: "int32", dims: [labels.length], data: labels },
				...(mixtures === undefined
					? {}
					: {
							[feeds.mixtureShares]: {
								type: "float",
								dims: [count],
								data: mixtures.shares.slice(first, first + count),
							},
							[feeds.mixturePartners]: {
								type: "int32",
								dims: [count, batch],
								data: mixtures.partners.slice(from, to),
							},
						}),
				...(teacherLogits === undefined
					? {}
					: {
							[feeds.teacherLogits]: {
								type: "float",
								dims: [labels.length, classes],
								data: teacherLogits,
							},
							[feeds.teacherRows]: { type: "int32", dims: [count, batch], data: rows.subarray(from, to) },
						}),
			} satisfies State;
			const done = await runChunk(session, graph, state, fed, { into });
			losses.push(...done.losses);
			state = done.state;
		}
	} finally {
		await session.release();
	}
	return { model: withWeights(model, state), losses };
}

/** The model's float initialisers by name. */
export function weightsOf(model: OnnxModel): ReadonlyMap<string, Float32Array> {
	return new Map(
		model.graph.initializers.flatMap(({ name, tensor }) =>
			tensor.type === "float" && tensor.dims.length > 0 ? [[name, tensor.data] as const] : [],
		),
	);
}

/** The model with other values in its weights. */
export function setWeights(model: OnnxModel, weights: Readonly<Record<string, readonly number[]>>): OnnxModel {
	const initializers = model.graph.initializers.map(({ name, tensor }) => {
		const values = weights[name];
		if (values === undefined || tensor.type !== "float") return { name, tensor };
		if (values.length !== tensor.data.length) {
			throw new LimbeckError("internal", {
				where: name,
				expected: `${tensor.data.length} weights`,
				got: String(values.length),
			});
		}
		return { name, tensor: { ...tensor, data: Float32Array.from(values) } };
	});
	return { ...model, graph: { ...model.graph, initializers } };
}
