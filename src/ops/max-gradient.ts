/** The gradient of a MaxPool: dx[e] = Σ dy over the windows of which e is the first maximum. */
import { type Attributes, int, ints } from "../graph/attributes.js";
import type { Graph, Node } from "../graph/graph.js";
import type { Value, ValueType } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { positions } from "./convolution-windows.js";
import { required } from "./infer.js";
import type { Target } from "./operator.js";
import { areDisjoint, extentOf, type Windows, windowsOf } from "./pool-windows.js";
import { cast, realTensor } from "./rules.js";

/** Lowers a MaxUnpool that is the gradient of a MaxPool, the input and output of which are its last inputs. */
export function maxGradient(g: Graph, { inputs, attributes }: Node, { lacks }: Target): readonly Value[] | undefined {
	const [, , , x, y] = inputs;
	if (x === undefined || y === undefined) return undefined;
	const [dy, indices] = [required(inputs, 0), required(inputs, 1)];
	const windows = windowsOf("MaxPool", x, attributes);
	if (lacks?.has("MaxPool with indices") === true) return [byTaps(g, x, y, dy, windows)];
	// MaxUnpool writes and does not add. With the shape given, it does not look at its kernel.
	if (!areDisjoint(windows) || x.type !== "float") return [scatter(g, x, dy, indices)];
	return typed(g, "MaxUnpool", [dy, indices, inputs[2]], x, { kernel_shape: ints(windows.map(() => 1)) });
}

/** Adds a node with one output. */
function typed(
	g: Graph,
	opType: string,
	inputs: readonly (Value | undefined)[],
	{ type, dims }: ValueType,
	attributes: Attributes = {},
): readonly Value[] {
	return g.add(opType, "", inputs, [{ type, dims }], attributes);
}

/** Zeros in the shape of x, with dy added at `indices`, which count x's elements in order. */
function scatter(g: Graph, x: Value, dy: Value, indices: Value): Value {
	const flat = (value: Value): Value => {
		const type = { type: value.type, dims: [elementCount(value.dims)] };
		return required(typed(g, "Reshape", [value, g.integers([-1])], type), 0);
	};
	const zeros = g.op("Expand", [g.scalar(0, dy), g.integers([elementCount(x.dims)])]);
	const [sums] = typed(g, "ScatterElements", [zeros, flat(indices), flat(dy)], zeros, {
		reduction: { kind: "string", value: "add" },
	});
	return g.op("Reshape", [sums, g.integers(x.dims)]);
}

/** Padding that is no maximum. */
const lowest = -3.4e38;

/**
 * Without indices. The k-th element of every window is a slice of x; the first that equals the maximum takes dy. Each
 * goes back to its place by a transposed convolution with a kernel of one 1.
 */
function byTaps(g: Graph, x: Value, y: Value, dy: Value, windows: readonly Windows[]): Value {
	const taken = firstMaxima(g, padded(g, x, windows), y, windows).map((first) => g.op("Mul", [first, dy]));
	const [lead, spatial] = [elementCount(x.dims.slice(0, 2)), x.dims.slice(2)];
	const kernel = windows.map((axis) => axis.kernel);
	const stacked = g.op(
		"Concat",
		taken.map((one) => g.op("Unsqueeze", [one, g.integers([2])])),
		{ axis: int(2) },
	);
	const columns = g.op("Reshape", [stacked, g.integers([lead, taken.length, ...dy.dims.slice(2)])]);
	const places = Array.from({ length: taken.length ** 2 }, (_, at) => (at % (taken.length + 1) === 0 ? 1 : 0));
	const spread = g.op("ConvTranspose", [columns, g.constant(realTensor(x, [taken.length, 1, ...kernel], places))], {
		strides: ints(windows.map(({ stride }) => stride)),
		dilations: ints(windows.map(({ dilation }) => dilation)),
	});
	const axes = g.integers(spatial.map((_, axis) => axis + 2));
	const starts = windows.map(({ before }) => before);
	const ends = windows.map(({ before, size }) => before + size);
	const cut = g.op("Slice", [spread, g.integers(starts), g.integers(ends), axes]);
	const missing = spatial.map((size, axis) => size - (cut.dims[axis + 2] ?? 0));
	const none = x.dims.map(() => 0);
	const whole = missing.every((size) => size === 0) ? cut : g.op("Pad", [cut, g.integers([...none, 0, 0, ...missing])]);
	return g.op("Reshape", [whole, g.integers(x.dims)]);
}

/** x with room for every window. */
function padded(g: Graph, x: Value, windows: readonly Windows[]): Value {
	const before = windows.map((axis) => axis.before);
	const after = windows.map((axis) => {
		return Math.max(0, (axis.count - 1) * axis.stride + extentOf(axis) - axis.size - axis.before);
	});
	if ([...before, ...after].every((size) => size === 0)) return x;
	return g.op("Pad", [x, g.integers([0, 0, ...before, 0, 0, ...after]), g.scalar(lowest, x)]);
}

/** For every element of a window, where it is the first that equals the maximum: 1 there, 0 elsewhere. */
function firstMaxima(g: Graph, x: Value, y: Value, windows: readonly Windows[]): readonly Value[] {
	const axes = g.integers(windows.map((_, axis) => axis + 2));
	const steps = g.integers(windows.map(({ stride }) => stride));
	let free: Value = g.scalar(1, x);
	const firsts: Value[] = [];
	for (const tap of positions(windows.map(({ kernel }) => kernel))) {
		const starts = windows.map(({ dilation }, axis) => (tap[axis] ?? 0) * dilation);
		const ends = windows.map(({ count, stride }, axis) => (starts[axis] ?? 0) + (count - 1) * stride + 1);
		const elements = g.op("Slice", [x, g.integers(starts), g.integers(ends), axes, steps]);
		const first = g.op("Mul", [cast(g, g.op("Equal", [elements, y]), x.type), free]);
		free = g.op("Sub", [free, first]);
		firsts.push(first);
	}
	return firsts;
}
