/**
 * Reductions over axes, which are the second input or, where it is absent or empty, all axes; none with
 * `noop_with_empty_axes`. Source: ONNX operator specification, opset 21.
 */
import { type Attributes, int, numberOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { type Fold, foldReduction } from "./fold.js";
import { constantIntegers, normalAxis, required } from "./infer.js";
import type { Operator, OperatorCase } from "./operator.js";
import { cast, dropWhere, scaled } from "./rules.js";

/** What the gradient rule of a reduction sees. `y` and `dy` have the rank of `x`, with 1 along every reduced axis. */
interface Reduced {
	readonly g: Graph;
	readonly x: Value;
	readonly y: Value;
	readonly dy: Value;
	/** How many elements of `x` make one of `y`. */
	readonly count: number;
	/** The reduction of a value of x's shape that another reduction would make, in the shape of `y` above. */
	readonly reduce: (opType: string, value: Value) => Value;
	/** A value of y's shape, stretched to that of `x`. */
	readonly spread: (value: Value) => Value;
}

function reducedAxes(inputs: readonly (Value | undefined)[], attributes: Attributes): readonly number[] {
	const x = required(inputs, 0);
	const named = inputs[1] === undefined ? [] : constantIntegers(inputs[1], "axes");
	if (named.length > 0) return named.map((axis) => normalAxis(axis, x.dims.length));
	return numberOf(attributes, "noop_with_empty_axes", 0) === 1 ? [] : x.dims.map((_, axis) => axis);
}

/** The shape of `x` with 1 along the axes. */
const keptDims = (x: Value, axes: readonly number[]): readonly number[] =>
	x.dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim));

function reducedDims(x: Value, axes: readonly number[], attributes: Attributes): readonly number[] {
	if (numberOf(attributes, "keepdims", 1) === 1) return keptDims(x, axes);
	return x.dims.filter((_, axis) => !axes.includes(axis));
}

const reductionCases: readonly OperatorCase[] = [
	{ inputs: [{ dims: [3, 4] }] },
	{ inputs: [{ dims: [3, 4] }, { dims: [1], integers: [0] }] },
	{ inputs: [{ dims: [2, 3, 4] }, { dims: [2], integers: [-1, 0] }], attributes: { keepdims: int(0) } },
	{ inputs: [{ dims: [3, 4] }, { dims: [0], integers: [] }] },
	{ inputs: [{ dims: [3, 4] }], attributes: { noop_with_empty_axes: int(1) } },
];

/** The cases with all elements of the first input positive. */
const positiveCases: readonly OperatorCase[] = reductionCases.map(({ inputs: [x, ...axes], ...rest }) => ({
	inputs: [x && { ...x, from: 0.3, to: 2 }, ...axes],
	...rest,
}));

/** y = f(x) over axes; `rule` is dL/dx. */
function reduction(rule: (reduced: Reduced) => Value, cases = reductionCases): Operator {
	return {
		infer: (inputs, attributes) => {
			const x = required(inputs, 0);
			return [{ type: x.type, dims: reducedDims(x, reducedAxes(inputs, attributes), attributes) }];
		},
		vjp: ({ g, inputs, outputs, dy, attributes }) => {
			const x = required(inputs, 0);
			const axes = reducedAxes(inputs, attributes);
			const kept = (value: Value): Value => g.op("Reshape", [value, g.integers(keptDims(x, axes))]);
			const gradient = (): Value =>
				rule({
					g,
					x,
					y: kept(required(outputs, 0)),
					dy: kept(dy),
					count: elementCount(axes.map((axis) => x.dims[axis] ?? 1)),
					reduce: (opType, value) => g.op(opType, [value, g.integers(axes)], { noop_with_empty_axes: int(1) }),
					spread: (value) => g.op("Expand", [value, g.integers(x.dims)]),
				});
			return [gradient];
		},
		cases,
	};
}

const foldOver =
	(real: (a: number, b: number) => number, whole: (a: bigint, b: bigint) => bigint, empty?: number): Fold =>
	(inputs, attributes) => {
		if (inputs[1] !== undefined && inputs[1].constant === undefined) return undefined;
		const x = required(inputs, 0);
		const axes = reducedAxes(inputs, attributes);
		return foldReduction(
			x,
			axes,
			reducedDims(x, axes, attributes),
			(...elements) => elements.reduce((a, b) => real(a, b)),
			(...elements) => elements.reduce((a, b) => whole(a, b)),
			empty,
		);
	};

/** The largest or smallest elements share the gradient in equal parts. */
const shared = reduction(({ g, x, y, dy, reduce }) => {
	const isResult = cast(g, g.op("Equal", [x, y]), dy.type);
	return g.op("Mul", [isResult, g.op("Div", [dy, reduce("ReduceSum", isResult)])]);
});

export const reduce = {
	// d Σ x = Σ dx
	ReduceSum: {
		...reduction(({ dy, spread }) => spread(dy)),
		fold: foldOver(
			(a, b) => a + b,
			(a, b) => a + b,
			0,
		),
	},
	// d mean(x) = Σ dx / n
	ReduceMean: reduction(({ g, dy, count, spread }) => spread(scaled(g, dy, 1 / count))),
	// d Σ x² = Σ 2 x dx
	ReduceSumSquare: reduction(({ g, x, dy }) => g.op("Mul", [dy, g.op("Add", [x, x])])),
	// d Σ |x| = Σ sign(x) dx
	ReduceL1: reduction(({ g, x, dy }) => g.op("Mul", [dy, g.op("Sign", [x])])),
	// d √Σ x² = Σ x dx / y, and 0 where all x are 0
	ReduceL2: reduction(({ g, x, y, dy }) => {
		const share = dropWhere(g, g.op("Equal", [y, g.scalar(0, y)]), g.op("Div", [dy, y]));
		return g.op("Mul", [x, share]);
	}),
	ReduceMax: { ...shared, fold: foldOver(Math.max, (a, b) => (a > b ? a : b)) },
	ReduceMin: { ...shared, fold: foldOver(Math.min, (a, b) => (a < b ? a : b)) },
	// d Π x = Σᵢ Πⱼ≠ᵢ xⱼ dxᵢ. With z = [x = 0] and p the product of what is not 0, Πⱼ≠ᵢ xⱼ is p / xᵢ where no other
	// element is 0, with 1 in the place of an xᵢ that is 0, and 0 elsewhere.
	ReduceProd: {
		...reduction(({ g, x, dy, reduce: over }) => {
			const isZero = g.op("Equal", [x, g.scalar(0, x)]);
			const zero = cast(g, isZero, x.type);
			const filled = g.op("Where", [isZero, g.scalar(1, x), x]);
			const others = g.op("Div", [over("ReduceProd", filled), filled]);
			const otherZeros = g.op("Sub", [over("ReduceSum", zero), zero]);
			return g.op("Mul", [dy, dropWhere(g, g.op("Greater", [otherZeros, g.scalar(0, x)]), others)]);
		}),
		fold: foldOver(
			(a, b) => a * b,
			(a, b) => a * b,
			1,
		),
	},
	// d log Σ x = Σ dx / Σ x, with 1 / Σ x = e^(−y)
	ReduceLogSum: reduction(
		({ g, y, dy, spread }) => spread(g.op("Mul", [dy, g.op("Exp", [g.op("Neg", [y])])])),
		positiveCases,
	),
	// d log Σ eˣ = Σ e^(x − y) dx
	ReduceLogSumExp: reduction(({ g, x, y, dy }) => g.op("Mul", [dy, g.op("Exp", [g.op("Sub", [x, y])])])),
} as const satisfies Record<string, Operator>;
