import type { RecipeInput } from "./recipe.js";

/** The recipes that come with Limbeck. */
export const recipes = {
	/** A minute or two on two cores: 10,000 real digits and nets of the paper's shape, but smaller. */
	digits: {
		name: "digits",
		data: { name: "digits" },
		teacher: {
			hidden: [400, 400],
			inputDropout: 0.1,
			hiddenDropout: 0.4,
			jitter: 2,
			epochs: 40,
			optimizer: { name: "adam", learningRate: 0.002 },
		},
		student: {
			hidden: [100, 100],
			epochs: 60,
			optimizer: { name: "adam", learningRate: 0.002 },
		},
		distillation: { name: "soft-targets", temperature: 4, hardWeight: 0.1 },
	},
	/**
	 * Hinton et al. 2015, §3: 784-1200-1200-10 teaches 784-800-800-10 at T = 20 on a transfer set without jitter.
	 * Rates, dropout, weight decay and batch chosen on the validation split. The teacher's weight decay keeps its
	 * function smooth, which is what lets a student without jitter follow it between the samples of the transfer set.
	 */
	mnist: {
		name: "mnist",
		data: { name: "mnist" },
		teacher: {
			hidden: [1200, 1200],
			inputDropout: 0.1,
			hiddenDropout: 0.4,
			jitter: 2,
			epochs: 80,
			batch: 256,
			optimizer: { name: "adamw", learningRate: 0.002, weightDecay: 0.3 },
		},
		student: {
			hidden: [800, 800],
			epochs: 40,
			batch: 256,
			optimizer: { name: "adamw", learningRate: 0.006, weightDecay: 0.15 },
		},
		distillation: { name: "soft-targets", temperature: 20, hardWeight: 0.1 },
		baseline: { epochs: 30, optimizer: { name: "adam", learningRate: 0.001 } },
	},
} as const satisfies Record<string, RecipeInput>;
