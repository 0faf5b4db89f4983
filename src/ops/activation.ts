/**
 * Activation functions. At a kink the gradient is that of the flatter side, as in PyTorch. Choices are written as
 * products with 0 or 1: ONNX Runtime computes those several times faster than Where.
 *
 * Source of the operators: ONNX operator specification, opset 21; QuickGelu: ONNX Runtime contrib operators.
 */
import { type Attributes, float, numberOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { sameDims } from "../graph/value.js";
import { broadcast, commonDims, required, typeError } from "./infer.js";
import type { Operator, OperatorCase } from "./operator.js";
import { inFloat, oneMinus, over, positive, scaled, unary } from "./rules.js";

/** Cases of an activation with attributes, in floats. */
const withAttributes = (attributes: Attributes, from = -1, to = 1): readonly OperatorCase[] =>
	inFloat([{ inputs: [{ dims: [3, 4], from, to }], attributes }, { inputs: [{ dims: [3, 4], from, to }] }]);

/** `above` where x > 0, `below` elsewhere. */
function bySign(g: Graph, x: Value, above: number, below: number): Value {
	if (above === below) return g.scalar(above, x);
	return g.op("Add", [scaled(g, positive(g, x), above - below), g.scalar(below, x)]);
}

/** min(x, 0). */
const negativePart = (g: Graph, x: Value): Value => g.op("Clip", [x, undefined, g.scalar(0, x)]);

/**
 * Φ(x) + x φ(x), with the standard normal distribution's cumulative probability Φ and density φ. With t = x / √2, Φ is
 * ½ + ½ erf t, and x φ(x) is t e^(−t²) / √π, of which the factor 1 / √π goes into the exponent: every pass over x counts.
 */
function geluSlope(g: Graph, x: Value): Value {
	const t = scaled(g, x, Math.SQRT1_2);
	const cumulative = halfOfOnePlus(g, g.op("Erf", [t]));
	const exponent = g.op("Sub", [g.scalar(-0.5 * Math.log(Math.PI), t), g.op("Mul", [t, t])]);
	return g.op("Add", [cumulative, g.op("Mul", [t, g.op("Exp", [exponent])])]);
}

/** ½ + ½ x of −1 ≤ x ≤ 1, in one pass. */
const halfOfOnePlus = (g: Graph, x: Value): Value => g.op("HardSigmoid", [x], { alpha: float(0.5), beta: float(0.5) });

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
	// d relu(x) = [y > 0] dx
	Relu: unary(
		(g, _x, y, dy) => g.op("Mul", [dy, positive(g, y)]),
		[...over({ from: -1.1, to: 1 }), ...inFloat([{ inputs: [{ dims: [3, 4], from: -1.1, to: 1 }] }])],
	),
	// d leaky(x) = dx where x > 0, α dx elsewhere
	LeakyRelu: unary(
		(g, x, _y, dy, { attributes }) => g.op("Mul", [dy, bySign(g, x, 1, numberOf(attributes, "alpha", 0.01))]),
		withAttributes({ alpha: float(0.2) }),
	),
	// prelu(x, s) = x above 0, s x elsewhere: with m = [x > 0], dx = (s + m (1 − s)) dy and ds = min(x, 0) dy
	PRelu: {
		infer: (inputs, attributes) => {
			const [x, slope] = [required(inputs, 0), required(inputs, 1)];
			if (sameDims(commonDims([x.dims, slope.dims]) ?? [], x.dims)) return broadcast(inputs, attributes);
			throw typeError("PRelu", `slopes that stretch to [${x.dims.join()}]`, `[${slope.dims.join()}]`);
		},
		vjp: ({ g, inputs, dy }) => {
			const [x, slope] = [required(inputs, 0), required(inputs, 1)];
			return [
				() => {
					const more = g.op("Mul", [positive(g, x), oneMinus(g, slope)]);
					return g.op("Mul", [dy, g.op("Add", [slope, more])]);
				},
				() => g.op("Mul", [dy, negativePart(g, x)]),
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
		(g, x, _y, dy, { attributes }) => {
			const above = g.op("Sub", [x, g.scalar(numberOf(attributes, "alpha", 1), x)]);
			return g.op("Mul", [dy, positive(g, above)]);
		},
		withAttributes({ alpha: float(0.25) }, -2, 2),
	),
	// elu(x) = α (eˣ − 1) below 0, so d elu(x) = (y + α) dx there and dx above
	Elu: unary(
		(g, x, y, dy, { attributes }) => {
			const rest = bySign(g, x, 1, numberOf(attributes, "alpha", 1));
			return g.op("Mul", [dy, g.op("Add", [negativePart(g, y), rest])]);
		},
		withAttributes({ alpha: float(0.5) }),
	),
	// selu(x) = γ α (eˣ − 1) below 0 and γ x above, so d selu(x) = (y + γ α) dx below and γ dx above
	Selu: unary(
		(g, x, y, dy, { attributes }) => {
			const [alpha, gamma] = [numberOf(attributes, "alpha", selu.alpha), numberOf(attributes, "gamma", selu.gamma)];
			const rest = bySign(g, x, gamma, gamma * alpha);
			return g.op("Mul", [dy, g.op("Add", [negativePart(g, y), rest])]);
		},
		withAttributes({ alpha: float(0.5), gamma: float(2) }),
	),
	// celu(x) = α (e^(x/α) − 1) below 0, so d celu(x) = (y/α + 1) dx there and dx above
	Celu: unary(
		(g, _x, y, dy, { attributes }) => {
			const bend = scaled(g, negativePart(g, y), 1 / numberOf(attributes, "alpha", 1));
			return g.op("Mul", [dy, g.op("Add", [bend, g.scalar(1, y)])]);
		},
		withAttributes({ alpha: float(0.5) }),
	),
	// hardsigmoid(x) = α x + β between 0 and 1, so d hardsigmoid(x) = α dx where y (1 − y) > 0
	HardSigmoid: unary(
		(g, _x, y, dy, { attributes }) => {
			const inside = positive(g, g.op("Mul", [y, oneMinus(g, y)]));
			return g.op("Mul", [dy, scaled(g, inside, numberOf(attributes, "alpha", 0.2))]);
		},
		inFloat([
			{ inputs: [{ dims: [3, 4], from: -4, to: 4.1 }] },
			{ inputs: [{ dims: [3, 4], from: -2, to: 2.1 }], attributes: { alpha: float(0.7), beta: float(0.1) } },
		]),
	),
	// hardswish(x) = x h with h = x/6 + ½ between 0 and 1, so d hardswish(x) = (h + x/6 [h (1 − h) > 0]) dx
	HardSwish: unary(
		(g, x, _y, dy) => {
			const h = g.op("HardSigmoid", [x], { alpha: float(1 / 6), beta: float(0.5) });
			const inside = positive(g, g.op("Mul", [h, oneMinus(g, h)]));
			return g.op("Mul", [dy, g.op("Add", [h, g.op("Mul", [scaled(g, x, 1 / 6), inside])])]);
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
