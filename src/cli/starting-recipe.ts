/** The recipe that `limbeck init` writes: what fits the data, the teacher and where the student is to run. */
import { inspect } from "node:util";
import type { DataFields } from "../console/data-flags.js";
import { properSteps } from "../distill/data-fit.js";
import type { NetworkInput } from "../distill/networks.js";
import { parseTeacherSpec } from "../distill/teachers/options.js";
import { LimbeckError } from "../errors.js";
import { parseRecipe, type RecipeInput } from "../workflows/distill/recipe.js";
import { cifarTraining, digitTraining } from "../workflows/usual-training.js";

/** Where a student may be to run, and how large it is there. */
interface Destination {
	readonly about: string;
	/** Channels of the blocks of a convolutional student. */
	readonly channels: readonly number[];
	/** Times 16 channels of a residual student. */
	readonly width: number;
	/** Hidden layers of a student for tables. */
	readonly hidden: readonly number[];
	/** What is to be known of its files. */
	readonly hint: string;
}

/** Every destination by its name. */
export const destinations = {
	browser: {
		about: "a browser",
		channels: [8, 16, 32],
		width: 1,
		hidden: [32],
		hint: "Pictures: the folder loads in transformers.js. model/onnx/model_fp16.onnx is half the download.",
	},
	node: {
		about: "Node: a server, a command line",
		channels: [16, 32, 64],
		width: 2,
		hidden: [64],
		hint: 'In Node: import { loadClassifier } from "limbeck/predict"; await loadClassifier("model").',
	},
	edge: {
		about: "a small machine, with as little memory as can be",
		channels: [8, 16],
		width: 1,
		hidden: [16],
		hint: "model/onnx/model_quantized.onnx has whole numbers of 8 bits; model/README.md says what they cost in accuracy.",
	},
} as const satisfies Readonly<Record<string, Destination>>;

/** What is known when the recipe is written. */
export interface Start {
	/** What the recipe is called. */
	readonly name: string;
	/** Fields of the recipe's data. */
	readonly data: DataFields;
	/** The shape of one sample: `[channels, height, width]`, or anything else, such as `[features]`. */
	readonly sampleShape: readonly number[];
	readonly unlabelled: boolean;
	/** A teacher's file, as `--teacher` takes it; one is trained where absent. */
	readonly teacher?: string | undefined;
	readonly destination: keyof typeof destinations;
}

/**
 * A recipe that runs.
 *
 * @throws LimbeckError (`usage`) where nothing can teach.
 */
export function startingRecipe({ name, data, sampleShape, unlabelled, teacher, destination }: Start): RecipeInput {
	if (unlabelled && teacher === undefined) {
		throw new LimbeckError("usage", {
			where: "limbeck init",
			expected: "a teacher's file for samples without labels: it alone can say what they are",
			got: "none",
			hint: "Give --teacher model.onnx, or samples with labels.",
		});
	}
	const fitting = networksFor(sampleShape, destinations[destination]);
	const given = teacher === undefined ? fitting.teacher : parseTeacherSpec(teacher, "--teacher");
	const recipe = {
		name,
		data,
		teacher: given,
		student: fitting.student,
		// Without labels the teacher alone is followed.
		distillation: { name: "soft-targets", temperature: 4, hardWeight: unlabelled ? 0 : 0.1 },
	};
	parseRecipe(recipe, "limbeck init");
	return recipe as RecipeInput; // As parsed.
}

/** Networks that suit samples of a shape. */
function networksFor(
	[channels, ...sides]: readonly number[],
	{ channels: blocks, width, hidden }: Destination,
): { readonly teacher: NetworkInput; readonly student: NetworkInput } {
	if (sides.length !== 2) {
		const training = { optimizer: { name: "adam", learningRate: 0.002 } } as const;
		return {
			teacher: { hidden: [256, 256], hiddenDropout: 0.3, epochs: { least: 60, steps: properSteps }, ...training },
			student: { hidden: [...hidden], epochs: { least: 100, steps: properSteps }, ...training },
		};
	}
	const epochs = { least: 12, steps: properSteps };
	if (channels === 1) {
		return {
			teacher: { family: "cnn", channels: [32, 64, 128], epochs, ...digitTraining },
			student: { family: "cnn", channels: [...blocks], epochs, ...digitTraining },
		};
	}
	const training = { ...cifarTraining, augment: augmentFor(sides) };
	return {
		teacher: { family: "resnet", depth: 8, width: 4, epochs, ...training },
		student: { family: "resnet", depth: 8, width, epochs, ...training },
	};
}

/** Flips, and crops out of a border that is the same share of a small picture as of CIFAR's: an eighth of its side. */
function augmentFor(sides: readonly number[]): NonNullable<NetworkInput["augment"]> {
	const padding = Math.min(4, Math.floor(Math.min(...sides) / 8));
	return [{ name: "flip" }, ...(padding === 0 ? [] : [{ name: "crop", padding } as const])];
}

/** The recipe as a file: JSON, or a module that editors check. */
export function recipeText(recipe: RecipeInput, kind: "json" | "module"): string {
	if (kind === "json") return `${JSON.stringify(recipe, undefined, "\t")}\n`;
	// An object of JSON's values: what inspect prints of it is its source.
	const source = inspect(recipe, {
		depth: Infinity,
		breakLength: 100,
		compact: 3,
		maxArrayLength: Infinity,
		maxStringLength: Infinity,
	});
	return `// Every field, its range and its default: npx limbeck recipe
import { defineRecipe } from "limbeck";

export default defineRecipe(${source});
`;
}
