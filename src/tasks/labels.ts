/** What the labels of a data set are, and how arrays hold them. */

/** The array that holds the labels of a kind: `[count]` of classes, `[count, names]` of the others. */
export interface LabelArrays {
	/** One class a sample: its index. */
	readonly class: Int32Array;
	/** Any number of labels a sample: 1 for each that holds, else 0. */
	readonly marks: Uint8Array;
	/** Numbers, in their units. */
	readonly values: Float64Array;
}

/** A kind of labels. */
export type LabelKind = keyof LabelArrays;

/** The labels of some samples, of any kind. */
export type LabelData = LabelArrays[LabelKind];

/** How many numbers the labels of a sample are. */
export function labelWidth(labels: LabelData, names: number): number {
	return labels instanceof Int32Array ? 1 : names;
}

/**
 * Labels that are classes.
 *
 * @throws TypeError for others: whoever works with classes alone refuses other tasks before.
 */
export function classLabels(labels: LabelData): Int32Array {
	if (labels instanceof Int32Array) return labels;
	throw new TypeError(`labels: expected classes, got ${labels.constructor.name}`);
}

/** The labels of the samples at `indices`. @param width - numbers of a sample. */
export function selectLabels<Data extends LabelData>(labels: Data, width: number, indices: ArrayLike<number>): Data {
	// An array of the same kind.
	const chosen = labels.slice(0, 0).constructor as new (length: number) => Data;
	const out = new chosen(labels.length === 0 ? 0 : indices.length * width);
	for (let row = 0; row < indices.length && out.length > 0; row++) {
		const from = (indices[row] ?? 0) * width;
		for (let at = 0; at < width; at++) out[row * width + at] = labels[from + at] ?? 0;
	}
	return out;
}
