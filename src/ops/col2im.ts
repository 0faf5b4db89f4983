/** Blocks put back into an image. Source: ONNX operator specification, Col2Im-18. */
import { type Attributes, int, ints, numbersOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { describeType, type Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { constantIntegers, required, typeError } from "./infer.js";
import type { Operator } from "./operator.js";
import { padZeros, reshape, sequence } from "./selection.js";

/** Where the blocks lie along an axis of the image. */
interface Blocks {
	readonly image: number;
	readonly block: number;
	readonly count: number;
	readonly stride: number;
	readonly dilation: number;
	readonly before: number;
	readonly after: number;
}

function blocksOf(inputs: readonly (Value | undefined)[], attributes: Attributes): readonly Blocks[] {
	const x = required(inputs, 0);
	const image = constantIntegers(required(inputs, 1), "image_shape");
	const block = constantIntegers(required(inputs, 2), "block_shape");
	const ones = image.map(() => 1);
	const pads = numbersOf(attributes, "pads", [...image, ...image].fill(0));
	const [strides, dilations] = [numbersOf(attributes, "strides", ones), numbersOf(attributes, "dilations", ones)];
	const axes = image.map((size, axis): Blocks => {
		const [stride, dilation] = [strides[axis] ?? 1, dilations[axis] ?? 1];
		const [before, after] = [pads[axis] ?? 0, pads[axis + image.length] ?? 0];
		const extent = ((block[axis] ?? 1) - 1) * dilation + 1;
		const count = Math.floor((size + before + after - extent) / stride) + 1;
		return { image: size, block: block[axis] ?? 1, count, stride, dilation, before, after };
	});
	const [rows, columns] = [elementCount(block), elementCount(axes.map(({ count }) => count))];
	if (x.dims.length === 3 && (x.dims[1] ?? 0) % rows === 0 && x.dims[2] === columns) return axes;
	throw typeError("Col2Im", `an input [batch, a multiple of ${rows}, ${columns}]`, describeType(x));
}

/** Of every axis of the padded image, the pixels under each element of a block: `[batch, channels, …block, …count]`. */
function columnsOf(g: Graph, image: Value, axes: readonly Blocks[]): Value {
	const none = image.dims.slice(0, 2).map(() => 0);
	const padded = padZeros(
		g,
		image,
		[...none, ...axes.map(({ before }) => before)],
		[...none, ...axes.map(({ after }) => after)],
	);
	const taken = axes.reduce((left, { block, count, stride, dilation }, axis) => {
		const places = sequence(block).flatMap((at) => sequence(count, at * dilation, stride));
		return g.op("Gather", [left, g.integers(places)], { axis: int(axis + 2) });
	}, padded);
	const apart = axes.flatMap(({ block, count }) => [block, count]);
	const perm = [0, 1, ...sequence(axes.length, 2, 2), ...sequence(axes.length, 3, 2)];
	const [batch = 1, channels = 1] = image.dims;
	return g.op("Transpose", [reshape(g, taken, [batch, channels, ...apart])], { perm: ints(perm) });
}

export const col2im = {
	// Each element is added to its pixel, so its gradient is its pixel's.
	Col2Im: {
		infer: (inputs, attributes) => {
			const x = required(inputs, 0);
			const axes = blocksOf(inputs, attributes);
			const channels = (x.dims[1] ?? 1) / elementCount(axes.map(({ block }) => block));
			return [{ type: x.type, dims: [x.dims[0] ?? 1, channels, ...axes.map(({ image }) => image)] }];
		},
		vjp: ({ g, inputs, dy, attributes }) => [
			() => reshape(g, columnsOf(g, dy, blocksOf(inputs, attributes)), required(inputs, 0).dims),
		],
		cases: [
			{
				inputs: [{ dims: [1, 8, 6] }, { dims: [2], integers: [3, 4] }, { dims: [2], integers: [2, 2] }],
				precision: "float",
			},
			{
				inputs: [{ dims: [2, 6, 6] }, { dims: [2], integers: [4, 6] }, { dims: [2], integers: [2, 3] }],
				attributes: { strides: ints([2, 2]), pads: ints([1, 0, 0, 1]), dilations: ints([2, 1]) },
				precision: "float",
			},
			{
				inputs: [{ dims: [1, 3, 3] }, { dims: [1], integers: [5] }, { dims: [1], integers: [3] }],
				precision: "float",
			},
		],
	},
} as const satisfies Record<string, Operator>;
