import { LimbeckError } from "../../errors.js";
import { elementCount } from "../../onnx/tensor.js";
import { channelsFirst } from "../formats/channels-first.js";
import type { NpyArray } from "../formats/npy.js";
import type { Elements } from "../formats/npy-types.js";
import { type ArrayOptions, arrayShape } from "./array-shape.js";
import { collectGroups } from "./groups.js";
import { collectLabels } from "./labels.js";
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
	options: ArrayOptions & { readonly classes?: readonly string[] | undefined },
	close: () => void,
): Source {
	const { where, type } = features;
	const [count = 1, ...rest] = features.dims;
	if (type.kind !== "number")
		throw new LimbeckError("data", { where, expected: "numbers", got: `text (${type.name})` });
	if (labels !== undefined) checkOneEach(labels, count, "label");
	if (groups !== undefined) checkOneEach(groups, count, "group");
	const { sampleShape, channels, notices } = arrayShape(rest, options, where);
	const size = elementCount(sampleShape);
	const isBytes = type.name.endsWith("u1");
	return {
		where,
		labelsWhere: labels?.where,
		type: isBytes ? "uint8" : "float",
		sampleShape,
		labels: () =>
			labels === undefined ? Promise.resolve(noLabels(count)) : readCells(labels, collectLabels(options.classes)),
		...(groups === undefined ? {} : { groups: () => readCells(groups, collectGroups()) }),
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

async function readCells(array: NpyArray, collector: CellCollector): Promise<Labels> {
	for await (const { bytes } of array.rows()) {
		for (const cell of Array.from<unknown>(array.type.read(bytes))) {
			const trouble = collector.add(cell);
			if (trouble === undefined) continue;
			throw new LimbeckError("data", { where: `${array.where}: row ${String(collector.count())}`, ...trouble });
		}
	}
	return collector.finish();
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
