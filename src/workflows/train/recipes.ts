import { properSteps } from "../../distill/data-fit.js";
import type { NetworkInput } from "../../distill/networks.js";
import { cifarTraining, digitTraining } from "../usual-training.js";
import type { TrainRecipeInput } from "./recipe.js";

const digitNetwork = { family: "cnn", channels: [16, 32, 64], ...digitTraining } satisfies NetworkInput;

/** The recipes of `limbeck train`; the one that bears a data set's name is the default for it. */
export const trainRecipes = {
	digits: {
		name: "digits",
		data: { name: "digits" },
		network: { ...digitNetwork, epochs: { least: 10, steps: properSteps } },
	},
	mnist: {
		name: "mnist",
		data: { name: "mnist" },
		network: { ...digitNetwork, epochs: { least: 4, steps: properSteps } },
	},
	"fashion-mnist": {
		name: "fashion-mnist",
		data: { name: "fashion-mnist" },
		network: { ...digitNetwork, jitter: { most: 1 }, epochs: { least: 8, steps: properSteps } },
	},
	/** resnet8x4, the usual student of the literature (Tian et al. 2020), in a thirtieth of its 240 epochs. */
	"cifar-100": {
		name: "cifar-100",
		data: { name: "cifar-100" },
		network: { family: "resnet", depth: 8, width: 4, epochs: { least: 8, steps: properSteps }, ...cifarTraining },
	},
} satisfies Record<string, TrainRecipeInput>;
