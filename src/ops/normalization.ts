/**
 * Normalisation of one sample at a time. Source: ONNX operator specification, opset 21; SimplifiedLayerNormalization:
 * ONNX Runtime.
 *
 * All rules are one: with μ and s = 1 / √(σ² + ε) over n elements and x̂ = (x − μ) s, a gradient d of x̂ gives
 * dx = s (d − mean(d) − x̂ mean(d x̂)).
 */
import { float, int, ints, numberOf, numbersOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { describeType, type Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { commonDims, normalAxis, required, sameAsFirst, sameAsFirstAlongAxis, typeError } from "./infer.js";
import type { Operator, OperatorCase, VjpContext } from "./operator.js";
import { inFloat } from "./rules.js";

type Gradients = ReturnType<Exclude<Operator["vjp"], string>>;

/** x̂ and s, of the axes' sizes 1. */
interface Standardised {
	readonly normal: Value;
	readonly inverse: Value;
}

const defaultEpsilon = 1e-5;
const withoutAxes = { keepdims: int(0) };

const sizeOver = (x: Value, axes: readonly number[]): number => elementCount(axes.map((axis) => x.dims[axis] ?? 1));

const reshape = (g: Graph, x: Value, dims: readonly number[]): Value => g.op("Reshape", [x, g.integers(dims)]);

/** x̂ over some axes; with μ = 0 where it is not centred. */
function standardise(g: Graph, x: Value, axes: readonly number[], epsilon: number, centred = true): Standardised {
	const over = g.integers(axes);
	const residual = centred ? g.op("Sub", [x, g.op("ReduceMean", [x, over])]) : x;
	const squares = g.op("ReduceSumSquare", [residual, over]);
	const variance = g.op("Mul", [squares, g.scalar(1 / sizeOver(x, axes), x)]);
	const deviation = g.op("Sqrt", [g.op("Add", [variance, g.scalar(epsilon, x)])]);
	const inverse = g.op("Div", [g.scalar(1, x), deviation]);
	return { normal: g.op("Mul", [residual, inverse]), inverse };
}

/** x̂ of every row of a matrix: ONNX Runtime's own node, of γ = 1, where its statistics have the matrix's precision. */
function standardiseRows(g: Graph, rows: Value, epsilon: number, centred: boolean): Standardised {
	if (rows.type !== "float") return standardise(g, rows, [1], epsilon, centred);
	const columns = rows.dims[1] ?? 1;
	const ones = g.constant({ type: "float", dims: [columns], data: new Float32Array(columns).fill(1) });
	const name = centred ? "LayerNormalization" : "SimplifiedLayerNormalization";
	const outputs = g.ops(name, [rows, ones], { axis: int(-1), epsilon: float(epsilon) });
	return { normal: required(outputs, 0), inverse: required(outputs, centred ? 2 : 1) };
}

/**
 * y = γ x̂ + β with γ and β over the normalised axes: dγ = Σ dy x̂ and dβ = Σ dy over the others, d = γ dy.
 * As matrices `[rows, n]`: the means of d and d x̂ are products of dy and dy x̂ with the column γ / n.
 */
function overLastAxes({ g, inputs, dy, attributes }: VjpContext, centred: boolean): Gradients {
	const [x, scale] = [required(inputs, 0), required(inputs, 1)];
	const axis = normalAxis(numberOf(attributes, "axis", -1), x.dims.length);
	const normalised = x.dims.slice(axis);
	const size = elementCount(normalised);
	const dims = [elementCount(x.dims) / size, size];
	const [rows, dRows] = [reshape(g, x, dims), reshape(g, dy, dims)];
	const epsilon = numberOf(attributes, "epsilon", defaultEpsilon);
	const { normal, inverse } = standardiseRows(g, rows, epsilon, centred);
	const products = g.op("Mul", [dRows, normal]);
	const sum = (values: Value): Value =>
		reshape(g, g.op("ReduceSum", [values, g.integers([0])], withoutAxes), normalised);
	const inputGradient = (): Value => {
		const gamma = reshape(g, g.op("Expand", [scale, g.integers(normalised)]), [size]);
		const column = reshape(g, g.op("Mul", [gamma, g.scalar(1 / size, gamma)]), [size, 1]);
		const scaled = g.op("Mul", [dRows, gamma]);
		const level = centred ? g.op("Sub", [scaled, g.op("MatMul", [dRows, column])]) : scaled;
		const slope = g.op("Mul", [normal, g.op("MatMul", [products, column])]);
		return reshape(g, g.op("Mul", [g.op("Sub", [level, slope]), inverse]), x.dims);
	};
	return [inputGradient, () => sum(products), () => sum(dRows)];
}

/**
 * y = γ x̂ + β with γ and β per channel, x̂ over groups of channels: dγ = Σ dy x̂, dβ = Σ dy over samples and space,
 * d = γ dy. As `[batch, groups, channels of a group, space]`: the sums over space serve dγ and dβ and the means of d.
 */
function overGroups({ g, inputs, dy, attributes }: VjpContext, groups: number): Gradients {
	const [x, scale] = [required(inputs, 0), required(inputs, 1)];
	const [batch = 1, channels = 1, ...space] = x.dims;
	const dims = [batch, groups, channels / groups, elementCount(space)];
	const count = elementCount(dims.slice(2));
	const [grouped, dGrouped] = [reshape(g, x, dims), reshape(g, dy, dims)];
	const epsilon = numberOf(attributes, "epsilon", defaultEpsilon);
	const { normal, inverse } = standardise(g, grouped, [2, 3], epsilon);
	const gamma = reshape(g, scale, [groups, channels / groups, 1]);
	const overSpace = (values: Value): Value => g.op("ReduceSum", [values, g.integers([3])]);
	const sums = overSpace(dGrouped);
	const products = overSpace(g.op("Mul", [dGrouped, normal]));
	const perChannel = (values: Value): Value =>
		reshape(g, g.op("ReduceSum", [values, g.integers([0])], withoutAxes), [channels]);
	// s mean(γ …), `[batch, groups, 1, 1]`
	const share = (values: Value): Value => {
		const total = g.op("ReduceSum", [g.op("Mul", [values, gamma]), g.integers([2])]);
		return g.op("Mul", [total, g.op("Mul", [inverse, g.scalar(1 / count, inverse)])]);
	};
	const inputGradient = (): Value => {
		const direct = g.op("Mul", [dGrouped, g.op("Mul", [gamma, inverse])]);
		const slope = g.op("Mul", [normal, share(products)]);
		return reshape(g, g.op("Sub", [g.op("Sub", [direct, share(sums)]), slope]), x.dims);
	};
	return [inputGradient, () => perChannel(products), () => perChannel(sums)];
}

/** Checks that scale and bias are vectors of the input's channels. */
function perChannel(inputs: readonly (Value | undefined)[]): void {
	const x = required(inputs, 0);
	const wrong = [required(inputs, 1), required(inputs, 2)].find(
		({ type, dims }) => type !== x.type || dims.length !== 1 || dims[0] !== x.dims[1],
	);
	if (x.dims.length >= 3 && wrong === undefined) return;
	const expected = "an input [batch, channels, …] and vectors of its channels";
	throw typeError("normalisation", expected, `${describeType(x)} and ${describeType(wrong)}`);
}

/** Outputs Y and, left out where unused, statistics over the normalised axes. */
function layerTypes(statistics: number): Operator["infer"] {
	return (inputs, attributes) => {
		const x = required(inputs, 0);
		const axis = normalAxis(numberOf(attributes, "axis", -1), x.dims.length);
		const normalised = x.dims.slice(axis);
		for (const weight of inputs.slice(1)) {
			if (weight === undefined || commonDims([weight.dims, normalised])?.join() === normalised.join()) continue;
			throw typeError("LayerNormalization", `weights for [${normalised.join()}]`, describeType(weight));
		}
		const dims = x.dims.map((dim, index) => (index < axis ? dim : 1));
		const extra = Array.from({ length: statistics }, () => ({ type: "float", dims, optional: true }) as const);
		return [{ type: x.type, dims: x.dims }, ...extra];
	};
}

const groupsOf: (context: Pick<VjpContext, "attributes">) => number = ({ attributes }) =>
	numberOf(attributes, "num_groups", 1);

/** 1 where two channels lie in one window of odd size, else 0: a matrix `[channels, channels]`. */
function neighbours(g: Graph, channels: number, size: number): Value {
	const reach = (size - 1) / 2;
	const near = (at: number): number => (Math.abs(Math.floor(at / channels) - (at % channels)) <= reach ? 1 : 0);
	const data = Float32Array.from({ length: channels ** 2 }, (_, at) => near(at));
	return g.constant({ type: "float", dims: [channels, channels], data });
}

/**
 * y_c = x_c u_c^−β with u = k + α/m B x², where the symmetric B sums m neighbouring channels:
 * dx = u^−β dy − 2 β α/m x B(dy y / u).
 */
function localResponse({ g, inputs, outputs, dy, attributes }: VjpContext): Value {
	const [x, y] = [required(inputs, 0), required(outputs, 0)];
	const [batch = 1, channels = 1, ...space] = x.dims;
	const dims = [batch, channels, elementCount(space)];
	const [flat, flatY, flatDy] = [reshape(g, x, dims), reshape(g, y, dims), reshape(g, dy, dims)];
	const size = numberOf(attributes, "size", 1);
	const [alpha, beta] = [numberOf(attributes, "alpha", 1e-4) / size, numberOf(attributes, "beta", 0.75)];
	const band = neighbours(g, channels, size);
	const squares = g.op("Mul", [g.op("MatMul", [band, g.op("Mul", [flat, flat])]), g.scalar(alpha, x)]);
	const u = g.op("Add", [squares, g.scalar(numberOf(attributes, "bias", 1), x)]);
	const factor = g.op("Exp", [g.op("Mul", [g.op("Log", [u]), g.scalar(-beta, x)])]);
	const weighted = g.op("Div", [g.op("Mul", [flatDy, flatY]), u]);
	const back = g.op("MatMul", [band, weighted]);
	const indirect = g.op("Mul", [g.op("Mul", [flat, g.scalar(2 * alpha * beta, x)]), back]);
	return reshape(g, g.op("Sub", [g.op("Mul", [flatDy, factor]), indirect]), x.dims);
}

const layerCases: readonly OperatorCase[] = [
	{ inputs: [{ dims: [2, 3, 5] }, { dims: [5] }, { dims: [5] }] },
	{ inputs: [{ dims: [2, 3, 4] }, { dims: [3, 4] }], attributes: { axis: int(1), epsilon: float(0.01) } },
	...inFloat([{ inputs: [{ dims: [4, 6] }, { dims: [6] }, { dims: [6] }] }]),
];

export const normalization = {
	LayerNormalization: {
		infer: layerTypes(2),
		vjp: (context) => overLastAxes(context, true),
		cases: layerCases,
	},
	// Without mean and bias: y = γ x / √(mean(x²) + ε)
	SimplifiedLayerNormalization: {
		infer: layerTypes(1),
		vjp: (context) => overLastAxes(context, false),
		cases: layerCases.map((one) => ({ ...one, inputs: one.inputs.slice(0, 2) })),
	},
	InstanceNormalization: {
		infer: (inputs, attributes) => {
			perChannel(inputs);
			return sameAsFirst(inputs, attributes);
		},
		vjp: (context) => overGroups(context, required(context.inputs, 0).dims[1] ?? 1),
		cases: inFloat([
			{ inputs: [{ dims: [2, 3, 4, 2] }, { dims: [3] }, { dims: [3] }] },
			{ inputs: [{ dims: [2, 3, 5] }, { dims: [3] }, { dims: [3] }], attributes: { epsilon: float(0.01) } },
		]),
	},
	GroupNormalization: {
		infer: (inputs, attributes) => {
			perChannel(inputs);
			const channels = required(inputs, 0).dims[1] ?? 1;
			const groups = groupsOf({ attributes });
			if (channels % groups === 0) return sameAsFirst(inputs, attributes);
			throw typeError("GroupNormalization", `groups that divide ${String(channels)} channels`, String(groups));
		},
		vjp: (context) => overGroups(context, groupsOf(context)),
		cases: inFloat([
			{ inputs: [{ dims: [2, 4, 3, 2] }, { dims: [4] }, { dims: [4] }], attributes: { num_groups: int(2) } },
			{ inputs: [{ dims: [2, 3, 5] }, { dims: [3] }, { dims: [3] }], attributes: { num_groups: int(1) } },
		]),
	},
	// y = x̂ over the axes, with ε = 0
	MeanVarianceNormalization: {
		infer: sameAsFirst,
		vjp: ({ g, inputs, dy, attributes }) => {
			const x = required(inputs, 0);
			const axes = numbersOf(attributes, "axes", [0, 2, 3]).map((axis) => normalAxis(axis, x.dims.length));
			return [
				() => {
					const { normal, inverse } = standardise(g, x, axes, 0);
					const mean = (values: Value): Value => g.op("ReduceMean", [values, g.integers(axes)]);
					const slope = g.op("Mul", [normal, mean(g.op("Mul", [dy, normal]))]);
					return g.op("Mul", [g.op("Sub", [g.op("Sub", [dy, mean(dy)]), slope]), inverse]);
				},
			];
		},
		cases: inFloat([
			{ inputs: [{ dims: [2, 3, 4, 2] }] },
			{ inputs: [{ dims: [2, 3, 4, 2] }], attributes: { axes: ints([0, 1, 2, 3]) } },
		]),
	},
	// y = x / r with r = ‖x‖ over an axis, so dx = (dy − ∂r/∂x Σ dy y) / r, where ∂r/∂x is sign(x) for p = 1 and y for
	// p = 2; nothing flows where r is 0
	LpNormalization: {
		infer: sameAsFirstAlongAxis,
		vjp: ({ g, inputs, outputs, dy, attributes }) => {
			const [x, y] = [required(inputs, 0), required(outputs, 0)];
			const over = g.integers([normalAxis(numberOf(attributes, "axis", -1), x.dims.length)]);
			const absolute = numberOf(attributes, "p", 2) === 1;
			return [
				() => {
					const norm = absolute
						? g.op("ReduceSum", [g.op("Abs", [x]), over])
						: g.op("Sqrt", [g.op("ReduceSumSquare", [x, over])]);
					const zero = g.scalar(0, x);
					const inverse = g.op("Where", [g.op("Greater", [norm, zero]), g.op("Div", [g.scalar(1, x), norm]), zero]);
					const total = g.op("ReduceSum", [g.op("Mul", [dy, y]), over]);
					const slope = g.op("Mul", [absolute ? g.op("Sign", [x]) : y, total]);
					return g.op("Mul", [g.op("Sub", [dy, slope]), inverse]);
				},
			];
		},
		cases: [{ inputs: [{ dims: [3, 4] }] }, { inputs: [{ dims: [2, 3, 4] }], attributes: { axis: int(1), p: int(1) } }],
	},
	LRN: {
		infer: sameAsFirst,
		vjp: (context) => [() => localResponse(context)],
		cases: inFloat([
			{ inputs: [{ dims: [2, 5, 2, 3] }], attributes: { size: int(3), alpha: float(0.5) } },
			{ inputs: [{ dims: [1, 4, 2, 2] }], attributes: { size: int(5), alpha: float(0.3), beta: float(0.5) } },
		]),
	},
} as const satisfies Record<string, Operator>;
