import { properSteps } from "../../distill/data-fit.js";
import { cifarTraining } from "../usual-training.js";
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
			jitter: { most: 2 },
			epochs: { least: 40, steps: properSteps },
			optimizer: { name: "adam", learningRate: 0.002 },
		},
		student: {
			hidden: [100, 100],
			epochs: { least: 60, steps: properSteps },
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
			jitter: { most: 2 },
			epochs: { least: 80, steps: properSteps },
			batch: 256,
			optimizer: { name: "adamw", learningRate: 0.002, weightDecay: 0.3 },
		},
		student: {
			hidden: [800, 800],
			epochs: { least: 40, steps: properSteps },
			batch: 256,
			optimizer: { name: "adamw", learningRate: 0.006, weightDecay: 0.15 },
		},
		distillation: { name: "soft-targets", temperature: 20, hardWeight: 0.1 },
		baseline: { epochs: 30, optimizer: { name: "adam", learningRate: 0.001 } },
	},
	/**
	 * Soft targets as regularisers (Hinton et al. 2015, §6): the network that teaches, trained on all labels, is trained
	 * again on 3 % of the samples: on their labels to the end and with early stopping, and on its own soft targets for them,
	 * to the end.
	 */
	regularizer: {
		name: "regularizer",
		data: { name: "digits" },
		teacher: { hidden: [400, 400], epochs: 20 },
		student: { hidden: [400, 400], fraction: 0.03, batch: 64, epochs: 100 },
		distillation: { name: "soft-targets", temperature: 4, hardWeight: 0.1 },
		earlyStopped: true,
		trainAccuracy: true,
	},
	/** The usual student of the literature, resnet8x4 (Tian et al. 2020), teaches one of a quarter of its size. */
	"cifar-100": {
		name: "cifar-100",
		data: { name: "cifar-100" },
		teacher: { family: "resnet", depth: 8, width: 4, epochs: { least: 8, steps: properSteps }, ...cifarTraining },
		student: { family: "resnet", depth: 8, width: 2, epochs: { least: 8, steps: properSteps }, ...cifarTraining },
		distillation: { name: "soft-targets", temperature: 4, hardWeight: 0.1 },
	},
} as const satisfies Record<string, RecipeInput>;
