/** Operators that place elements by index. Source: ONNX operator specification, opset 21. */
import { type Attributes, int, numberOf, text, textOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { chosen, required, sameAsFirst } from "./infer.js";
import type { Operator, OperatorCase, Vjp, VjpContext } from "./operator.js";
import { cast, dropWhere } from "./rules.js";
import { flatIndices, reshape, withSize, zerosLike } from "./selection.js";

/** What meets at the indices of a node. */
interface Scatter {
	readonly g: Graph;
	readonly data: Value;
	readonly updates: Value;
	readonly y: Value;
	readonly dy: Value;
	/** The operator itself on other elements and by another reduction. */
	readonly put: (data: Value, updates: Value, reduction: string) => Value;
	/** What stands at the indices, of the shape of the updates. */
	readonly take: (value: Value) => Value;
}

/** The gradients of the data and of the updates. */
type Reduction = (scatter: Scatter) => readonly [data: () => Value, updates: () => Value];

/** The largest or smallest elements share the gradient in equal parts. */
const extreme: Reduction = ({ g, data, updates, y, dy, put, take }) => {
	const isResult = (value: Value, result: Value): Value => cast(g, g.op("Equal", [value, result]), dy.type);
	const [kept, came] = [isResult(data, y), isResult(updates, take(y))];
	const share = g.op("Div", [dy, put(kept, came, "add")]);
	return [() => g.op("Mul", [share, kept]), () => g.op("Mul", [take(share), came])];
};

const reductions: Readonly<Record<string, Reduction>> = {
	// y = data but updates at the indices: d data = dy but 0 there, d updates = dy there
	none: ({ g, updates, dy, put, take }) => [() => put(dy, zerosLike(g, updates), "none"), () => take(dy)],
	// y = data + updates: both have dy
	add: ({ dy, take }) => [() => dy, () => take(dy)],
	// y = Π of what meets: the product of the others, without a division by 0 as in ReduceProd
	mul: ({ g, data, updates, dy, put, take }) => {
		const isZero = (value: Value): Value => g.op("Equal", [value, g.scalar(0, value)]);
		const zero = (value: Value): Value => cast(g, isZero(value), value.type);
		const filled = (value: Value): Value => g.op("Where", [isZero(value), g.scalar(1, value), value]);
		const products = put(filled(data), filled(updates), "mul");
		const zeros = put(zero(data), zero(updates), "add");
		const rule = (value: Value, at: (met: Value) => Value): Value => {
			const otherZeros = g.op("Sub", [at(zeros), zero(value)]);
			const others = g.op("Div", [at(products), filled(value)]);
			return g.op("Mul", [at(dy), dropWhere(g, g.op("Greater", [otherZeros, g.scalar(0, dy)]), others)]);
		};
		return [() => rule(data, (met) => met), () => rule(updates, take)];
	},
	max: extreme,
	min: extreme,
};

/** The rule of an operator from how it puts and takes. */
const scatterVjp =
	(opType: string, ways: (context: VjpContext) => Pick<Scatter, "put" | "take">): Vjp =>
	(context) => {
		const { g, inputs, outputs, dy, attributes } = context;
		const [data, updates, y] = [required(inputs, 0), required(inputs, 2), required(outputs, 0)];
		const reduction = chosen(opType, attributes, "reduction", "none", reductions);
		const [toData, toUpdates] = reduction({ g, data, updates, y, dy, ...ways(context) });
		return [toData, undefined, toUpdates];
	};

const infer =
	(opType: string): Operator["infer"] =>
	(inputs, attributes) => {
		chosen(opType, attributes, "reduction", "none", reductions);
		return sameAsFirst(inputs, attributes);
	};

const alongAxis = (attributes: Attributes): Attributes => ({ axis: int(numberOf(attributes, "axis", 0)) });

/**
 * A ScatterND that reduces, as a ScatterElements, which adds in order: ONNX Runtime's ScatterND adds from several threads
 * at once and loses summands.
 */
function putSlices(g: Graph, data: Value, indices: Value, updates: Value, reduction: string): Value {
	if (reduction === "none") return g.op("ScatterND", [data, indices, updates]);
	const depth = indices.dims.at(-1) ?? 0;
	const [slots, size] = [elementCount(data.dims.slice(0, depth)), elementCount(data.dims.slice(depth))];
	const count = elementCount(withSize(indices.dims, indices.dims.length - 1, 1));
	const rows = reshape(g, flatIndices(g, indices, data.dims.slice(0, depth)), [count, 1]);
	const everywhere = g.op("Expand", [rows, g.integers([count, size])]);
	const slices = [reshape(g, data, [slots, size]), everywhere, reshape(g, updates, [count, size])];
	return reshape(g, g.op("ScatterElements", slices, { reduction: text(reduction) }), data.dims);
}

/** Cases of every reduction that has an order of its own. */
const reducing = (inputs: OperatorCase["inputs"], attributes: Attributes = {}): readonly OperatorCase[] =>
	["mul", "max", "min"].map((reduction) => ({ inputs, attributes: { ...attributes, reduction: text(reduction) } }));

export const scatter = {
	ScatterElements: {
		infer: infer("ScatterElements"),
		vjp: scatterVjp("ScatterElements", ({ g, inputs, attributes }) => ({
			put: (data, updates, reduction) =>
				g.op("ScatterElements", [data, inputs[1], updates], { ...alongAxis(attributes), reduction: text(reduction) }),
			take: (value) => g.op("GatherElements", [value, inputs[1]], alongAxis(attributes)),
		})),
		cases: [
			{ inputs: [{ dims: [3, 2] }, { dims: [2, 2], integers: [0, -1, 1, 0] }, { dims: [2, 2] }] },
			{
				inputs: [{ dims: [2, 3] }, { dims: [1, 2], integers: [1, 1] }, { dims: [1, 2] }],
				attributes: { axis: int(1), reduction: text("add") },
			},
			...reducing(
				[
					{ dims: [2, 3], distinct: true },
					{ dims: [1, 3], integers: [1, 1, -2] },
					{ dims: [1, 3], distinct: true },
				],
				{ axis: int(1) },
			),
		],
	},
	// As ScatterElements, by slices.
	ScatterND: {
		infer: infer("ScatterND"),
		vjp: scatterVjp("ScatterND", ({ g, inputs }) => {
			const indices = required(inputs, 1);
			return {
				put: (data, updates, reduction) => putSlices(g, data, indices, updates, reduction),
				take: (value) => g.op("GatherND", [value, indices]),
			};
		}),
		train: (g, inputs, attributes) => {
			const [data, indices, updates] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
			return [putSlices(g, data, indices, updates, textOf(attributes, "reduction", "none"))];
		},
		cases: [
			{ inputs: [{ dims: [4, 2] }, { dims: [2, 1], integers: [-1, 1] }, { dims: [2, 2] }] },
			{
				inputs: [{ dims: [2, 3] }, { dims: [2, 2], integers: [0, 1, 1, 2] }, { dims: [2] }],
				attributes: { reduction: text("add") },
			},
			...reducing([
				{ dims: [4, 2], distinct: true },
				{ dims: [3, 1], integers: [3, 1, -1] },
				{ dims: [3, 2], distinct: true },
			]),
		],
	},
} as const satisfies Record<string, Operator>;
