/** Activations, normalisation and pooling that are built from others. Source: ONNX operator specification, opset 24. */
import { float, int, ints, numberOf, numbersOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { describeType, type Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { constantIntegers, normalAxis, required, typeError } from "./infer.js";
import type { Composite } from "./operator.js";
import { extentOf, type Windows, windowsOf } from "./pool-windows.js";
import { inFloat, over, positive, realTensor, scaled } from "./rules.js";
import { padZeros, reshape, sequence, sliceAlong } from "./selection.js";

/** Padding at the end that the last window reaches over. */
const padAfter = (window: Windows): number =>
	Math.max(0, (window.count - 1) * window.stride + extentOf(window) - window.size - window.before);

/** Σ x over every window, as a convolution with a kernel of ones. */
function windowSums(g: Graph, x: Value, windows: readonly Windows[]): Value {
	const [batch = 1, channels = 1, ...spatial] = x.dims;
	const kernel = windows.map((window) => window.kernel);
	const ones = g.op("Expand", [g.scalar(1, x), g.integers([1, 1, ...kernel])]);
	// What the last window does not reach has no part.
	const pads = [...windows.map(({ before }) => before), ...windows.map(padAfter)];
	const sums = g.op("Conv", [reshape(g, x, [batch * channels, 1, ...spatial]), ones], {
		kernel_shape: ints(kernel),
		strides: ints(windows.map(({ stride }) => stride)),
		dilations: ints(windows.map(({ dilation }) => dilation)),
		pads: ints(pads),
	});
	return reshape(g, sums, [batch, channels, ...windows.map(({ count }) => count)]);
}

/** x^(1/p) for x ≥ 0, with the gradient 0 where x is 0. */
function root(g: Graph, x: Value, p: number): Value {
	const isZero = g.op("Equal", [x, g.scalar(0, x)]);
	const filled = g.op("Where", [isZero, g.scalar(1, x), x]);
	const roots = p === 2 ? g.op("Sqrt", [filled]) : g.op("Pow", [filled, g.scalar(1 / p, x)]);
	return g.op("Where", [isZero, g.scalar(0, x), roots]);
}

/** Elements along an axis that float32 has places for. */
const mostPlaces = 2 ** 24;

/** Places between −1 and 1: the middles of `size` equal parts, or with both ends. */
function gridPlaces(size: number, aligned: boolean): readonly number[] {
	if (size > mostPlaces) throw typeError("AffineGrid", `sizes of up to ${mostPlaces}`, String(size));
	if (!aligned) return sequence(size).map((place) => (2 * place + 1) / size - 1);
	// The only one is at the end, as in ONNX Runtime.
	return size === 1 ? [1] : sequence(size).map((place) => (2 * place) / (size - 1) - 1);
}

export const functionComposites = {
	// swish(x) = x σ(α x)
	Swish: {
		attributes: { alpha: "any" },
		expand: (g, inputs, attributes) => {
			const x = required(inputs, 0);
			const alpha = numberOf(attributes, "alpha", 1);
			if (x.type === "float") return [g.op("QuickGelu", [x], { alpha: float(alpha) })];
			return [g.op("Mul", [x, g.op("Sigmoid", [alpha === 1 ? x : scaled(g, x, alpha)])])];
		},
		cases: [
			...inFloat([{ inputs: [{ dims: [3, 4], from: -3, to: 3 }] }]),
			{ inputs: [{ dims: [3, 4], from: -3, to: 3 }], attributes: { alpha: float(0.5) } },
		],
	},
	// shrink(x) = x + b below −λ, x − b above λ, 0 between
	Shrink: {
		attributes: { bias: "any", lambd: "any" },
		expand: (g, inputs, attributes) => {
			const x = required(inputs, 0);
			const [bias, lambd] = [numberOf(attributes, "bias", 0), numberOf(attributes, "lambd", 0.5)];
			const beyond = (from: number, to: Value): Value => positive(g, g.op("Sub", [g.scalar(from, x), to]));
			const [below, above] = [beyond(-lambd, x), positive(g, g.op("Sub", [x, g.scalar(lambd, x)]))];
			const shifted = (sign: Value, by: number): Value =>
				g.op("Mul", [sign, by === 0 ? x : g.op("Add", [x, g.scalar(by, x)])]);
			return [g.op("Add", [shifted(below, bias), shifted(above, -bias)])];
		},
		cases: [
			...over({ from: -1, to: 1 }),
			{ inputs: [{ dims: [3, 4], from: -2, to: 2 }], attributes: { bias: float(0.3), lambd: float(0.7) } },
		],
	},
	// y = γ x / √(mean(x²) + ε), the node that ONNX Runtime had before ONNX
	RMSNormalization: {
		attributes: { axis: "any", epsilon: "any", stash_type: [1] },
		expand: (g, inputs, attributes) => {
			const [x, scale] = [required(inputs, 0), required(inputs, 1)];
			const axis = normalAxis(numberOf(attributes, "axis", -1), x.dims.length);
			const gamma =
				elementCount(scale.dims) === elementCount(x.dims.slice(axis))
					? scale
					: g.op("Expand", [scale, g.integers(x.dims.slice(axis))]);
			return g.ops("SimplifiedLayerNormalization", [x, gamma], { ...attributes, axis: int(axis) }).slice(0, 1);
		},
		cases: [
			{ inputs: [{ dims: [2, 3, 5] }, { dims: [5] }] },
			{ inputs: [{ dims: [2, 3, 4] }, { dims: [3, 1] }], attributes: { axis: int(1), epsilon: float(0.01) } },
		],
	},
	// y_w = (Σ |x|^p over the window w)^(1/p)
	LpPool: {
		attributes: {
			kernel_shape: "any",
			strides: "any",
			pads: "any",
			dilations: "any",
			ceil_mode: [0, 1],
			p: { least: 1 },
			auto_pad: ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"],
		},
		expand: (g, inputs, attributes) => {
			const x = required(inputs, 0);
			const p = numberOf(attributes, "p", 2);
			const sizes = p === 2 ? g.op("Mul", [x, x]) : g.op("Abs", [x]);
			const powers = p <= 2 ? sizes : g.op("Pow", [sizes, g.scalar(p, x)]);
			const sums = windowSums(g, powers, windowsOf("LpPool", x, attributes));
			return [p === 1 ? sums : root(g, sums, p)];
		},
		cases: inFloat([
			{ inputs: [{ dims: [2, 3, 6, 4] }], attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]) } },
			{
				inputs: [{ dims: [1, 2, 7] }],
				attributes: { kernel_shape: ints([3]), strides: ints([2]), pads: ints([1, 1]), p: int(3) },
			},
			...["SAME_UPPER", "SAME_LOWER", "VALID"].map((auto) => ({
				inputs: [{ dims: [1, 2, 5, 6] }],
				attributes: { kernel_shape: ints([3, 2]), auto_pad: { kind: "string" as const, value: auto }, p: int(1) },
			})),
			{
				inputs: [{ dims: [1, 1, 6, 6] }],
				attributes: { kernel_shape: ints([2, 3]), strides: ints([3, 3]), ceil_mode: int(1), dilations: ints([2, 1]) },
			},
		]),
	},
	// y = (Σ |x|^p over space)^(1/p)
	GlobalLpPool: {
		attributes: { p: { least: 1 } },
		expand: (g, inputs, attributes) => {
			const x = required(inputs, 0);
			const p = numberOf(attributes, "p", 2);
			const space = g.integers(sequence(Math.max(0, x.dims.length - 2), 2));
			if (p <= 2) return [g.op(p === 1 ? "ReduceL1" : "ReduceL2", [x, space])];
			const powers = g.op("Pow", [g.op("Abs", [x]), g.scalar(p, x)]);
			return [root(g, g.op("ReduceSum", [powers, space]), p)];
		},
		cases: inFloat([
			{ inputs: [{ dims: [2, 3, 4, 2] }] },
			{ inputs: [{ dims: [2, 3, 4] }], attributes: { p: int(3) } },
			{ inputs: [{ dims: [2, 3, 4] }], attributes: { p: int(1) } },
		]),
	},
	// yᵢ = Π xⱼ over j ≤ i, by doubling: after k rounds the product of 2ᵏ elements, without a division
	CumProd: {
		attributes: { exclusive: [0, 1], reverse: [0, 1] },
		expand: (g, inputs, attributes) => {
			const x = required(inputs, 0);
			const [named = 0] = constantIntegers(required(inputs, 1), "axis");
			const axis = normalAxis(named, x.dims.length);
			const size = x.dims[axis] ?? 1;
			const backwards = numberOf(attributes, "reverse", 0) === 1;
			const moved = (value: Value, by: number): Value => {
				const pads = x.dims.map((_, other) => (other === axis ? by : 0));
				const [before, after] = backwards ? [pads.map((pad) => -pad), pads] : [pads, pads.map((pad) => -pad)];
				return g.op("Pad", [value, g.integers([...before, ...after]), g.scalar(1, x)]);
			};
			const first = numberOf(attributes, "exclusive", 0) === 1 ? moved(x, 1) : x;
			const distances = sequence(Math.ceil(Math.log2(size))).map((round) => 2 ** round);
			return [distances.reduce((y, by) => g.op("Mul", [y, moved(y, by)]), first)];
		},
		cases: [
			{ inputs: [{ dims: [3, 5] }, { dims: [], integers: [1] }] },
			{
				inputs: [{ dims: [4, 2] }, { dims: [], integers: [-2] }],
				attributes: { exclusive: int(1), reverse: int(1) },
			},
			{ inputs: [{ dims: [7] }, { dims: [], integers: [0] }], attributes: { reverse: int(1) } },
			{ inputs: [{ dims: [1, 3] }, { dims: [], integers: [0] }], attributes: { exclusive: int(1) } },
		],
	},
	// The middle, or zeros around it; what is odd is at the end
	CenterCropPad: {
		attributes: { axes: "any" },
		expand: (g, inputs, attributes) => {
			const x = required(inputs, 0);
			const axes = numbersOf(attributes, "axes", sequence(x.dims.length)).map((axis) =>
				normalAxis(axis, x.dims.length),
			);
			const shape = constantIntegers(required(inputs, 1), "shape");
			if (shape.length !== axes.length) {
				throw typeError("CenterCropPad", `a size for ${axes.length} axes`, `[${shape.join()}]`);
			}
			const grown = x.dims.map((size, axis) => (shape[axes.indexOf(axis)] ?? size) - size);
			const before = grown.map((by) => Math.trunc(by / 2));
			const after = grown.map((by, axis) => by - (before[axis] ?? 0));
			return [padZeros(g, x, before, after)];
		},
		cases: [
			{ inputs: [{ dims: [5, 4, 3] }, { dims: [3], integers: [2, 7, 3] }] },
			{ inputs: [{ dims: [2, 7] }, { dims: [1], integers: [4] }], attributes: { axes: ints([-1]) } },
		],
	},
	// Points between −1 and 1 on every axis, times θ: x θ₀ + y θ₁ + … + θₙ
	AffineGrid: {
		attributes: { align_corners: [0, 1] },
		expand: (g, inputs, attributes) => {
			const theta = required(inputs, 0);
			const [batch = 1, , ...spatial] = constantIntegers(required(inputs, 1), "size");
			const [, rows = 0, columns = 0] = theta.dims;
			if (rows !== spatial.length || columns !== rows + 1 || theta.dims[0] !== batch) {
				throw typeError("AffineGrid", `θ [${batch},${spatial.length},${spatial.length + 1}]`, describeType(theta));
			}
			const column = (index: number): Value =>
				reshape(g, sliceAlong(g, theta, 2, index, index + 1), [batch, ...spatial.map(() => 1), rows]);
			const aligned = numberOf(attributes, "align_corners", 0) === 1;
			const terms = spatial.map((size, axis) => {
				const ones = [1, ...spatial.map(() => 1), 1];
				const places = g.constant(realTensor(theta, ones.with(axis + 1, size), gridPlaces(size, aligned)));
				return g.op("Mul", [places, column(spatial.length - 1 - axis)]);
			});
			return [g.op("Sum", [...terms, column(rows)])];
		},
		cases: inFloat([
			{ inputs: [{ dims: [2, 2, 3] }, { dims: [4], integers: [2, 1, 3, 4] }] },
			{
				inputs: [{ dims: [1, 2, 3] }, { dims: [4], integers: [1, 1, 1, 3] }],
				attributes: { align_corners: int(1) },
			},
			{
				inputs: [{ dims: [1, 3, 4] }, { dims: [5], integers: [1, 1, 2, 3, 2] }],
				attributes: { align_corners: int(1) },
			},
		]),
	},
} as const satisfies Record<string, Composite>;
