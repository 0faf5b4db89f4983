import { LimbeckError } from "../../errors.js";
import { elementCount } from "../../onnx/tensor.js";
import { defaultTask } from "../../tasks/names.js";
import { channelsFirst } from "../formats/channels-first.js";
import type { NpyArray } from "../formats/npy.js";
import type { Elements } from "../formats/npy-types.js";
import { type ArrayOptions, arrayShape } from "./array-shape.js";
import { collectGroups } from "./groups.js";
import { type LabelOptions, labelReader } from "./label-readers.js";
import { type CellCollector, type Labels, noLabels, type Source } from "./source.js";

/**
 * Samples along the first dimension of one array, labels and groups in others, if at all. Bytes stay bytes; other numbers
 * become floats.
 *
 * @throws LimbeckError `data` if there are not as many labels as samples, or the features are text.
 */
export function arraySource(
	features: NpyArray,
	labels: NpyArray | undefined,
	groups: NpyArray | undefined,
	options: ArrayOptions & LabelOptions,
	close: () => void,
): Source {
	const { where, type } = features;
	const [count = 1, ...rest] = features.dims;
	if (type.kind !== "number")
		throw new LimbeckError("data", { where, expected: "numbers", got: `text (${type.name})` });
	if (labels !== undefined) checkLabelRows(labels, count, options);
	if (groups !== undefined) checkOneEach(groups, count, "group");
	const { sampleShape, channels, notices } = arrayShape(rest, options, where);
	const size = elementCount(sampleShape);
	const { task } = options;
	// An array has no names: of rows of marks they are the user's, or numbers.
	const wide = task === "multi-label" && (labels?.dims.length ?? 1) > 1;
	const named = wide ? { ...options, label: options.classes ?? numbersTo(labels?.dims[1] ?? 0) } : options;
	const isBytes = type.name.endsWith("u1");
	return {
		where,
		labelsWhere: labels?.where,
		type: isBytes ? "uint8" : "float",
		sampleShape,
		labels: () =>
			labels === undefined ? Promise.resolve(noLabels(count)) : readRows(labels, labelReader(task).collector(named)),
		...(groups === undefined ? {} : { groups: () => readRows(groups, collectGroups()) }),
		async *blocks() {
			for await (const { first, bytes } of features.rows()) {
				const elements = type.read(bytes);
				const data = isBytes ? bytes : toFloats(elements, type.name);
				yield { first, data: channels === undefined ? data : transposed(data, size, channels) };
			}
		},
		placeOf: (row, element) => Promise.resolve(`${where}: row ${String(row)}, element ${String(element)}`),
		notices: () => notices,
		close,
	};
}

const numbersTo = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => String(at));

/** Refuses labels that are not one a sample; of other tasks than classification they may be a row of numbers. */
function checkLabelRows(labels: NpyArray, count: number, { task, classes }: LabelOptions): void {
	const { dims, where } = labels;
	if (task === undefined || task === defaultTask || dims.length !== 2 || dims[0] !== count) {
		checkOneEach(labels, count, "label");
		return;
	}
	if (classes === undefined || classes.length === dims[1]) return;
	const expected = `a name for each of the ${String(dims[1])} columns of ${where}`;
	throw new LimbeckError("usage", { where: "data.classes", expected, got: String(classes.length) });
}

function checkOneEach({ where, dims }: NpyArray, count: number, what: string): void {
	const got = dims.reduce((product, dim) => product * dim, 1);
	if (dims[0] === count && got === count) return;
	throw new LimbeckError("data", {
		where,
		expected: `one ${what} for each of ${String(count)} samples`,
		got: `shape (${dims.join(", ")})`,
		hint: "Labels are class numbers or names; store labels.argmax(1) where each is a row of zeros and a one.",
	});
}

/** A cell for each row; of rows of several cells, these together. */
async function readRows(array: NpyArray, collector: CellCollector): Promise<Labels> {
	const [, width] = array.dims;
	for await (const { bytes } of array.rows()) {
		const cells = Array.from<unknown>(array.type.read(bytes));
		const rows = width === undefined || width === 1 ? cells : inRows(cells, width);
		for (const cell of rows) {
			const trouble = collector.add(cell);
			if (trouble === undefined) continue;
			throw new LimbeckError("data", { where: `${array.where}: row ${String(collector.count())}`, ...trouble });
		}
	}
	return collector.finish();
}

function inRows(cells: readonly unknown[], width: number): readonly (readonly unknown[])[] {
	return Array.from({ length: cells.length / width }, (_, row) => cells.slice(row * width, (row + 1) * width));
}

/** Types whose numbers float32 may round. */
const wideTypes = /(i4|u4|i8|u8|f8)$/;

/** Numbers as they are where float32 holds them, else in float64. */
function toFloats(elements: Elements, type: string): Float32Array | Float64Array {
	if (elements instanceof Float32Array || elements instanceof Float64Array) return elements;
	const floats = wideTypes.test(type) ? new Float64Array(elements.length) : new Float32Array(elements.length);
	for (let i = 0; i < floats.length; i++) floats[i] = Number(elements[i]);
	return floats;
}

function transposed<T extends Uint8Array | Float32Array | Float64Array>(data: T, size: number, channels: number): T {
	const out = data.slice() as T; // A copy of the same kind.
	for (let at = 0; at < data.length; at += size) {
		channelsFirst(data.subarray(at, at + size), out.subarray(at, at + size), channels);
	}
	return out;
}
