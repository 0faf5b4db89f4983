/** What the tables of elementwise operators share: shapes of rules, short gradients, cases. */
import { float } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { type DataType, dataTypes, type Tensor } from "../onnx/tensor.js";
import { withFullRank } from "./broadcasting.js";
import { broadcast, required, sameAsFirst, typeError } from "./infer.js";
import type { CaseInput, Operator, OperatorCase, Vjp, VjpContext } from "./operator.js";

type UnaryRule = (g: Graph, x: Value, y: Value, dy: Value, context: VjpContext) => Value;
type BinaryRule = (g: Graph, a: Value, b: Value, dy: Value, y: Value) => Value;

/** y = f(x); `rule` is dL/dx. */
export function unary(rule: UnaryRule, cases: readonly OperatorCase[]): Operator & { readonly vjp: Vjp } {
	return {
		infer: sameAsFirst,
		vjp: (context) => {
			const x = required(context.inputs, 0);
			return [() => rule(context.g, x, required(context.outputs, 0), context.dy, context)];
		},
		cases,
	};
}

/** y = f(a, b); the rules are dL/da and dL/db before broadcast axes are summed. */
export function binary(da: BinaryRule, db: BinaryRule, cases: readonly OperatorCase[]): Operator {
	return {
		infer: (inputs, attributes) => {
			if (inputs.length !== 2) throw typeError("operator", "two operands", String(inputs.length));
			return broadcast(inputs, attributes);
		},
		vjp: ({ g, inputs, outputs, dy }) => {
			const [a, b, y] = [required(inputs, 0), required(inputs, 1), required(outputs, 0)];
			return [() => da(g, a, b, dy, y), () => db(g, a, b, dy, y)];
		},
		lower: withFullRank,
		cases,
	};
}

/** Cases of an operator with one operand. */
export const over = (domain: Partial<CaseInput> = {}): readonly OperatorCase[] => [
	{ inputs: [{ dims: [3, 4], ...domain }] },
	{ inputs: [{ dims: [], ...domain }] },
	{ inputs: [{ dims: [2, 1, 5], ...domain }] },
];

/** Cases of an operator with two operands, the second from its own domain. */
export const overPairs = (second: Partial<CaseInput> = {}, first: Partial<CaseInput> = {}): readonly OperatorCase[] => [
	{
		inputs: [
			{ dims: [3, 4], ...first },
			{ dims: [3, 4], ...second },
		],
	},
	{
		inputs: [
			{ dims: [3, 4], ...first },
			{ dims: [4], ...second },
		],
	},
	{
		inputs: [
			{ dims: [], ...first },
			{ dims: [2, 3], ...second },
		],
	},
	{
		inputs: [
			{ dims: [2, 1, 4], ...first },
			{ dims: [3, 1], ...second },
		],
	},
];

/** Cases of an operator that ONNX Runtime has for floats only. */
export const inFloat = (cases: readonly OperatorCase[]): readonly OperatorCase[] =>
	cases.map((one) => ({ ...one, precision: "float" }));

/** dy where `condition` holds, else 0. */
export const keepWhere = (g: Graph, condition: Value, dy: Value): Value =>
	g.op("Where", [condition, dy, g.scalar(0, dy)]);

/** dy where `condition` does not hold, else 0. */
export const dropWhere = (g: Graph, condition: Value, dy: Value): Value =>
	g.op("Where", [condition, g.scalar(0, dy), dy]);

/** Zeros of the type and shape of `like`. */
export const zerosLike = (g: Graph, like: Value): Value => g.op("Expand", [g.scalar(0, like), g.integers(like.dims)]);

/** A product with a number. */
export const scaled = (g: Graph, x: Value, factor: number): Value => g.op("Mul", [x, g.scalar(factor, x)]);

/** 1 − x. */
export const oneMinus = (g: Graph, x: Value): Value => g.op("Sub", [g.scalar(1, x), x]);

const floatingTypes: ReadonlySet<DataType> = new Set(["float", "double", "float16"]);

/** Whether gradients flow through values of this type. */
export function isFloating(type: DataType): boolean {
	return floatingTypes.has(type);
}

/** A tensor of the floating type of `like`. */
export function realTensor(like: Value, dims: readonly number[], values: readonly number[]): Tensor {
	return like.type === "double"
		? { type: "double", dims, data: Float64Array.from(values) }
		: { type: "float", dims, data: Float32Array.from(values) };
}

/** `x` as another element type; itself where it has it already. */
export function cast(g: Graph, x: Value, type: DataType): Value {
	return x.type === type ? x : g.op("Cast", [x], { to: { kind: "int", value: dataTypes[type] } });
}

/** 1 where x > 0, else 0, of x's own type. */
export function positive(g: Graph, x: Value): Value {
	if (x.type !== "float") return cast(g, g.op("Greater", [x, g.scalar(0, x)]), x.type);
	// One pass, not two: times 2¹²⁶, the smallest normal float is 1.
	return g.op("HardSigmoid", [x], { alpha: float(2 ** 126), beta: float(0) });
}
