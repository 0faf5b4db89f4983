/** Functions of one real variable. Source of the operators: ONNX operator specification, opset 21. */
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { foldArithmetic } from "./fold.js";
import type { Operator } from "./operator.js";
import { inFloat, oneMinus, over, scaled, unary, zerosLike } from "./rules.js";

const squared = (g: Graph, x: Value): Value => g.op("Mul", [x, x]);

/** 1 + x². */
const onePlusSquare = (g: Graph, x: Value): Value => g.op("Add", [squared(g, x), g.scalar(1, x)]);

/** A step function: its slope is 0 wherever it has one. */
const step = unary((g, x) => zerosLike(g, x), over());

export const functions = {
	// d(eˣ) = eˣ dx
	Exp: unary((g, _x, y, dy) => g.op("Mul", [dy, y]), over()),
	// d(log x) = dx / x
	Log: unary((g, x, _y, dy) => g.op("Div", [dy, x]), over({ from: 0.2, to: 2 })),
	// d√x = dx / (2 √x)
	Sqrt: {
		...unary((g, _x, y, dy) => g.op("Div", [dy, scaled(g, y, 2)]), over({ from: 0.2, to: 2 })),
		fold: foldArithmetic(Math.sqrt),
	},
	// d(1 / x) = −dx / x²
	Reciprocal: unary((g, _x, y, dy) => g.op("Neg", [g.op("Mul", [dy, squared(g, y)])]), over({ from: 0.5, to: 2 })),
	// d|x| = sign(x) dx
	Abs: {
		...unary((g, x, _y, dy) => g.op("Mul", [dy, g.op("Sign", [x])]), over()),
		fold: foldArithmetic(Math.abs, (x) => (x < 0n ? -x : x)),
	},
	Sign: step,
	Floor: { ...step, fold: foldArithmetic(Math.floor) },
	Ceil: { ...step, fold: foldArithmetic(Math.ceil) },
	// The domain keeps away from ±0.5, where it jumps.
	Round: { ...step, cases: over({ from: -0.4, to: 0.4 }) },
	// d erf(x) = 2/√π e^(−x²) dx; the factor goes into the exponent, which saves a pass over x
	Erf: unary((g, x, _y, dy) => {
		const exponent = g.op("Sub", [g.scalar(Math.log(2 / Math.sqrt(Math.PI)), x), squared(g, x)]);
		return g.op("Mul", [dy, g.op("Exp", [exponent])]);
	}, inFloat(over())),
	// d sin x = cos x dx
	Sin: unary((g, x, _y, dy) => g.op("Mul", [dy, g.op("Cos", [x])]), over()),
	// d cos x = −sin x dx
	Cos: unary((g, x, _y, dy) => g.op("Neg", [g.op("Mul", [dy, g.op("Sin", [x])])]), over()),
	// d tan x = (1 + tan² x) dx
	Tan: unary((g, _x, y, dy) => g.op("Mul", [dy, onePlusSquare(g, y)]), inFloat(over())),
	// d arcsin x = dx / √(1 − x²)
	Asin: unary(
		(g, x, _y, dy) => g.op("Div", [dy, g.op("Sqrt", [oneMinus(g, squared(g, x))])]),
		inFloat(over({ from: -0.8, to: 0.8 })),
	),
	// d arccos x = −dx / √(1 − x²)
	Acos: unary(
		(g, x, _y, dy) => g.op("Neg", [g.op("Div", [dy, g.op("Sqrt", [oneMinus(g, squared(g, x))])])]),
		inFloat(over({ from: -0.8, to: 0.8 })),
	),
	// d arctan x = dx / (1 + x²)
	Atan: unary((g, x, _y, dy) => g.op("Div", [dy, onePlusSquare(g, x)]), inFloat(over())),
	// d sinh x = cosh x dx
	Sinh: unary((g, x, _y, dy) => g.op("Mul", [dy, g.op("Cosh", [x])]), inFloat(over())),
	// d cosh x = sinh x dx
	Cosh: unary((g, x, _y, dy) => g.op("Mul", [dy, g.op("Sinh", [x])]), inFloat(over())),
	// d arsinh x = dx / √(1 + x²)
	Asinh: unary((g, x, _y, dy) => g.op("Div", [dy, g.op("Sqrt", [onePlusSquare(g, x)])]), inFloat(over())),
	// d arcosh x = dx / √(x² − 1)
	Acosh: unary(
		(g, x, _y, dy) => g.op("Div", [dy, g.op("Sqrt", [g.op("Sub", [squared(g, x), g.scalar(1, x)])])]),
		inFloat(over({ from: 1.3, to: 3 })),
	),
	// d artanh x = dx / (1 − x²)
	Atanh: unary((g, x, _y, dy) => g.op("Div", [dy, oneMinus(g, squared(g, x))]), inFloat(over({ from: -0.8, to: 0.8 }))),
} as const satisfies Record<string, Operator>;
