/** What the training graph is fed: what a whole run shares, and the batches of one call. */
import type { Chunk } from "../data/chunk.js";
import type { AnyDataSet } from "../data/data-set.js";
import type { WindowSamples } from "../data/samples.js";
import { mixupOf } from "../data/transforms/index.js";
import { mixturesOf } from "../data/transforms/mixup.js";
import { elementCount, type Tensor, type TensorOf } from "../onnx/tensor.js";
import { taskOf } from "../tasks/index.js";
import type { Scale } from "../tasks/task.js";
import { feeds } from "./batch.js";
import { maskOffsets, maskPool } from "./masks.js";
import type { State } from "./state.js";
import type { TrainingGraph } from "./training-graph.js";
import type { TrainingOptions } from "./training-options.js";

/** What batches are fed from. */
export interface FeedSource {
	readonly graph: TrainingGraph;
	readonly data: AnyDataSet;
	/** What labels are scaled by; as they are where absent. */
	readonly scale?: Scale | undefined;
	readonly options: TrainingOptions;
	readonly seed: number;
	/** The teacher's logits on every training sample, `[count, classes]`, where it was asked before. */
	readonly stored: Float32Array | undefined;
}

/** The feeds of a run besides the carried values. */
export interface Feed {
	/** What is the same in every call. */
	readonly shared: State;
	readonly ofCall: CallFeed;
}

/**
 * All feeds of one call: the chunk of steps `firstStep` … `firstStep + steps − 1`.
 *
 * @param asked - the teacher's logits on the chunk, `[steps, batch, classes]`, where it is asked about each.
 */
export type CallFeed = (chunk: Chunk, firstStep: number, steps: number, asked?: Float32Array) => State;

/** Feeds a run. The engine reads labels, stored logits and resident samples where they lie: nothing is copied. */
export function createFeed({ graph, data, options, seed, stored, scale }: FeedSource): Feed {
	const { batch } = options;
	const { train, sampleShape, classes } = data;
	const mixup = mixupOf(options);
	const task = taskOf(data);
	const labels = task.labelTensor(train.labels, train.count, classes.length, scale);
	const windows = train.samples.kind === "windows" ? train.samples : undefined;
	const rowShape = windows === undefined ? sampleShape : sampleShape.slice(1);
	const rowSize = elementCount(rowShape);
	const tensorOf = (data: Uint8Array | Float32Array): Tensor =>
		sampleTensor(data, [data.length / rowSize, ...rowShape]);
	const logitsOf = (logits: Float32Array, rows: number): State => ({
		[feeds.teacherLogits]: { type: "float", dims: [rows, task.answerWidth(classes.length)], data: logits },
	});
	const shared: State = {
		...maskPool(graph.masks, seed),
		[feeds.labels]: labels,
		...(stored === undefined ? {} : logitsOf(stored, train.count)),
		...(train.samples.kind === "file" ? {} : { [feeds.samples]: tensorOf(train.samples.data) }),
	};
	const places = counter(windows === undefined ? 1 : (sampleShape[0] ?? 1));
	const answers = counter(1);
	const ofCall: CallFeed = ({ samples, indices }, firstStep, steps, asked) => {
		const which = new Int32Array(indices.buffer, indices.byteOffset, indices.length);
		const chosen = { type: "int32", dims: [steps, batch], data: which } as const;
		return {
			...shared,
			[feeds.steps]: { type: "int64", dims: [], data: BigInt64Array.of(BigInt(steps)) },
			[feeds.firstStep]: { type: "float", dims: [], data: Float32Array.of(firstStep) },
			[feeds.indices]: chosen,
			...(samples === undefined
				? { [feeds.rows]: { ...chosen, data: windows === undefined ? which : startsOf(windows, which) } }
				: { [feeds.samples]: tensorOf(samples), [feeds.rows]: { ...chosen, data: places(steps * batch) } }),
			...(stored === undefined ? {} : { [feeds.teacherRows]: chosen }),
			...(asked === undefined
				? {}
				: { ...logitsOf(asked, steps * batch), [feeds.teacherRows]: { ...chosen, data: answers(steps * batch) } }),
			...maskOffsets(graph.masks, seed, firstStep, steps),
			...(mixup === undefined ? {} : mixtures(mixup.alpha, seed, firstStep, steps, batch)),
		};
	};
	return { shared, ofCall };
}

function mixtures(alpha: number, seed: number, firstStep: number, steps: number, batch: number): State {
	const { shares, partners } = mixturesOf(alpha, seed, firstStep, steps, batch);
	return {
		[feeds.mixtureShares]: { type: "float", dims: [steps], data: shares },
		[feeds.mixturePartners]: { type: "int32", dims: [steps, batch], data: partners },
	};
}

/** The first frame of each sample. */
function startsOf({ starts }: WindowSamples, indices: Int32Array): TensorOf<"int32">["data"] {
	return Int32Array.from(indices, (index) => starts[index] ?? 0);
}

/** 0, 1, 2, … times `apart`: as many as asked for, made once. */
function counter(apart: number): (length: number) => TensorOf<"int32">["data"] {
	let made = new Int32Array();
	return (length) => {
		if (made.length < length) made = Int32Array.from({ length }, (_, index) => apart * index);
		return made.subarray(0, length);
	};
}

function sampleTensor(data: Uint8Array | Float32Array, dims: readonly number[]): Tensor {
	return data instanceof Uint8Array ? { type: "uint8", dims, data } : { type: "float", dims, data };
}
