/**
 * Arithmetic, choices and type changes: every element alike, with broadcasting. The engine sums gradients over
 * broadcast axes.
 *
 * Source of the operators: ONNX operator specification, default domain, opset 21.
 */
import { int, numberOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { type DataType, dataTypes, elementCount } from "../onnx/tensor.js";
import { withFullRank } from "./broadcasting.js";
import { foldArithmetic, foldCast, foldPower, foldWhere } from "./fold.js";
import { broadcast, broadcastDims, required, sameAsFirst, typeError } from "./infer.js";
import type { Operator, OperatorCase, VjpContext } from "./operator.js";
import {
	binary,
	cast,
	dropWhere,
	inFloat,
	isFloating,
	keepWhere,
	over,
	overPairs,
	positive,
	scaled,
	unary,
	zerosLike,
} from "./rules.js";

const manyCases: readonly OperatorCase[] = [
	...overPairs(),
	{ inputs: [{ dims: [3, 4] }] },
	{ inputs: [{ dims: [3, 4] }, { dims: [4] }, { dims: [3, 1] }, { dims: [] }] },
];

/** y = f(x₁, …, xₙ) for any n ≥ 1; `rule` is dL/dxᵢ. */
function many(rule: (context: VjpContext, index: number) => Value, cases = manyCases): Operator {
	return {
		infer: broadcast,
		vjp: (context) => context.inputs.map((_, index) => () => rule(context, index)),
		lower: withFullRank,
		cases,
	};
}

/** The operand that is the result takes the gradient; on a tie the first such does. */
function chosen({ g, inputs, outputs, dy }: VjpContext, index: number): Value {
	const isResult = (x: Value | undefined): Value => g.op("Equal", [required([x], 0), required(outputs, 0)]);
	const [first, ...others] = inputs.slice(0, index).map(isResult);
	const own = isResult(inputs[index]);
	if (first === undefined) return inputs.length === 1 ? dy : keepWhere(g, own, dy);
	const taken = others.reduce((either, one) => g.op("Or", [either, one]), first);
	if (index === inputs.length - 1) return dropWhere(g, taken, dy);
	return keepWhere(g, g.op("And", [own, g.op("Not", [taken])]), dy);
}

/** The one element of a value that has one and is known while building. */
function knownNumber({ constant }: Value): number | undefined {
	const single = constant !== undefined && constant.type !== "float16" && constant.data.length === 1;
	return single ? Number(constant.data[0]) : undefined;
}

/** dy b aᵇ⁻¹, and 0 where b = 0, also at a = 0 where aᵇ⁻¹ is infinite. */
function powerGradient(g: Graph, a: Value, b: Value, dy: Value): Value {
	const known = knownNumber(b);
	if (known === 0) return zerosLike(g, dy);
	if (known === 1) return dy;
	if (known === 2) return g.op("Mul", [dy, g.op("Add", [a, a])]);
	const exponent = known === undefined ? cast(g, b, a.type) : g.scalar(known, a);
	const less = known === undefined ? g.op("Sub", [exponent, g.scalar(1, a)]) : g.scalar(known - 1, a);
	const gradient = g.op("Mul", [dy, g.op("Mul", [exponent, g.op("Pow", [a, less])])]);
	return known === undefined ? dropWhere(g, g.op("Equal", [exponent, g.scalar(0, a)]), gradient) : gradient;
}

/** dy y log a, and 0 where a = 0, where y log a tends to 0 for b > 0. */
function exponentGradient(g: Graph, a: Value, y: Value, dy: Value): Value {
	const gradient = g.op("Mul", [dy, g.op("Mul", [y, g.op("Log", [a])])]);
	return dropWhere(g, g.op("Equal", [a, g.scalar(0, a)]), gradient);
}

/** The gradient of a change of type: cast back between floating types; to or from others there is none. */
const castBack = ({ g, inputs, dy }: VjpContext): (() => Value) | undefined => {
	const x = required(inputs, 0);
	return isFloating(x.type) && isFloating(dy.type) ? () => cast(g, dy, x.type) : undefined;
};

export const elementwise = {
	// d(a + b) = da + db
	Add: {
		...binary(
			(_g, _a, _b, dy) => dy,
			(_g, _a, _b, dy) => dy,
			overPairs(),
		),
		fold: foldArithmetic(
			(a, b) => a + b,
			(a, b) => a + b,
		),
	},
	// d(a − b) = da − db
	Sub: {
		...binary(
			(_g, _a, _b, dy) => dy,
			(g, _a, _b, dy) => g.op("Neg", [dy]),
			overPairs(),
		),
		fold: foldArithmetic(
			(a, b) => a - b,
			(a, b) => a - b,
		),
	},
	// d(a b) = b da + a db
	Mul: {
		...binary(
			(g, _a, b, dy) => g.op("Mul", [dy, b]),
			(g, a, _b, dy) => g.op("Mul", [dy, a]),
			overPairs(),
		),
		fold: foldArithmetic(
			(a, b) => a * b,
			(a, b) => a * b,
		),
	},
	// d(a / b) = da / b − y db / b; integers divide towards zero
	Div: {
		...binary(
			(g, _a, b, dy) => g.op("Div", [dy, b]),
			(g, _a, b, dy, y) => g.op("Neg", [g.op("Div", [g.op("Mul", [dy, y]), b])]),
			overPairs({ from: 0.5, to: 2 }),
		),
		fold: foldArithmetic(
			(a, b) => a / b,
			(a, b) => (b === 0n ? undefined : a / b),
		),
	},
	// With `fmod`, y = a − b trunc(a / b): da is dy, and db is −dy trunc(a / b) = dy (y − a) / b. Without it, for integers.
	Mod: {
		...binary(
			(_g, _a, _b, dy) => dy,
			(g, a, b, dy, y) => g.op("Mul", [dy, g.op("Div", [g.op("Sub", [y, a]), b])]),
			[
				// 2 < a / b < 3: no jump is near.
				...overPairs({ from: 1.02, to: 1.1 }, { from: 2.32, to: 2.8 }).map((one) => ({
					...one,
					attributes: { fmod: int(1) },
				})),
				{
					inputs: [
						{ dims: [4], integers: [7, -7, 7, -7] },
						{ dims: [4], integers: [3, 3, -3, -3] },
					],
				},
			],
		),
		fold: (inputs, attributes) =>
			(numberOf(attributes, "fmod", 0) === 1 ? foldRemainder : foldModulus)(inputs, attributes),
	},
	// d(aᵇ) = b aᵇ⁻¹ da + aᵇ log a db; the exponent may be of another type
	Pow: {
		infer: (inputs) => {
			const [a, b] = [required(inputs, 0), required(inputs, 1)];
			return [{ type: a.type, dims: broadcastDims([a.dims, b.dims]) }];
		},
		lower: withFullRank,
		fold: foldPower,
		vjp: ({ g, inputs, outputs, dy }) => {
			const [a, b, y] = [required(inputs, 0), required(inputs, 1), required(outputs, 0)];
			const differentiable = isFloating(b.type);
			return [
				() => powerGradient(g, a, b, dy),
				differentiable ? () => cast(g, exponentGradient(g, a, y, dy), b.type) : undefined,
			];
		},
		cases: [
			...overPairs({ from: -2, to: 2 }, { from: 0.3, to: 2 }),
			...[-1, 0, 1, 2, 3].map((exponent) => ({
				inputs: [
					{ dims: [3, 4], from: 0.3, to: 2 },
					{ dims: [], integers: [exponent] },
				],
			})),
			{ inputs: [{ dims: [3, 4] }, { dims: [4], integers: [0, 1, 2, 3] }] },
		],
	},
	// dxᵢ = dy
	Sum: many(({ dy }) => dy),
	// dxᵢ = dy / n
	Mean: many(({ g, inputs, dy }) => scaled(g, dy, 1 / inputs.length), inFloat(manyCases)),
	// The larger operand takes the gradient; on a tie the first does.
	Max: {
		...many(chosen),
		fold: foldArithmetic(Math.max, (...operands) => operands.reduce((a, b) => (a > b ? a : b))),
	},
	// The smaller operand takes the gradient; on a tie the first does.
	Min: {
		...many(chosen),
		fold: foldArithmetic(Math.min, (...operands) => operands.reduce((a, b) => (a < b ? a : b))),
	},
	// y = min(max(x, low), high): the gradient is x's strictly between the limits, as in PyTorch's relu6 and hardtanh
	// (its clamp counts the limits as inside), else the limit's that holds.
	Clip: {
		infer: (inputs, attributes) => {
			const limits = inputs.slice(1).filter((limit) => limit !== undefined);
			const wrong = limits.find(({ dims }) => elementCount(dims) !== 1);
			if (wrong !== undefined) throw typeError("Clip", "limits of one element", `[${wrong.dims.join()}]`);
			return sameAsFirst(inputs, attributes);
		},
		vjp: ({ g, inputs, outputs, dy }) => {
			const [x, low, high] = [required(inputs, 0), inputs[1], inputs[2]];
			const y = required(outputs, 0);
			// (y − low) (high − y) is positive between the limits.
			const inside = (): Value => {
				const above = low && (knownNumber(low) === 0 ? y : g.op("Sub", [y, low]));
				const below = high && g.op("Sub", [high, y]);
				const [room, ...rest] = [above, below].filter((margin) => margin !== undefined);
				if (room === undefined) return dy;
				return g.op("Mul", [
					dy,
					positive(
						g,
						rest.reduce((a, b) => g.op("Mul", [a, b]), room),
					),
				]);
			};
			return [
				inside,
				low && (() => keepWhere(g, g.op("LessOrEqual", [x, low]), dy)),
				high && (() => keepWhere(g, g.op("GreaterOrEqual", [x, high]), dy)),
			];
		},
		cases: [
			{ inputs: [{ dims: [3, 4] }, { dims: [], from: -0.5, to: -0.3 }, { dims: [], from: 0.3, to: 0.5 }] },
			{ inputs: [{ dims: [3, 4] }, undefined, { dims: [], from: 0.3, to: 0.5 }] },
			{ inputs: [{ dims: [3, 4] }, { dims: [], from: -0.5, to: -0.3 }] },
			{ inputs: [{ dims: [3, 4] }] },
		],
	},
	// d(−x) = −dx
	Neg: {
		...unary((g, _x, _y, dy) => g.op("Neg", [dy]), over()),
		fold: foldArithmetic(
			(x) => -x,
			(x) => -x,
		),
	},
	Identity: {
		...unary((_g, _x, _y, dy) => dy, over()),
		fold: foldArithmetic(
			(x) => x,
			(x) => x,
		),
	},
	Cast: {
		infer: (inputs, attributes) => [{ type: castTarget(attributes), dims: required(inputs, 0).dims }],
		vjp: (context) => [castBack(context)],
		fold: (inputs, attributes) => foldCast(inputs, castTarget(attributes)),
		cases: ([["double"], ["float", "float"], ["int64"], ["bool"]] as const).map(([to, precision]) => ({
			inputs: [{ dims: [3], from: -4, to: 4 }],
			attributes: { to: int(dataTypes[to]) },
			...(precision === undefined ? {} : { precision }),
		})),
	},
	// Cast to the type of the second input, whose elements do not matter
	CastLike: {
		infer: (inputs) => [{ type: required(inputs, 1).type, dims: required(inputs, 0).dims }],
		vjp: (context) => [castBack(context), "none"],
		fold: (inputs) => foldCast(inputs, required(inputs, 1).type),
		cases: [
			{
				inputs: [
					{ dims: [3], from: -4, to: 4 },
					{ dims: [1], integers: [1] },
				],
			},
			{
				inputs: [
					{ dims: [2], integers: [1, 0] },
					{ dims: [1], booleans: [true] },
				],
			},
			{ inputs: [{ dims: [3], from: -4, to: 4 }, { dims: [2] }] },
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
			return [undefined, () => keepWhere(g, condition, dy), () => dropWhere(g, condition, dy)];
		},
		lower: withFullRank,
		fold: foldWhere,
		cases: [
			{ inputs: [{ dims: [3], booleans: [true, false, true] }, { dims: [3] }, { dims: [3] }] },
			{ inputs: [{ dims: [2, 1], booleans: [true, false] }, { dims: [] }, { dims: [2, 3] }] },
			{ inputs: [{ dims: [3], booleans: [true, false, true] }, { dims: [2, 1] }, { dims: [1] }] },
		],
	},
} as const satisfies Record<string, Operator>;

/** The remainder that has the dividend's sign. */
const foldRemainder = foldArithmetic(
	(a, b) => a % b,
	(a, b) => (b === 0n ? undefined : a % b),
);

/** The remainder that has the divisor's sign; integers only. */
const foldModulus = foldArithmetic(
	() => NaN,
	(a, b) => (b === 0n ? undefined : ((a % b) + b) % b),
);

function castTarget(attributes: VjpContext["attributes"]): DataType {
	const code = numberOf(attributes, "to", 0);
	const found = Object.entries(dataTypes).find(([, value]) => value === code);
	if (found === undefined) throw typeError("Cast", "an element type that Limbeck carries", String(code));
	// The table's keys are the element types.
	return found[0] as DataType;
}
