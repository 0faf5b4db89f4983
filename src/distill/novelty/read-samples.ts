/** Samples as they are read to be observed. */
import type { DataSet, SampleSet, SampleShape } from "../../data/data-set.js";
import { readSamples } from "../../data/open-samples.js";
import type { MemorySamples } from "../../data/samples.js";
import { elementCount } from "../../onnx/tensor.js";
import { perChannel, unitOf } from "../../predict/normalizer.js";
import { offsetsOf } from "../../train/stored-preprocessing.js";

/** The most elements of an input that a distance is measured in; of a longer one they lie evenly. */
const mostElements = 1024;

/** Samples that have been read. */
export type ReadSet = SampleSet & { readonly samples: MemorySamples };

/** Reads rows of a set. */
export function rowsIn(set: SampleSet, sampleShape: SampleShape, rows: Uint32Array): ReadSet {
	return { count: rows.length, samples: readSamples(set, sampleShape, rows) };
}

/** Rows of a table with their columns in another order. */
export function reordered({ count, samples }: ReadSet, columns: readonly number[]): ReadSet {
	const width = columns.length;
	const data = samples.data.map((_, at) => samples.data[at - (at % width) + (columns[at % width] ?? 0)] ?? 0);
	const own = offsetsOf(samples);
	const offsets = own === undefined ? {} : { offsets: columns.map((from) => own[from] ?? 0) };
	// Data of the same type, as it was made of them.
	return { count, samples: { ...samples, data, ...offsets } as MemorySamples };
}

/** Elements of samples as the network takes them, but for the mean, which changes no distance. */
export function inputsOf(set: ReadSet, { sampleShape, normalization, train }: DataSet): readonly Float32Array[] {
	const { type, data } = set.samples;
	const [own, reference] = [offsetsOf(set.samples), offsetsOf(train.samples)];
	const { std } = perChannel(normalization, sampleShape);
	const [size, area] = [elementCount(sampleShape), elementCount(sampleShape.slice(1))];
	const count = Math.min(size, mostElements);
	const places = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * size) / count));
	const scales = Float32Array.from(places, (place) => {
		return 1 / (unitOf[type] * (std[std.length === 1 ? 0 : Math.floor(place / area)] ?? 1));
	});
	// What was subtracted from these samples beyond what was from those that they are compared with.
	const shifts = Float64Array.from(places, (place) => {
		const channel = Math.floor(place / area);
		return (own?.[channel] ?? 0) - (reference?.[channel] ?? 0);
	});
	return Array.from({ length: set.count }, (_, at) =>
		scales.map((scale, i) => scale * ((data[at * size + (places[i] ?? 0)] ?? 0) + (shifts[i] ?? 0))),
	);
}
