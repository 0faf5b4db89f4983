/** Sums, means and softmaxes over axes. Source: ONNX operator specification, opset 21. */
import { int, numberOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { constantIntegers, normalAxis, required, sameAsFirstAlongAxis } from "./infer.js";
import type { Operator, OperatorCase, VjpContext } from "./operator.js";

/** The axes that a reduction sums over: all of them where none are named. */
function reducedAxes(inputs: readonly (Value | undefined)[]): readonly number[] {
	const x = required(inputs, 0);
	const axes = inputs[1];
	const named = axes === undefined ? [] : constantIntegers(axes, "axes");
	if (named.length === 0) return x.dims.map((_, axis) => axis);
	return named.map((axis) => normalAxis(axis, x.dims.length));
}

/** `dy` stretched back over the reduced axes. */
function spread(g: Graph, x: Value, dy: Value, axes: readonly number[]): Value {
	const kept = x.dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
	return g.op("Expand", [g.op("Reshape", [dy, g.integers(kept)]), g.integers(x.dims)]);
}

const reductionCases: readonly OperatorCase[] = [
	{ inputs: [{ dims: [3, 4] }] },
	{ inputs: [{ dims: [3, 4] }, { dims: [1], integers: [0] }] },
	{ inputs: [{ dims: [2, 3, 4] }, { dims: [2], integers: [-1, 0] }], attributes: { keepdims: int(0) } },
];

function reduction(gradient: (g: Graph, spreadDy: Value, count: number, x: Value) => Value): Operator {
	return {
		infer: (inputs, attributes) => {
			const x = required(inputs, 0);
			const axes = reducedAxes(inputs);
			const keep = numberOf(attributes, "keepdims", 1) === 1;
			const dims = x.dims.flatMap((dim, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [dim]));
			return [{ type: x.type, dims }];
		},
		vjp: ({ g, inputs, dy }) => {
			const x = required(inputs, 0);
			const axes = reducedAxes(inputs);
			const count = elementCount(axes.map((axis) => x.dims[axis] ?? 1));
			return [() => gradient(g, spread(g, x, dy, axes), count, x)];
		},
		cases: reductionCases,
	};
}

const softmaxCases: readonly OperatorCase[] = [
	{ inputs: [{ dims: [3, 5], from: -3, to: 3 }] },
	{ inputs: [{ dims: [2, 3, 4] }], attributes: { axis: int(1) } },
];

/** Σ x over the axis of a softmax, kept as 1. */
function sumOverAxis({ g, attributes }: VjpContext, x: Value): Value {
	const axis = normalAxis(numberOf(attributes, "axis", -1), x.dims.length);
	return g.op("ReduceSum", [x, g.integers([axis])]);
}

export const reduce = {
	// d Σ x = Σ dx
	ReduceSum: reduction((_g, spreadDy) => spreadDy),
	// d mean(x) = Σ dx / n
	ReduceMean: reduction((g, spreadDy, count) => g.op("Mul", [spreadDy, g.scalar(1 / count, spreadDy)])),
	// d Σ x² = Σ 2 x dx
	ReduceSumSquare: reduction((g, spreadDy, _count, x) => g.op("Mul", [spreadDy, g.op("Add", [x, x])])),
	// dx = y (dy − Σ dy y)
	Softmax: {
		infer: sameAsFirstAlongAxis,
		vjp: (context) => {
			const { g, outputs, dy } = context;
			const y = required(outputs, 0);
			return [
				() => {
					const weighted = g.op("Mul", [dy, y]);
					return g.op("Sub", [weighted, g.op("Mul", [y, sumOverAxis(context, weighted)])]);
				},
			];
		},
		cases: softmaxCases,
	},
	// dx = dy − softmax(x) Σ dy, with softmax(x) = e^y
	LogSoftmax: {
		infer: sameAsFirstAlongAxis,
		vjp: (context) => {
			const { g, outputs, dy } = context;
			const y = required(outputs, 0);
			return [() => g.op("Sub", [dy, g.op("Mul", [g.op("Exp", [y]), sumOverAxis(context, dy)])])];
		},
		cases: softmaxCases,
	},
} as const satisfies Record<string, Operator>;
