/**
 * Operators that treat every element alike, with broadcasting. The engine sums gradients over broadcast axes.
 *
 * Source of the operators: ONNX operator specification, default domain, opset 21.
 */
import { float, numberOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { type DataType, dataTypes } from "../onnx/tensor.js";
import { broadcast, broadcastToBool, required, sameAsFirst, typeError } from "./infer.js";
import type { CaseInput, Operator, OperatorCase, VjpContext } from "./operator.js";

type UnaryRule = (g: Graph, x: Value, y: Value, dy: Value, context: VjpContext) => Value;
type BinaryRule = (g: Graph, a: Value, b: Value, dy: Value, y: Value) => Value;

/** y = f(x); `rule` is dL/dx. */
function unary(rule: UnaryRule, cases: readonly OperatorCase[]): Operator {
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
function binary(da: BinaryRule, db: BinaryRule, cases: readonly OperatorCase[]): Operator {
	return {
		infer: (inputs, attributes) => {
			// Max and Min may have more in ONNX.
			if (inputs.length !== 2) throw typeError("operator", "two operands", String(inputs.length));
			return broadcast(inputs, attributes);
		},
		vjp: ({ g, inputs, outputs, dy }) => {
			const [a, b, y] = [required(inputs, 0), required(inputs, 1), required(outputs, 0)];
			return [() => da(g, a, b, dy, y), () => db(g, a, b, dy, y)];
		},
		cases,
	};
}

const comparison: Operator = {
	infer: broadcastToBool,
	vjp: "nondifferentiable",
	cases: [{ inputs: [{ dims: [2, 3] }, { dims: [3] }] }],
};

const over = (domain: Partial<CaseInput> = {}): readonly OperatorCase[] => [
	{ inputs: [{ dims: [3, 4], ...domain }] },
	{ inputs: [{ dims: [], ...domain }] },
	{ inputs: [{ dims: [2, 1, 5], ...domain }] },
];

const overPairs = (domain: Partial<CaseInput> = {}): readonly OperatorCase[] => [
	{ inputs: [{ dims: [3, 4] }, { dims: [3, 4], ...domain }] },
	{ inputs: [{ dims: [3, 4] }, { dims: [4], ...domain }] },
	{ inputs: [{ dims: [] }, { dims: [2, 3], ...domain }] },
	{ inputs: [{ dims: [2, 1, 4] }, { dims: [3, 1], ...domain }] },
];

/** Cases of an operator that ONNX Runtime has for floats only. */
const inFloat = (cases: readonly OperatorCase[]): readonly OperatorCase[] =>
	cases.map((one) => ({ ...one, precision: "float" }));

/** dy where `condition` holds, else 0. */
const keepWhere = (g: Graph, condition: Value, dy: Value): Value => g.op("Where", [condition, dy, g.scalar(0, dy)]);

/** 1 where y > 0, else 0, of y's own type. */
function positive(g: Graph, y: Value): Value {
	if (y.type !== "float") return cast(g, g.op("Greater", [y, g.scalar(0, y)]), y.type);
	// One pass, not two: times 2¹²⁶, the smallest normal float is 1.
	return g.op("HardSigmoid", [y], { alpha: float(2 ** 126), beta: float(0) });
}

/** Φ(x) + x φ(x), with the standard normal distribution's cumulative probability Φ and density φ. */
function geluSlope(g: Graph, x: Value): Value {
	const half = g.scalar(0.5, x);
	const erf = g.op("Erf", [g.op("Mul", [x, g.scalar(Math.SQRT1_2, x)])]);
	const cumulative = g.op("Mul", [half, g.op("Add", [erf, g.scalar(1, x)])]);
	const bell = g.op("Exp", [g.op("Neg", [g.op("Mul", [half, g.op("Mul", [x, x])])])]);
	const density = g.op("Mul", [bell, g.scalar(1 / Math.sqrt(2 * Math.PI), x)]);
	return g.op("Add", [cumulative, g.op("Mul", [x, density])]);
}

/** d ½ x (1 + t) / dx with t = tanh(c (x + a x³)), c = √(2/π), a = 0.044715: ½ (1 + t) + ½ x (1 − t²) c (1 + 3 a x²). */
function tanhGeluSlope(g: Graph, x: Value): Value {
	const [half, one] = [g.scalar(0.5, x), g.scalar(1, x)];
	const squared = g.op("Mul", [x, x]);
	const polynomial = (cubic: number): Value => {
		const scaled = g.op("Mul", [squared, g.scalar(cubic * Math.sqrt(2 / Math.PI), x)]);
		return g.op("Add", [scaled, g.scalar(Math.sqrt(2 / Math.PI), x)]);
	};
	const t = g.op("Tanh", [g.op("Mul", [x, polynomial(0.044715)])]);
	const slope = g.op("Mul", [g.op("Sub", [one, g.op("Mul", [t, t])]), polynomial(3 * 0.044715)]);
	return g.op("Mul", [half, g.op("Add", [g.op("Add", [one, t]), g.op("Mul", [x, slope])])]);
}

export const elementwise = {
	// d(a + b) = da + db
	Add: binary(
		(_g, _a, _b, dy) => dy,
		(_g, _a, _b, dy) => dy,
		overPairs(),
	),
	// d(a − b) = da − db
	Sub: binary(
		(_g, _a, _b, dy) => dy,
		(g, _a, _b, dy) => g.op("Neg", [dy]),
		overPairs(),
	),
	// d(a b) = b da + a db
	Mul: binary(
		(g, _a, b, dy) => g.op("Mul", [dy, b]),
		(g, a, _b, dy) => g.op("Mul", [dy, a]),
		overPairs(),
	),
	// d(a / b) = da / b − y db / b
	Div: binary(
		(g, _a, b, dy) => g.op("Div", [dy, b]),
		(g, _a, b, dy, y) => g.op("Neg", [g.op("Div", [g.op("Mul", [dy, y]), b])]),
		overPairs({ from: 0.5, to: 2 }),
	),
	// The larger operand takes the gradient; on a tie the first does.
	Max: binary(
		(g, a, b, dy) => keepWhere(g, g.op("GreaterOrEqual", [a, b]), dy),
		(g, a, b, dy) => keepWhere(g, g.op("Less", [a, b]), dy),
		overPairs(),
	),
	// The smaller operand takes the gradient; on a tie the first does.
	Min: binary(
		(g, a, b, dy) => keepWhere(g, g.op("LessOrEqual", [a, b]), dy),
		(g, a, b, dy) => keepWhere(g, g.op("Greater", [a, b]), dy),
		overPairs(),
	),
	// d(−x) = −dx
	Neg: unary((g, _x, _y, dy) => g.op("Neg", [dy]), over()),
	// d|x| = sign(x) dx
	Abs: unary((g, x, _y, dy) => g.op("Mul", [dy, g.op("Sign", [x])]), over({ from: 0.1, to: 1 })),
	Sign: { infer: sameAsFirst, vjp: "nondifferentiable", cases: over() },
	// d(eˣ) = eˣ dx
	Exp: unary((g, _x, y, dy) => g.op("Mul", [dy, y]), over()),
	// d(log x) = dx / x
	Log: unary((g, x, _y, dy) => g.op("Div", [dy, x]), over({ from: 0.2, to: 2 })),
	// d√x = dx / (2 √x)
	Sqrt: unary((g, _x, y, dy) => g.op("Div", [dy, g.op("Mul", [y, g.scalar(2, y)])]), over({ from: 0.2, to: 2 })),
	// d cos x = −sin x dx
	Cos: unary((g, x, _y, dy) => g.op("Neg", [g.op("Mul", [dy, g.op("Sin", [x])])]), over()),
	// d sin x = cos x dx
	Sin: unary((g, x, _y, dy) => g.op("Mul", [dy, g.op("Cos", [x])]), over()),
	// d relu(x) = [y > 0] dx; as a product, which ONNX Runtime computes faster than a choice
	Relu: unary(
		(g, _x, y, dy) => g.op("Mul", [dy, positive(g, y)]),
		[...over({ from: -1.1, to: 1 }), ...inFloat([{ inputs: [{ dims: [3, 4], from: -1.1, to: 1 }] }])],
	),
	// hardsigmoid(x) = α x + β between 0 and 1, so d hardsigmoid(x) = α dx where 0 < y < 1
	HardSigmoid: unary(
		(g, _x, y, dy, { attributes }) => {
			const inside = g.op("And", [g.op("Greater", [y, g.scalar(0, y)]), g.op("Less", [y, g.scalar(1, y)])]);
			return keepWhere(g, inside, g.op("Mul", [dy, g.scalar(numberOf(attributes, "alpha", 0.2), dy)]));
		},
		inFloat([
			{ inputs: [{ dims: [3, 4], from: -4, to: 4.1 }] },
			{ inputs: [{ dims: [3, 4], from: -2, to: 2.1 }], attributes: { alpha: float(0.7), beta: float(0.1) } },
		]),
	),
	// d leaky(x) = dx where x ≥ 0, α dx elsewhere
	LeakyRelu: unary(
		(g, x, _y, dy, { attributes }) => {
			const alpha = g.scalar(numberOf(attributes, "alpha", 0.01), dy);
			return g.op("Where", [g.op("Less", [x, g.scalar(0, x)]), g.op("Mul", [dy, alpha]), dy]);
		},
		inFloat([{ inputs: [{ dims: [3, 4] }], attributes: { alpha: float(0.2) } }, { inputs: [{ dims: [3, 4] }] }]),
	),
	// elu(x) = α (eˣ − 1) below 0, so d elu(x) = (y + α) dx there and dx elsewhere
	Elu: unary(
		(g, x, y, dy, { attributes }) => {
			const alpha = g.scalar(numberOf(attributes, "alpha", 1), y);
			const slope = g.op("Add", [y, alpha]);
			return g.op("Where", [g.op("Less", [x, g.scalar(0, x)]), g.op("Mul", [dy, slope]), dy]);
		},
		inFloat([{ inputs: [{ dims: [3, 4] }], attributes: { alpha: float(0.5) } }, { inputs: [{ dims: [3, 4] }] }]),
	),
	// d tanh x = (1 − y²) dx
	Tanh: unary((g, _x, y, dy) => g.op("Mul", [dy, g.op("Sub", [g.scalar(1, y), g.op("Mul", [y, y])])]), over()),
	// d σ(x) = y (1 − y) dx
	Sigmoid: unary((g, _x, y, dy) => g.op("Mul", [dy, g.op("Mul", [y, g.op("Sub", [g.scalar(1, y), y])])]), over()),
	// d log(1 + eˣ) = σ(x) dx
	Softplus: unary((g, x, _y, dy) => g.op("Mul", [dy, g.op("Sigmoid", [x])]), inFloat(over())),
	// d erf(x) = 2/√π e^(−x²) dx
	Erf: unary((g, x, _y, dy) => {
		const bell = g.op("Exp", [g.op("Neg", [g.op("Mul", [x, x])])]);
		return g.op("Mul", [dy, g.op("Mul", [bell, g.scalar(2 / Math.sqrt(Math.PI), x)])]);
	}, inFloat(over())),
	// gelu(x) = x Φ(x), so d gelu(x) = (Φ(x) + x φ(x)) dx; its tanh form has a rule of its own
	Gelu: unary(
		(g, x, _y, dy, { attributes }) => {
			const approximate = attributes["approximate"]?.value === "tanh";
			return g.op("Mul", [dy, approximate ? tanhGeluSlope(g, x) : geluSlope(g, x)]);
		},
		inFloat([
			...over(),
			{ inputs: [{ dims: [3, 4] }], attributes: { approximate: { kind: "string", value: "tanh" } } },
		]),
	),
	Identity: unary((_g, _x, _y, dy) => dy, over()),
	// Between floating types the gradient is cast back; to or from others there is none.
	Cast: {
		infer: (inputs, attributes) => [
			{ type: castTarget(numberOf(attributes, "to", 0)), dims: required(inputs, 0).dims },
		],
		vjp: ({ g, inputs, dy }) => {
			const x = required(inputs, 0);
			const floating = isFloating(x.type) && isFloating(dy.type);
			return [floating ? () => cast(g, dy, x.type) : undefined];
		},
		cases: [
			{ inputs: [{ dims: [3] }], attributes: { to: { kind: "int", value: dataTypes.double } } },
			{ inputs: [{ dims: [3] }], attributes: { to: { kind: "int", value: dataTypes.int64 } } },
		],
	},
	// y = a where the condition holds, b elsewhere
	Where: {
		infer: (inputs) => {
			const [condition, a, b] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
			if (condition.type !== "bool") throw typeError("Where", "a bool condition", condition.type);
			return broadcast([a, b, { ...condition, type: a.type }], {});
		},
		vjp: ({ g, inputs, dy }) => {
			const condition = required(inputs, 0);
			return [undefined, () => keepWhere(g, condition, dy), () => g.op("Where", [condition, g.scalar(0, dy), dy])];
		},
		cases: [
			{ inputs: [{ dims: [3], booleans: [true, false, true] }, { dims: [3] }, { dims: [3] }] },
			{ inputs: [{ dims: [2, 1], booleans: [true, false] }, { dims: [] }, { dims: [2, 3] }] },
			{ inputs: [{ dims: [3], booleans: [true, false, true] }, { dims: [2, 1] }, { dims: [1] }] },
		],
	},
	Greater: comparison,
	GreaterOrEqual: comparison,
	Less: comparison,
	LessOrEqual: comparison,
	Equal: comparison,
	Not: {
		infer: sameAsFirst,
		vjp: "nondifferentiable",
		cases: [{ inputs: [{ dims: [2], booleans: [true, false] }] }],
	},
	And: {
		infer: broadcastToBool,
		vjp: "nondifferentiable",
		cases: [
			{
				inputs: [
					{ dims: [2, 1], booleans: [true, false] },
					{ dims: [2], booleans: [true, false] },
				],
			},
		],
	},
} as const satisfies Record<string, Operator>;

const floatingTypes: ReadonlySet<DataType> = new Set(["float", "double", "float16"]);

/** Whether gradients flow through values of this type. */
export function isFloating(type: DataType): boolean {
	return floatingTypes.has(type);
}

/** `x` as another element type; itself where it has it already. */
export function cast(g: Graph, x: Value, type: DataType): Value {
	return x.type === type ? x : g.op("Cast", [x], { to: { kind: "int", value: dataTypes[type] } });
}

function castTarget(code: number): DataType {
	const found = Object.entries(dataTypes).find(([, value]) => value === code);
	if (found === undefined) throw typeError("Cast", "an element type that Limbeck carries", String(code));
	// The table's keys are the element types.
	return found[0] as DataType;
}
