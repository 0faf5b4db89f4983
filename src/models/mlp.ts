import { z } from "zod";
import { float, int } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { zeros } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import type { ModelFamily, ModelTask } from "./family.js";
import { type InitializerName, initializers, initialWeights } from "./initializers.js";

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

/** Options of the family `mlp`. */
export type MlpOptions = z.infer<typeof mlpOptions>;

/** Fully connected layers: flatten, then (linear, activation, dropout) for every hidden layer, then linear. */
export const mlp: ModelFamily<typeof mlpOptions> = {
	title: "fully connected layers",
	options: mlpOptions,
	build(g, input, options, task) {
		let x = dropout(g, g.op("Flatten", [input]), options.inputDropout);
		for (const [index, units] of options.hidden.entries()) {
			const name = `hidden${String(index + 1)}`;
			const activated = activations[options.activation](g, layer(g, x, name, units, options.initializer, task));
			x = dropout(g, activated, options.hiddenDropout);
		}
		return layer(g, x, "logits", task.classes, options.initializer, task);
	},
};

/** y = x Wᵀ + b, with W `[units, inputs]` as PyTorch keeps it, and b = 0 at first. */
function layer(
	g: Graph,
	x: Value,
	name: string,
	units: number,
	initializer: InitializerName,
	{ seed }: ModelTask,
): Value {
	const inputs = elementCount(x.dims.slice(1));
	const weight = g.parameter(`${name}.weight`, initialWeights(initializer, `${name}.weight`, [units, inputs], seed));
	const bias = g.parameter(`${name}.bias`, zeros({ type: "float", dims: [units] }));
	return g.op("Gemm", [x, weight, bias], { transB: int(1) }, name);
}

function dropout(g: Graph, x: Value, ratio: number): Value {
	return ratio === 0 ? x : g.op("Dropout", [x, g.scalar(ratio)]);
}
