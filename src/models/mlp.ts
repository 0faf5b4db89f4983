import { z } from "zod";
import { float } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { type ModelFamily, numbersIn } from "./family.js";
import { initializers } from "./initializers.js";
import { dropout, linear } from "./layers.js";

/** Activations of hidden layers. */
const activations = {
	relu: (g, x) => g.op("Relu", [x]),
	"leaky-relu": (g, x) => g.op("LeakyRelu", [x], { alpha: float(0.01) }),
	elu: (g, x) => g.op("Elu", [x]),
	gelu: (g, x) => g.op("Gelu", [x]),
	softplus: (g, x) => g.op("Softplus", [x]),
	tanh: (g, x) => g.op("Tanh", [x]),
	sigmoid: (g, x) => g.op("Sigmoid", [x]),
} as const satisfies Record<string, (g: Graph, x: Value) => Value>;

// Object.keys loses the key type; the table is the source of both.
const namesOf = <T extends string>(table: Readonly<Record<T, unknown>>): [T, ...T[]] =>
	Object.keys(table) as [T, ...T[]];

const mlpOptions = z.strictObject({
	hidden: z
		.array(z.int().min(1).max(65_536))
		.max(64)
		.default([800, 800])
		.describe("units of each hidden layer, first to last; [] is a linear classifier"),
	activation: z.enum(namesOf(activations)).default("relu").describe("activation of the hidden layers"),
	initializer: z.enum(namesOf(initializers)).default("he-normal").describe("how initial weights are drawn"),
	inputDropout: z.number().min(0).lt(1).default(0).describe("share of inputs dropped in training"),
	hiddenDropout: z.number().min(0).lt(1).default(0).describe("share of hidden units dropped in training"),
});

/** Fully connected layers: flatten, then (linear, activation, dropout) for every hidden layer, then linear. */
export const mlp: ModelFamily<typeof mlpOptions> = {
	title: "fully connected layers",
	options: mlpOptions,
	short: { example: "800,800", means: "units of each hidden layer" },
	parseShort: (text) => ({ hidden: numbersIn(text, ",") }),
	shortOf: ({ hidden }) => hidden.join(),
	hiddenUnits: ({ hidden }) => hidden,
	build(g, input, options, { classes, seed }) {
		const layers = { g, seed };
		let x = dropout(g, g.op("Flatten", [input]), options.inputDropout);
		for (const [index, units] of options.hidden.entries()) {
			const linearX = linear(layers, x, `hidden${String(index + 1)}`, units, options.initializer);
			x = dropout(g, activations[options.activation](g, linearX), options.hiddenDropout);
		}
		return linear(layers, x, "logits", classes, options.initializer);
	},
};
