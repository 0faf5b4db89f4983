import { createHash } from "node:crypto";
import { LimbeckError } from "../errors.js";
import { permutation, type Stream } from "../random.js";
import { classLabels, type LabelData, selectLabels } from "../tasks/labels.js";
import type { DataSet, SampleShape, Split } from "./data-set.js";
import { readSamples } from "./open-samples.js";
import type { MemorySamples } from "./samples.js";

/** Two disjoint sets of indices, each in ascending order. */
export interface Partition {
	readonly taken: Uint32Array;
	readonly rest: Uint32Array;
}

/**
 * Takes `count` samples, each class in proportion to its size, by a fixed permutation per class. A larger `count`
 * takes a superset of a smaller one, up to the rounding of class shares.
 *
 * @param labels - `[samples]`, each below `classCount`.
 * @param stream - the randomness; counter `c` belongs to class `c`.
 * @throws LimbeckError `usage` when a class would have no sample on one of the two sides.
 */
export function stratifiedPartition(
	labels: Int32Array,
	classCount: number,
	count: number,
	stream: Stream,
	where: string,
): Partition {
	const members = Array.from({ length: classCount }, (): number[] => []);
	labels.forEach((label, index) => members[label]?.push(index));
	const shares = proportionalShares(
		members.map((indices) => indices.length),
		count,
	);
	const short = members.findIndex((indices, c) => (shares[c] ?? 0) < 1 || (shares[c] ?? 0) >= indices.length);
	if (!Number.isSafeInteger(count) || short !== -1) {
		throw new LimbeckError("usage", {
			where,
			expected: `a whole number of samples that leaves some of each of the ${String(classCount)} classes on both sides`,
			got: `${String(count)} of ${String(labels.length)}`,
			hint: `Ask for at least ${String(classCount)} and for well below ${String(labels.length)}.`,
		});
	}
	const isTaken = new Uint8Array(labels.length);
	members.forEach((indices, c) => {
		for (const position of permutation(stream, c, indices.length).subarray(0, shares[c])) {
			isTaken[indices[position] ?? 0] = 1;
		}
	});
	const all = Uint32Array.from(labels, (_, index) => index);
	return { taken: all.filter((index) => isTaken[index] === 1), rest: all.filter((index) => isTaken[index] === 0) };
}

/** Shares of `total` in proportion to `sizes`, rounded by the largest remainder so that they add up to `total`. */
function proportionalShares(sizes: readonly number[], total: number): readonly number[] {
	const sum = sizes.reduce((a, b) => a + b, 0);
	const exact = sizes.map((size) => (total * size) / sum);
	const shares = exact.map(Math.floor);
	const missing = total - shares.reduce((a, b) => a + b, 0);
	const remainder = (c: number): number => (exact[c] ?? 0) - (shares[c] ?? 0);
	const byRemainder = sizes.map((_, c) => c).sort((a, b) => remainder(b) - remainder(a) || a - b);
	for (const c of byRemainder.slice(0, missing)) shares[c] = (shares[c] ?? 0) + 1;
	return shares;
}

/** The samples at `indices`, copied into memory. */
export function selectSamples<Labels extends LabelData>(
	split: Split<Labels>,
	sampleShape: SampleShape,
	indices: Uint32Array,
): MemorySplit<Labels> {
	const samples = readSamples(split, sampleShape, indices);
	const labels = selectLabels(split.labels, split.count === 0 ? 1 : split.labels.length / split.count, indices);
	const rows = indices.map((index) => split.origin?.rows[index] ?? index);
	const { groups } = split;
	return {
		count: indices.length,
		samples,
		labels,
		origin: { rows, count: split.origin?.count ?? split.count },
		...(groups === undefined ? {} : { groups: Int32Array.from(indices, (index) => groups[index] ?? 0) }),
	};
}

/** A split whose samples are in memory. */
type MemorySplit<Labels extends LabelData = Int32Array> = Split<Labels> & { readonly samples: MemorySamples };

/** What a data set says of itself. */
export type DataSetKind = Pick<DataSet, "name" | "task" | "classes" | "sampleShape" | "normalization">;

/**
 * Builds a data set by taking `validation` stratified samples out of `samples`; the rest is for training.
 *
 * @param classes - by which samples are split; their labels where absent.
 * @throws LimbeckError `usage` when a class would have no training or no validation sample.
 */
export function splitDataSet<Labels extends LabelData = Int32Array>(
	kind: DataSetKind,
	samples: Split<Labels>,
	validation: number,
	stream: Stream,
	classes: { readonly labels: Int32Array; readonly count: number } = {
		labels: classLabels(samples.labels),
		count: kind.classes.length,
	},
): DataSet<Labels> {
	const { name, sampleShape } = kind;
	const where = `validation samples of ${name}`;
	const { taken, rest } = stratifiedPartition(classes.labels, classes.count, validation, stream, where);
	const train = selectSamples(samples, sampleShape, rest);
	const validationSplit = selectSamples(samples, sampleShape, taken);
	const fingerprint = fingerprintSplits(kind, [train, validationSplit]);
	return { ...kind, train, validation: validationSplit, fingerprint };
}

/** SHA-256 over everything that training can see. The name is left out: the same bytes are the same data. */
function fingerprintSplits({ sampleShape, classes }: DataSetKind, splits: readonly MemorySplit<LabelData>[]): string {
	const hash = createHash("sha256");
	hash.update(JSON.stringify([sampleShape, splits.map((split) => split.count)]));
	for (const { samples, labels } of splits) {
		hash.update(bytesOf(samples.data));
		hash.update(labels instanceof Int32Array && classes.length <= 256 ? Uint8Array.from(labels) : bytesOf(labels));
	}
	return hash.digest("hex");
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
	return new Uint8Array(buffer, byteOffset, byteLength);
}
