/** The ranges that a model's values take on training samples. */

import type { SampleSet, SampleShape } from "../data/data-set.js";
import { openSamples } from "../data/open-samples.js";
import { allocate } from "../data/samples.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import { elementCount } from "../onnx/tensor.js";
import { outputOf, type Runtime, type Session } from "../runtime/runtime.js";

/** Between what a value's elements lie. Zero is always between. */
export interface Range {
	readonly min: number;
	readonly max: number;
}

/** Ranges by the names of values. */
export type Ranges = ReadonlyMap<string, Range>;

/** What values are watched on. */
export interface CalibrationOptions {
	/** The training split, or whatever else is no test split. */
	readonly train: SampleSet;
	readonly sampleShape: SampleShape;
	/** Makes the model's input of samples. */
	readonly normalized: (samples: Uint8Array | Float32Array) => Float32Array;
	readonly threads?: number;
}

/** Samples that are looked at. */
export const calibrationCount = 512;
const batch = 32;
const bins = 2048;

/** Where a value's elements lie: their range, and how many fall into each of as many equal parts. */
export interface Distribution extends Range {
	readonly counts: Float64Array;
}

/**
 * Watches values of a model, all float, on training samples that lie evenly over the split: first their ranges, then a
 * histogram within each.
 *
 * @param model - one float input.
 * @param names - values of the model: its input, or outputs of its nodes.
 */
export async function distributionsOf(
	runtime: Runtime,
	model: OnnxModel,
	names: readonly string[],
	options: CalibrationOptions,
): Promise<ReadonlyMap<string, Distribution>> {
	const { threads } = options;
	const input = model.graph.inputs[0]?.name ?? "";
	const watched = names.filter((name) => name !== input);
	const own = model.graph.outputs.map(({ name }) => name);
	const outputs = [
		...model.graph.outputs,
		...watched.filter((name) => !own.includes(name)).map((name) => ({ name, type: "float", dims: undefined }) as const),
	];
	const bytes = encodeModel({ ...model, graph: { ...model.graph, outputs } });
	const session = await runtime.createSession(bytes, threads === undefined ? {} : { threads });
	try {
		const batches = batchesOf(options);
		const ranges = new Map(names.map((name) => [name, { min: 0, max: 0 }]));
		await watch(session, input, names, batches, (name, values) => {
			ranges.set(name, widened(ranges.get(name), values));
		});
		const found = new Map(
			Array.from(ranges, ([name, range]) => [name, { ...range, counts: new Float64Array(bins) }] as const),
		);
		await watch(session, input, names, batches, (name, values) => {
			const one = found.get(name);
			if (one !== undefined) addTo(one, values);
		});
		return found;
	} finally {
		await session.release();
	}
}

interface Batch {
	readonly dims: readonly number[];
	readonly data: Float32Array;
}

function batchesOf({ train, sampleShape, normalized }: CalibrationOptions): readonly Batch[] {
	const count = Math.min(calibrationCount, train.count);
	const indices = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * train.count) / count));
	const reader = openSamples(train, sampleShape);
	try {
		return Array.from({ length: Math.ceil(count / batch) }, (_, at) => {
			const chosen = indices.subarray(at * batch, (at + 1) * batch);
			const samples = allocate(train.samples, chosen.length * elementCount(sampleShape));
			reader.read(chosen, samples);
			return { dims: [chosen.length, ...sampleShape], data: normalized(samples) };
		});
	} finally {
		reader.close();
	}
}

async function watch(
	session: Session,
	input: string,
	names: readonly string[],
	batches: readonly Batch[],
	see: (name: string, values: Float32Array) => void,
): Promise<void> {
	for (const { dims, data } of batches) {
		const outputs = await session.run({ [input]: { type: "float", dims, data } });
		for (const name of names) see(name, name === input ? data : outputOf(outputs, name, "float").data);
	}
}

function widened({ min, max }: Range = { min: 0, max: 0 }, values: Float32Array): Range {
	let [low, high] = [min, max];
	for (const value of values) {
		if (value < low) low = value;
		if (value > high) high = value;
	}
	return { min: low, max: high };
}

function addTo({ min, max, counts }: Distribution, values: Float32Array): void {
	if (max === min) return;
	const scale = counts.length / (max - min);
	for (const value of values) {
		const bin = Math.min(counts.length - 1, Math.floor((value - min) * scale));
		counts[bin] = (counts[bin] ?? 0) + 1;
	}
}

/**
 * The range that holds a share of a value's elements: of the rest, one half may lie below it and one half above.
 *
 * @param share - in (0, 1]; 1 is from the smallest to the largest.
 */
export function rangeOf({ min, max, counts }: Distribution, share: number): Range {
	if (share >= 1 || max === min) return { min, max };
	const total = counts.reduce((sum, one) => sum + one, 0);
	const cut = (total * (1 - share)) / 2;
	const width = (max - min) / counts.length;
	const skipped = (ordered: Float64Array): number => {
		let sum = 0;
		const stop = ordered.findIndex((one) => (sum += one) > cut);
		return Math.max(0, stop) * width;
	};
	return { min: Math.min(0, min + skipped(counts)), max: Math.max(0, max - skipped(counts.toReversed())) };
}
