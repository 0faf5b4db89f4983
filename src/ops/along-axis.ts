/** Operators along one axis, which is an attribute. Source: ONNX operator specification, opset 21. */
import { int, numberOf } from "../graph/attributes.js";
import type { Value } from "../graph/value.js";
import { constantIntegers, normalAxis, required, sameAsFirst, sameAsFirstAlongAxis } from "./infer.js";
import { builtWithout } from "./lacking.js";
import type { Operator, VjpContext } from "./operator.js";

const softmaxCases = [
	{ inputs: [{ dims: [3, 5], from: -3, to: 3 }] },
	{ inputs: [{ dims: [2, 3, 4] }], attributes: { axis: int(1) } },
];

/** Σ x over the axis of a softmax, kept as 1. */
function sumOverAxis({ g, attributes }: VjpContext, x: Value): Value {
	const axis = normalAxis(numberOf(attributes, "axis", -1), x.dims.length);
	return g.op("ReduceSum", [x, g.integers([axis])]);
}

/** The place of the largest or smallest element. */
const place: Operator = {
	infer: (inputs, attributes) => {
		const { dims } = required(inputs, 0);
		const axis = normalAxis(numberOf(attributes, "axis", 0), dims.length);
		const kept = numberOf(attributes, "keepdims", 1) === 1 ? [1] : [];
		return [{ type: "int64", dims: [...dims.slice(0, axis), ...kept, ...dims.slice(axis + 1)] }];
	},
	vjp: "nondifferentiable",
	cases: [
		{ inputs: [{ dims: [3, 4], distinct: true }] },
		{ inputs: [{ dims: [2, 3, 4], distinct: true }], attributes: { axis: int(-1), keepdims: int(0) } },
	],
};

export const alongAxis = {
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
		// x − m − log Σ e^(x − m), with m = max x
		lower: builtWithout("LogSoftmax", (g, { inputs, attributes }) => {
			const x = required(inputs, 0);
			const axes = g.integers([normalAxis(numberOf(attributes, "axis", -1), x.dims.length)]);
			const below = g.op("Sub", [x, g.op("ReduceMax", [x, axes])]);
			return [g.op("Sub", [below, g.op("Log", [g.op("ReduceSum", [g.op("Exp", [below]), axes])])])];
		}),
		cases: softmaxCases,
	},
	// 1 at the largest element, 0 elsewhere: a choice, not a slope.
	Hardmax: {
		infer: sameAsFirstAlongAxis,
		vjp: "nondifferentiable",
		cases: softmaxCases.map((one) => ({ ...one, precision: "float" })),
	},
	ArgMax: place,
	ArgMin: place,
	// yᵢ = Σ xⱼ over j ≤ i, so dxⱼ = Σ dyᵢ over i ≥ j: the same sum from the other end
	CumSum: {
		infer: (inputs, attributes) => {
			const [axis = NaN] = constantIntegers(required(inputs, 1), "axis");
			normalAxis(axis, required(inputs, 0).dims.length);
			return sameAsFirst(inputs, attributes);
		},
		vjp: ({ g, inputs, dy, attributes }) => {
			const reverse = int(1 - numberOf(attributes, "reverse", 0));
			return [() => g.op("CumSum", [dy, inputs[1]], { ...attributes, reverse })];
		},
		cases: [
			{ inputs: [{ dims: [3, 4] }, { dims: [], integers: [1] }] },
			{
				inputs: [{ dims: [3, 4] }, { dims: [], integers: [-2] }],
				attributes: { exclusive: int(1), reverse: int(1) },
			},
		],
	},
	// The first elements of each sequence, backwards: so is the way back
	ReverseSequence: {
		infer: sameAsFirst,
		vjp: ({ g, inputs, dy, attributes }) => [() => g.op("ReverseSequence", [dy, inputs[1]], attributes)],
		cases: [
			{ inputs: [{ dims: [4, 3, 2] }, { dims: [3], integers: [2, 4, 1] }] },
			{
				inputs: [{ dims: [2, 4] }, { dims: [2], integers: [3, 4] }],
				attributes: { batch_axis: int(0), time_axis: int(1) },
			},
		],
	},
} as const satisfies Record<string, Operator>;
