/** Operators that move elements without changing them. Source: ONNX operator specification, opset 21. */
import { int, ints, numberOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { broadcastDims, constantIntegers, normalAxis, required, sameAsFirst, typeError } from "./infer.js";
import type { Operator } from "./operator.js";

/** The gradient in the shape of the input. */
const reshapeBack = (g: Graph, x: Value, dy: Value): Value => g.op("Reshape", [dy, g.integers(x.dims)]);

/** The shape that a Reshape asks for: 0 copies the input's dimension, −1 takes the rest. */
function reshaped(x: Value, wanted: readonly number[]): readonly number[] {
	const copied = wanted.map((dim, axis) => (dim === 0 ? (x.dims[axis] ?? 0) : dim));
	const known = elementCount(copied.filter((dim) => dim !== -1));
	const dims = copied.map((dim) => (dim === -1 ? elementCount(x.dims) / known : dim));
	if (elementCount(dims) === elementCount(x.dims) && dims.every(Number.isInteger)) return dims;
	const expected = `a shape for the ${String(elementCount(x.dims))} elements of [${x.dims.join()}]`;
	throw typeError("Reshape", expected, `[${wanted.join()}]`);
}

export const shape = {
	Reshape: {
		infer: (inputs) => {
			const x = required(inputs, 0);
			return [{ type: x.type, dims: reshaped(x, constantIntegers(required(inputs, 1), "shape")) }];
		},
		vjp: ({ g, inputs, dy }) => [() => reshapeBack(g, required(inputs, 0), dy)],
		cases: [
			{ inputs: [{ dims: [3, 4] }, { dims: [2], integers: [2, 6] }] },
			{ inputs: [{ dims: [3, 4] }, { dims: [3], integers: [0, 2, -1] }] },
		],
	},
	Flatten: {
		infer: (inputs, attributes) => {
			const { type, dims } = required(inputs, 0);
			const axis = numberOf(attributes, "axis", 1);
			const split = axis < 0 ? axis + dims.length : axis;
			return [{ type, dims: [elementCount(dims.slice(0, split)), elementCount(dims.slice(split))] }];
		},
		vjp: ({ g, inputs, dy }) => [() => reshapeBack(g, required(inputs, 0), dy)],
		cases: [{ inputs: [{ dims: [2, 3, 4] }] }, { inputs: [{ dims: [2, 3, 4] }], attributes: { axis: int(2) } }],
	},
	Transpose: {
		infer: (inputs, attributes) => {
			const x = required(inputs, 0);
			return [{ type: x.type, dims: permutationOf(x, attributes["perm"]).map((axis) => x.dims[axis] ?? 1) }];
		},
		// The inverse permutation moves the gradient back.
		vjp: ({ g, inputs, dy, attributes }) => {
			const perm = permutationOf(required(inputs, 0), attributes["perm"]);
			const inverse = perm.map((_, axis) => perm.indexOf(axis));
			return [() => g.op("Transpose", [dy], { perm: ints(inverse) })];
		},
		cases: [{ inputs: [{ dims: [3, 4] }] }, { inputs: [{ dims: [2, 3, 4] }], attributes: { perm: ints([1, 2, 0]) } }],
	},
	// The engine sums the gradient over what was stretched.
	Expand: {
		infer: (inputs) => {
			const x = required(inputs, 0);
			return [{ type: x.type, dims: broadcastDims([x.dims, constantIntegers(required(inputs, 1), "shape")]) }];
		},
		vjp: ({ dy }) => [() => dy],
		cases: [
			{ inputs: [{ dims: [3, 1] }, { dims: [2], integers: [3, 4] }] },
			{ inputs: [{ dims: [4] }, { dims: [3], integers: [2, 3, 1] }] },
		],
	},
	// Indexing is used on data, not on values with gradients.
	Gather: {
		infer: (inputs, attributes) => {
			const [x, indices] = [required(inputs, 0), required(inputs, 1)];
			const axis = normalAxis(numberOf(attributes, "axis", 0), x.dims.length);
			return [{ type: x.type, dims: [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)] }];
		},
		vjp: "nondifferentiable",
		cases: [{ inputs: [{ dims: [5, 3] }, { dims: [2], integers: [4, 0] }] }],
	},
	OneHot: {
		infer: (inputs, attributes) => {
			const [indices, depth, values] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
			if (numberOf(attributes, "axis", -1) !== -1) throw typeError("OneHot", "axis −1", "another");
			return [{ type: values.type, dims: [...indices.dims, ...constantIntegers(depth, "depth")] }];
		},
		vjp: "nondifferentiable",
		cases: [
			{
				inputs: [{ dims: [3], integers: [0, 3, 1] }, { dims: [], integers: [4] }, { dims: [2] }],
				precision: "float",
			},
		],
	},
	// The identity in inference; in training a product with a fresh mask (Srivastava et al. 2014, inverted).
	Dropout: {
		infer: sameAsFirst,
		vjp: ({ dy }) => [() => dy],
		train: (g, inputs, _attributes, { dropoutMask }) => {
			const x = required(inputs, 0);
			const ratio = inputs[1] === undefined ? 0.5 : constantNumber(inputs[1]);
			return [ratio === 0 ? x : g.op("Mul", [x, dropoutMask(x, ratio)])];
		},
		cases: [{ inputs: [{ dims: [3, 4] }] }],
	},
} as const satisfies Record<string, Operator>;

function permutationOf(
	x: Value,
	perm: { readonly kind: string; readonly value: unknown } | undefined,
): readonly number[] {
	if (perm === undefined) return x.dims.map((_, axis) => x.dims.length - 1 - axis);
	// The operator's specification makes `perm` a list of integers.
	const axes = perm.value as readonly number[];
	if (axes.length === x.dims.length && x.dims.every((_, axis) => axes.includes(axis))) return axes;
	throw typeError("Transpose", `a permutation of the axes of [${x.dims.join()}]`, `[${axes.join()}]`);
}

function constantNumber(value: Value): number {
	const [number] = value.constant?.data ?? [];
	if (number === undefined) throw typeError("Dropout", "a ratio known while building", `the value of ${value.name}`);
	return Number(number);
}
