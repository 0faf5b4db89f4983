/**
 * Convolution at points that are moved. Source: ONNX operator specification, DeformConv-19; Dai et al. 2017.
 *
 * With s, what the image holds at the points of every window, and m, the mask: y = W (m s) + b. So d(m s) = Wᵀ dy,
 * dW = dy (m s)ᵀ, dm = Σ s d(m s) over channels, and the image and the points get theirs from m d(m s), as in sampling.ts.
 */
import { type Attributes, int, ints, numberOf, numbersOf } from "../graph/attributes.js";
import { describeType, type Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { required, typeError } from "./infer.js";
import type { Operator, VjpContext } from "./operator.js";
import { inFloat, realTensor } from "./rules.js";
import {
	type Axis,
	imageGradient,
	interpolations,
	paddings,
	pointGradients,
	product,
	readTaps,
	type Taken,
} from "./sampling.js";
import { reshape, sequence, sliceAlong } from "./selection.js";

type Inputs = readonly (Value | undefined)[];

/** The windows of a node, and its groups. */
interface Layer {
	/** `[height, width]` of the image, of the kernel and of the output. */
	readonly image: readonly number[];
	readonly kernel: readonly number[];
	readonly output: readonly number[];
	readonly group: number;
	/** Groups of channels with offsets of their own. */
	readonly offsets: number;
	/** Where along each axis every tap of every window lies before it is moved, `[taps × windows]`. */
	readonly places: readonly (readonly number[])[];
}

function layerOf(inputs: Inputs, attributes: Attributes): Layer {
	const [x, w, offset] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
	const [image, kernel] = [x.dims.slice(2), w.dims.slice(2)];
	const [group, offsets] = [numberOf(attributes, "group", 1), numberOf(attributes, "offset_group", 1)];
	const [strides, dilations] = [numbersOf(attributes, "strides", [1, 1]), numbersOf(attributes, "dilations", [1, 1])];
	const pads = numbersOf(attributes, "pads", [0, 0, 0, 0]);
	const output = image.map((size, axis) => {
		const extent = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
		return Math.floor((size + (pads[axis] ?? 0) + (pads[axis + 2] ?? 0) - extent) / (strides[axis] ?? 1)) + 1;
	});
	const [batch = 1, channels = 1] = x.dims;
	const points = elementCount(kernel) * elementCount(output);
	const fits =
		image.length === 2 &&
		channels % offsets === 0 &&
		w.dims[1] === channels / group &&
		offset.dims.join() === [batch, offsets * elementCount(kernel) * 2, ...output].join();
	if (!fits) {
		const expected = "an image [batch, channels, height, width], weights and offsets that fit it";
		throw typeError("DeformConv", expected, [x, w, offset].map(describeType).join(", "));
	}
	const places = image.map((_, axis) =>
		sequence(points).map((point) => {
			const [tap, at] = [Math.floor(point / elementCount(output)), point % elementCount(output)];
			const along = (index: number, width = 1): number => (axis === 0 ? Math.floor(index / width) : index % width);
			const [inKernel, inOutput] = [along(tap, kernel[1]), along(at, output[1])];
			return inOutput * (strides[axis] ?? 1) - (pads[axis] ?? 0) + inKernel * (dilations[axis] ?? 1);
		}),
	);
	return { image, kernel, output, group, offsets, places };
}

/** The image by groups of offsets, `[batch × groups, channels of a group, height, width]`. */
function imageOf({ g, inputs }: VjpContext, { offsets, image }: Layer): Value {
	const x = required(inputs, 0);
	const [batch = 1, channels = 1] = x.dims;
	return reshape(g, x, [batch * offsets, channels / offsets, ...image]);
}

/** The taps around the points, `[batch × groups of offsets, taps × windows]`. */
function tapsOf({ g, inputs }: VjpContext, { image, kernel, output, offsets, places }: Layer): readonly Taken[] {
	const offset = required(inputs, 2);
	const rows = (offset.dims[0] ?? 1) * offsets;
	const [taps, windows] = [elementCount(kernel), elementCount(output)];
	const apart = reshape(g, offset, [rows, taps, 2, windows]);
	const axes = image.map((size): Axis => ({ g, size, alignCorners: true }));
	const { zeros } = paddings;
	const along = axes.map((axis, number) => {
		const moved = reshape(g, sliceAlong(g, apart, 2, number, number + 1), [rows, taps * windows]);
		const base = g.constant(realTensor(offset, [1, taps * windows], places[number] ?? []));
		return interpolations.linear(axis, zeros, g.op("Add", [moved, base]));
	});
	return product(axes, along);
}

/** What each step of the way back needs, made once. */
function backOf(context: VjpContext, layer: Layer) {
	const { g, inputs, dy } = context;
	const { group, offsets, kernel, output } = layer;
	const [x, w, mask] = [required(inputs, 0), required(inputs, 1), inputs[4]];
	const [batch = 1, channels = 1] = x.dims;
	const [taps, windows] = [elementCount(kernel), elementCount(output)];
	const [rows, width, outputs] = [batch * offsets, channels / offsets, w.dims[0] ?? 1];
	const found = tapsOf(context, layer);
	const image = imageOf(context, layer);
	// [rows, points, channels]: Σ over the taps of their weights
	const read = readTaps(g, image, found).map((one, index) => {
		const weight = found[index]?.weight;
		return weight === undefined ? one : g.op("Mul", [one, reshape(g, weight, [...weight.dims, 1])]);
	});
	const sampled = g.op("Transpose", [g.op("Sum", read)], { perm: ints([0, 2, 1]) });
	const shares = mask && reshape(g, mask, [rows, 1, taps * windows]);
	const masked = (value: Value): Value => (shares === undefined ? value : g.op("Mul", [value, shares]));
	const columns = reshape(g, masked(sampled), [batch, group, (channels / group) * taps, windows]);
	const dRows = reshape(g, dy, [batch, group, outputs / group, windows]);
	const weights = reshape(g, w, [group, outputs / group, (channels / group) * taps]);
	const dColumns = g.op("FusedMatMul", [weights, dRows], { transA: int(1) });
	const dMasked = reshape(g, dColumns, [rows, width, taps * windows]);
	return { image, taps: found, sampled, columns, dRows, dMasked, dSampled: masked(dMasked) };
}

const withoutAxes = { keepdims: int(0) };

export const deformable = {
	DeformConv: {
		infer: (inputs, attributes) => {
			const [x, w] = [required(inputs, 0), required(inputs, 1)];
			const { output } = layerOf(inputs, attributes);
			return [{ type: x.type, dims: [x.dims[0] ?? 1, w.dims[0] ?? 1, ...output] }];
		},
		vjp: (context) => {
			const { g, inputs, dy, attributes } = context;
			const layer = layerOf(inputs, attributes);
			const dimsOf = (index: number): readonly number[] => required(inputs, index).dims;
			let made: ReturnType<typeof backOf> | undefined;
			const back = (): ReturnType<typeof backOf> => (made ??= backOf(context, layer));
			const sum = (value: Value, axes: readonly number[]): Value =>
				g.op("ReduceSum", [value, g.integers(axes)], withoutAxes);
			const offsetGradient = (): Value => {
				const { image, dSampled, taps } = back();
				const [rows = 1, , points = 1] = dSampled.dims;
				const windows = elementCount(layer.output);
				const parts = pointGradients(g, image, dSampled, taps).map((one) =>
					reshape(g, one, [rows, points / windows, 1, windows]),
				);
				return reshape(g, g.op("Concat", parts, { axis: int(2) }), dimsOf(2));
			};
			return [
				() => reshape(g, imageGradient(g, back().image, back().dSampled, back().taps), dimsOf(0)),
				() => {
					const product = g.op("FusedMatMul", [back().dRows, back().columns], { transB: int(1) });
					return reshape(g, sum(product, [0]), dimsOf(1));
				},
				offsetGradient,
				() => sum(dy, [0, 2, 3]),
				() => reshape(g, sum(g.op("Mul", [back().dMasked, back().sampled]), [1]), dimsOf(4)),
			];
		},
		cases: inFloat([
			{
				inputs: [...[{ dims: [2, 2, 4, 5] }, { dims: [3, 2, 2, 3] }], { dims: [2, 12, 3, 3], from: 0.1, to: 0.4 }],
			},
			{
				inputs: [
					...[{ dims: [1, 4, 5, 4] }, { dims: [2, 2, 2, 2] }],
					{ dims: [1, 16, 3, 2], from: 0.1, to: 0.4 },
					...[{ dims: [2] }, { dims: [1, 8, 3, 2] }],
				],
				attributes: {
					group: int(2),
					offset_group: int(2),
					strides: ints([2, 2]),
					pads: ints([1, 0, 0, 1]),
					dilations: ints([1, 2]),
				},
			},
		]),
	},
} as const satisfies Record<string, Operator>;
