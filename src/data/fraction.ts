/** Some of the samples: a share of those for training, those of some classes, or all but those of some. */
import { createHash } from "node:crypto";
import { LimbeckError } from "../errors.js";
import { permutation, randomStream, type Stream } from "../random.js";
import type { LabelData } from "../tasks/labels.js";
import type { DataSet, Split } from "./data-set.js";
import { selectSamples } from "./splits.js";

/** A data set with some of the training samples, and which of the whole they are, in ascending order. */
export interface Fraction<Labels extends LabelData = Int32Array> {
	readonly data: DataSet<Labels>;
	readonly indices: Uint32Array;
}

/**
 * A share of the training samples, of classes the same share of each, at least one of each that there is; of samples in groups
 * (frames of recordings) a share of the groups, all samples of each, at least one group. The validation split stays
 * whole. A larger share holds a smaller one of the same seed. The samples are copied into memory.
 *
 * @param share - above 0, up to 1.
 * @throws LimbeckError `file` or `data` for samples that cannot be read.
 */
export function fractionOfTraining<Labels extends LabelData>(
	data: DataSet<Labels>,
	share: number,
	seed: number,
): Fraction<Labels> {
	const { train, classes } = data;
	const { labels, groups, count } = train;
	const indices =
		groups === undefined
			? labels instanceof Int32Array
				? stratifiedShare(labels, classes.length, share, seed)
				: stratifiedShare(new Int32Array(count), 1, share, seed)
			: groupShare(groups, share, randomStream(seed, "data/fraction/groups"));
	return withSamples(data, indices);
}

/**
 * The training samples of some classes. The validation split stays whole, and so do the classes that there are.
 *
 * @param chosen - indices of the classes.
 * @throws LimbeckError `usage` for a class that there is not, and where none of the samples is of them; `file` or `data`
 * for samples that cannot be read.
 */
export function classesOfTraining(data: DataSet, chosen: readonly number[]): Fraction {
	const { train, classes } = data;
	refuseUnknownClasses(chosen, classes.length);
	const wanted = new Set(chosen);
	const indices = Uint32Array.from(train.labels.keys()).filter((sample) => wanted.has(train.labels[sample] ?? -1));
	if (indices.length > 0) return withSamples(data, indices);
	throw wrongClasses(chosen, classes.length);
}

/** @throws LimbeckError (`usage`) for a class that there is not. */
export function refuseUnknownClasses(chosen: readonly number[], count: number): void {
	if (chosen.some((c) => c >= count)) throw wrongClasses(chosen, count);
}

function wrongClasses(chosen: readonly number[], count: number): LimbeckError {
	return new LimbeckError("usage", {
		where: "classes",
		expected: `some of ${String(count)} classes, counted from 0, with training samples`,
		got: `[${chosen.join(", ")}]`,
	});
}

/**
 * A data set without the training and validation samples of some classes; the classes that there are stay.
 *
 * @throws LimbeckError `usage` for a class that there is not, and where no samples are left; `file` or `data` for samples
 * that cannot be read.
 */
export function withoutClasses(data: DataSet, withheld: readonly number[]): DataSet {
	const { classes, sampleShape, fingerprint } = data;
	const kept = (split: Split): Uint32Array =>
		Uint32Array.from(split.labels.keys()).filter((sample) => !withheld.includes(split.labels[sample] ?? -1));
	const [train, validation] = [kept(data.train), kept(data.validation)];
	if (withheld.some((c) => c >= classes.length) || train.length === 0 || validation.length === 0) {
		throw new LimbeckError("usage", {
			where: "data.withhold",
			expected: `some of ${String(classes.length)} classes, counted from 0, not all`,
			got: `[${withheld.join(", ")}]`,
		});
	}
	return {
		...data,
		train: selectSamples(data.train, sampleShape, train),
		validation: selectSamples(data.validation, sampleShape, validation),
		fingerprint: createHash("sha256").update(`${fingerprint} without ${withheld.join()}`).digest("hex"),
	};
}

/**
 * Some of the training samples, with a fingerprint of their own: stored answers to them are not answers to the whole.
 *
 * @param indices - in ascending order.
 */
function withSamples<Labels extends LabelData>(data: DataSet<Labels>, indices: Uint32Array): Fraction<Labels> {
	const fingerprint = createHash("sha256")
		.update(data.fingerprint)
		.update(Buffer.from(indices.buffer, indices.byteOffset, indices.byteLength))
		.digest("hex");
	return { data: { ...data, train: selectSamples(data.train, data.sampleShape, indices), fingerprint }, indices };
}

function stratifiedShare(labels: Int32Array, classes: number, share: number, seed: number): Uint32Array {
	const stream = randomStream(seed, "data/fraction");
	const members = Array.from({ length: classes }, (): number[] => []);
	labels.forEach((label, index) => members[label]?.push(index));
	const chosen = members.flatMap((indices, c) => {
		const count = Math.min(indices.length, Math.max(1, Math.round(share * indices.length)));
		return Array.from(permutation(stream, c, indices.length).subarray(0, count), (at) => indices[at] ?? 0);
	});
	return Uint32Array.from(chosen).sort();
}

/** The samples of some groups, drawn without regard to their sizes. */
function groupShare(groups: Int32Array, share: number, stream: Stream): Uint32Array {
	const all = [...new Set(groups)];
	const count = Math.max(1, Math.round(share * all.length));
	const drawn = permutation(stream, 0, all.length).subarray(0, count);
	const chosen = new Set(Array.from(drawn, (at) => all[at]));
	return Uint32Array.from(groups, (_, sample) => sample).filter((sample) => chosen.has(groups[sample]));
}
