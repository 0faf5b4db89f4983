/**
 * Activation functions. At a kink the gradient is that of the flatter side, as in PyTorch.
 *
 * Source of the operators: ONNX operator specification, opset 21; QuickGelu: ONNX Runtime contrib operators.
 */
import { type Attributes, float, numberOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { sameDims } from "../graph/value.js";
import { broadcast, commonDims, required, typeError } from "./infer.js";
import type { Operator, OperatorCase } from "./operator.js";
import { cast, inFloat, keepWhere, oneMinus, over, scaled, unary } from "./rules.js";

/** Cases of an activation with attributes, in floats. */
const withAttributes = (attributes: Attributes, from = -1, to = 1): readonly OperatorCase[] =>
	inFloat([{ inputs: [{ dims: [3, 4], from, to }], attributes }, { inputs: [{ dims: [3, 4], from, to }] }]);

/** `above` where x > 0, `below` elsewhere. */
const bySign = (g: Graph, x: Value, above: Value, below: Value): Value =>
	g.op("Where", [g.op("Greater", [x, g.scalar(0, x)]), above, below]);

/** 1 where y > 0, else 0, of y's own type. */
function positive(g: Graph, y: Value): Value {
	if (y.type !== "float") return cast(g, g.op("Greater", [y, g.scalar(0, y)]), y.type);
	// One pass, not two: times 2¹²⁶, the smallest normal float is 1.
	return g.op("HardSigmoid", [y], { alpha: float(2 ** 126), beta: float(0) });
}

/** Φ(x) + x φ(x), with the standard normal distribution's cumulative probability Φ and density φ. */
function geluSlope(g: Graph, x: Value): Value {
	const erf = g.op("Erf", [scaled(g, x, Math.SQRT1_2)]);
	const cumulative = scaled(g, g.op("Add", [erf, g.scalar(1, x)]), 0.5);
	const bell = g.op("Exp", [scaled(g, g.op("Mul", [x, x]), -0.5)]);
	const density = scaled(g, bell, 1 / Math.sqrt(2 * Math.PI));
	return g.op("Add", [cumulative, g.op("Mul", [x, density])]);
}

/** d ½ x (1 + t) / dx with t = tanh(c (x + a x³)), c = √(2/π), a = 0.044715: ½ (1 + t) + ½ x (1 − t²) c (1 + 3 a x²). */
function tanhGeluSlope(g: Graph, x: Value): Value {
	const one = g.scalar(1, x);
	const squared = g.op("Mul", [x, x]);
	const polynomial = (cubic: number): Value => {
		const curved = scaled(g, squared, cubic * Math.sqrt(2 / Math.PI));
		return g.op("Add", [curved, g.scalar(Math.sqrt(2 / Math.PI), x)]);
	};
	const t = g.op("Tanh", [g.op("Mul", [x, polynomial(0.044715)])]);
	const slope = g.op("Mul", [oneMinus(g, g.op("Mul", [t, t])), polynomial(3 * 0.044715)]);
	return scaled(g, g.op("Add", [g.op("Add", [one, t]), g.op("Mul", [x, slope])]), 0.5);
}

/** The defaults of Selu: Klambauer et al. 2017, "Self-Normalizing Neural Networks". */
const selu = { alpha: 1.67326319217681884765625, gamma: 1.05070102214813232421875 } as const;

export const activation = {
	// d relu(x) = [y > 0] dx; as a product, which ONNX Runtime computes faster than a choice
	Relu: unary(
		(g, _x, y, dy) => g.op("Mul", [dy, positive(g, y)]),
		[...over({ from: -1.1, to: 1 }), ...inFloat([{ inputs: [{ dims: [3, 4], from: -1.1, to: 1 }] }])],
	),
	// d leaky(x) = dx where x > 0, α dx elsewhere
	LeakyRelu: unary(
		(g, x, _y, dy, { attributes }) => bySign(g, x, dy, scaled(g, dy, numberOf(attributes, "alpha", 0.01))),
		withAttributes({ alpha: float(0.2) }),
	),
	// prelu(x, s) = x above 0, s x elsewhere; so there dx is s dy and ds is x dy
	PRelu: {
		infer: (inputs, attributes) => {
			const [x, slope] = [required(inputs, 0), required(inputs, 1)];
			if (sameDims(commonDims([x.dims, slope.dims]) ?? [], x.dims)) return broadcast(inputs, attributes);
			throw typeError("PRelu", `slopes that stretch to [${x.dims.join()}]`, `[${slope.dims.join()}]`);
		},
		vjp: ({ g, inputs, dy }) => {
			const [x, slope] = [required(inputs, 0), required(inputs, 1)];
			return [
				() => bySign(g, x, dy, g.op("Mul", [dy, slope])),
				() => keepWhere(g, g.op("LessOrEqual", [x, g.scalar(0, x)]), g.op("Mul", [dy, x])),
			];
		},
		cases: inFloat([
			{ inputs: [{ dims: [2, 3, 4] }, { dims: [3, 1] }] },
			{ inputs: [{ dims: [3, 4] }, { dims: [1] }] },
			{ inputs: [{ dims: [3, 4] }, { dims: [3, 4] }] },
		]),
	},
	// thresholded(x) = x above α, 0 elsewhere
	ThresholdedRelu: unary(
		(g, x, _y, dy, { attributes }) =>
			keepWhere(g, g.op("Greater", [x, g.scalar(numberOf(attributes, "alpha", 1), x)]), dy),
		withAttributes({ alpha: float(0.25) }, -2, 2),
	),
	// elu(x) = α (eˣ − 1) below 0, so d elu(x) = (y + α) dx there and dx above
	Elu: unary(
		(g, x, y, dy, { attributes }) => {
			const slope = g.op("Add", [y, g.scalar(numberOf(attributes, "alpha", 1), y)]);
			return bySign(g, x, dy, g.op("Mul", [dy, slope]));
		},
		withAttributes({ alpha: float(0.5) }),
	),
	// selu(x) = γ α (eˣ − 1) below 0 and γ x above, so d selu(x) = (y + γ α) dx below and γ dx above
	Selu: unary(
		(g, x, y, dy, { attributes }) => {
			const gamma = numberOf(attributes, "gamma", selu.gamma);
			const below = g.op("Add", [y, g.scalar(gamma * numberOf(attributes, "alpha", selu.alpha), y)]);
			return g.op("Mul", [dy, bySign(g, x, g.scalar(gamma, y), below)]);
		},
		withAttributes({ alpha: float(0.5), gamma: float(2) }),
	),
	// celu(x) = α (e^(x/α) − 1) below 0, so d celu(x) = (y/α + 1) dx there and dx above
	Celu: unary(
		(g, x, y, dy, { attributes }) => {
			const below = g.op("Add", [scaled(g, y, 1 / numberOf(attributes, "alpha", 1)), g.scalar(1, y)]);
			return bySign(g, x, dy, g.op("Mul", [dy, below]));
		},
		withAttributes({ alpha: float(0.5) }),
	),
	// hardsigmoid(x) = α x + β between 0 and 1, so d hardsigmoid(x) = α dx where 0 < y < 1
	HardSigmoid: unary(
		(g, _x, y, dy, { attributes }) => {
			const inside = g.op("And", [g.op("Greater", [y, g.scalar(0, y)]), g.op("Less", [y, g.scalar(1, y)])]);
			return keepWhere(g, inside, scaled(g, dy, numberOf(attributes, "alpha", 0.2)));
		},
		inFloat([
			{ inputs: [{ dims: [3, 4], from: -4, to: 4.1 }] },
			{ inputs: [{ dims: [3, 4], from: -2, to: 2.1 }], attributes: { alpha: float(0.7), beta: float(0.1) } },
		]),
	),
	// hardswish(x) = x h(x) with h(x) = x/6 + ½ between 0 and 1: the slope is x/3 + ½ inside ±3, and h beyond
	HardSwish: unary(
		(g, x, _y, dy) => {
			const inside = g.op("Less", [g.op("Abs", [x]), g.scalar(3, x)]);
			const slope = g.op("Add", [scaled(g, x, 1 / 3), g.scalar(0.5, x)]);
			const beyond = g.op("HardSigmoid", [x], { alpha: float(1 / 6), beta: float(0.5) });
			return g.op("Mul", [dy, g.op("Where", [inside, slope, beyond])]);
		},
		inFloat(over({ from: -4, to: 4 })),
	),
	// d tanh x = (1 − y²) dx
	Tanh: unary((g, _x, y, dy) => g.op("Mul", [dy, oneMinus(g, g.op("Mul", [y, y]))]), over()),
	// d σ(x) = y (1 − y) dx
	Sigmoid: unary((g, _x, y, dy) => g.op("Mul", [dy, g.op("Mul", [y, oneMinus(g, y)])]), over()),
	// d log(1 + eˣ) = σ(x) dx
	Softplus: unary((g, x, _y, dy) => g.op("Mul", [dy, g.op("Sigmoid", [x])]), inFloat(over())),
	// softsign(x) = x / (1 + |x|), so d softsign(x) = dx / (1 + |x|)²
	Softsign: unary((g, x, _y, dy) => {
		const size = g.op("Add", [g.op("Abs", [x]), g.scalar(1, x)]);
		return g.op("Div", [dy, g.op("Mul", [size, size])]);
	}, inFloat(over())),
	// mish(x) = x t with t = tanh(softplus(x)), so d mish(x) = (t + x (1 − t²) σ(x)) dx
	Mish: unary(
		(g, x, _y, dy) => {
			const t = g.op("Tanh", [g.op("Softplus", [x])]);
			const bend = g.op("Mul", [oneMinus(g, g.op("Mul", [t, t])), g.op("Sigmoid", [x])]);
			return g.op("Mul", [dy, g.op("Add", [t, g.op("Mul", [x, bend])])]);
		},
		inFloat(over({ from: -3, to: 3 })),
	),
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
	// quickgelu(x) = x s with s = σ(α x), so d quickgelu(x) = s (1 + α x (1 − s)) dx
	QuickGelu: {
		domain: "com.microsoft",
		...unary(
			(g, x, _y, dy, { attributes }) => {
				const inner = scaled(g, x, numberOf(attributes, "alpha", 1.702));
				const s = g.op("Sigmoid", [inner]);
				const bend = g.op("Add", [g.op("Mul", [inner, oneMinus(g, s)]), g.scalar(1, x)]);
				return g.op("Mul", [dy, g.op("Mul", [s, bend])]);
			},
			withAttributes({ alpha: float(1) }, -3, 3),
		),
	},
} as const satisfies Record<string, Operator>;
