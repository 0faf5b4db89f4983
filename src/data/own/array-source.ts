import { LimbeckError } from "../../errors.js";
import { elementCount } from "../../onnx/tensor.js";
import type { SampleShape } from "../data-set.js";
import { channelsFirst } from "../formats/channels-first.js";
import type { NpyArray } from "../formats/npy.js";
import type { Elements } from "../formats/npy-types.js";
import { groupText } from "./groups.js";
import { sampleShapeOf } from "./shape.js";
import { collectLabels, labelText, noLabels, type Source } from "./source.js";

/** How a sample lies in an array. */
export interface ArrayOptions {
	readonly shape?: readonly number[] | undefined;
	readonly layout: "channels-first" | "channels-last";
}

/**
 * Samples along the first dimension of one array, labels and groups in others, if at all. Bytes stay bytes; other numbers become
 * float32.
 *
 * @throws LimbeckError `data` if there are not as many labels as samples, or the features are text.
 */
export function arraySource(
	features: NpyArray,
	labels: NpyArray | undefined,
	groups: NpyArray | undefined,
	options: ArrayOptions,
	close: () => void,
): Source {
	const { where, type } = features;
	const [count = 1, ...rest] = features.dims;
	if (type.kind !== "number")
		throw new LimbeckError("data", { where, expected: "numbers", got: `text (${type.name})` });
	if (labels !== undefined) checkOneEach(labels, count, "label");
	if (groups !== undefined) checkOneEach(groups, count, "group");
	const { sampleShape, channels } = shapeOf(rest, options, where);
	const size = elementCount(sampleShape);
	const isBytes = type.name.endsWith("u1");
	return {
		where,
		type: isBytes ? "uint8" : "float",
		sampleShape,
		labels: () => (labels === undefined ? Promise.resolve(noLabels(count)) : readCells(labels, labelText)),
		...(groups === undefined ? {} : { groups: () => readCells(groups, groupText) }),
		async *blocks() {
			for await (const { first, bytes } of features.rows()) {
				const elements = type.read(bytes);
				const data = isBytes ? bytes : toFloats(elements);
				yield { first, data: channels === undefined ? data : transposed(data, size, channels) };
			}
		},
		placeOf: (row, element) => Promise.resolve(`${where}: row ${String(row)}, element ${String(element)}`),
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

interface ArrayShape {
	readonly sampleShape: SampleShape;
	/** Where the array holds them last, how many channels there are. */
	readonly channels?: number;
}

/** `[features]` as it is, `[height, width]` with one channel, `[channels, height, width]` and others as they are. */
function shapeOf(dims: readonly number[], { shape, layout }: ArrayOptions, where: string): ArrayShape {
	const channels = dims.at(-1) ?? 1;
	if (layout === "channels-last" && dims.length > 1) {
		return { sampleShape: sampleShapeOf([channels, ...dims.slice(0, -1)], shape, where), channels };
	}
	const usual = dims.length === 2 ? [1, ...dims] : dims.length === 0 ? [1] : dims;
	return { sampleShape: sampleShapeOf(usual, shape, where) };
}

/** @param textOf - what a cell says. */
async function readCells(
	array: NpyArray,
	textOf: (cell: unknown, where: () => string) => string,
): ReturnType<Source["labels"]> {
	const collector = collectLabels();
	for await (const { bytes } of array.rows()) {
		for (const cell of Array.from<unknown>(array.type.read(bytes))) {
			collector.add(textOf(cell, () => `${array.where}: row ${String(collector.count())}`));
		}
	}
	return collector.finish();
}

function toFloats(elements: Elements): Float32Array {
	if (elements instanceof Float32Array) return elements;
	const floats = new Float32Array(elements.length);
	for (let i = 0; i < floats.length; i++) floats[i] = Number(elements[i]);
	return floats;
}

function transposed<T extends Uint8Array | Float32Array>(data: T, size: number, channels: number): T {
	const out = data.slice() as T; // A copy of the same kind.
	for (let at = 0; at < data.length; at += size) {
		channelsFirst(data.subarray(at, at + size), out.subarray(at, at + size), channels);
	}
	return out;
}
