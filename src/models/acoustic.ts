import { z } from "zod";
import { type ModelFamily, numbersIn } from "./family.js";
import { mlp } from "./mlp.js";

const { initializer, inputDropout, hiddenDropout } = mlp.options.shape;

const acousticOptions = z.strictObject({
	layers: z.int().min(1).max(64).default(4).describe("hidden layers"),
	units: z.int().min(1).max(65_536).default(512).describe("units of each hidden layer"),
	initializer,
	inputDropout,
	hiddenDropout,
});

/**
 * An acoustic model: from frames of features, stacked, to the state of one of them, through hidden layers of equal size
 * with ReLU (Hinton et al. 2015, §4: 8 layers of 2,560 units).
 */
export const acoustic: ModelFamily<typeof acousticOptions> = {
	title: "acoustic model: stacked frames through ReLU layers of equal size (Hinton et al. 2015, §4)",
	options: acousticOptions,
	short: { example: "8x2560", means: "layers x units" },
	parseShort: (text) => {
		const [layers, units, ...others] = numbersIn(text, "x");
		return units === undefined || others.length > 0 ? undefined : { layers, units };
	},
	shortOf: ({ layers, units }) => `${String(layers)}x${String(units)}`,
	hiddenUnits: ({ layers, units }) => Array<number>(layers).fill(units),
	build(g, input, { layers, units, ...options }, task) {
		const hidden = Array<number>(layers).fill(units);
		return mlp.build(g, input, { ...options, hidden, activation: "relu" }, task);
	},
};
