/** The recipe of a generalist and its specialists. */
import { z } from "zod";
import { isUnlabelled } from "../../data/options.js";
import { mixupOf } from "../../data/transforms/index.js";
import type { Fitted } from "../../distill/data-fit.js";
import { learningShape, networkOptions, withFamily } from "../../distill/networks.js";
import { combinationOptions } from "../../distill/specialists/combination-options.js";
import { LimbeckError } from "../../errors.js";
import { distillationOptions } from "../../losses/index.js";
import { isRecord, type JsonSchema, parseOptions } from "../../options.js";
import type { SpecializeRecipe } from "../../recipe-types.js";
import { applySettings } from "../../settings.js";
import { chosenClusterings } from "../../specialists/clustering.js";
import { looksInside } from "../../train/objective.js";
import { dataField, nameField, seedFields, trainingOf } from "../recipe-fields.js";

const learning = (what: string) =>
	z.strictObject(learningShape).prefault({}).describe(`${what}; ${likeGeneralistText}`);

const likeGeneralistText = "like the generalist where left out";

const studentOptions = z
	.strictObject({
		...learningShape,
		start: z
			.enum(["afresh", "generalist"])
			.default("afresh")
			.describe("the weights that it starts from: fresh ones, or the generalist's"),
	})
	.prefault({})
	.describe(
		`how a network of the generalist's kind learns from generalist and specialists together; ${likeGeneralistText}`,
	);

const control = (what: string) => z.boolean().default(true).describe(what);

/** The schema of a recipe. @internal */
export const specializeOptions = z.strictObject({
	name: nameField,
	data: dataField,
	generalist: networkOptions.prefault({}).describe("the network that knows all classes, and how it is trained"),
	clustering: chosenClusterings
		.prefault({ name: "nearest", specialists: 3, classesPerSpecialist: 4 })
		.describe("how the classes of each specialist are chosen by what the generalist confuses"),
	predictions: z
		.strictObject({
			split: z
				.enum(["train", "validation"])
				.default("train")
				.describe(
					"samples whose predictions say what is confused: training samples are many, and leave validation untouched; " +
						"validation tells more of a generalist that has learned its training samples by heart",
				),
			topK: z
				.int()
				.min(1)
				.optional()
				.describe("keeps so many most probable classes of each prediction, for thousands of classes; all where absent"),
		})
		.prefault({})
		.describe("the predictions that classes are chosen by; never those on the test set"),
	specialist: learning(
		"how each specialist is trained from the generalist's weights, all or those that train names; an epoch shows every " +
			"sample of its classes once, and as many others",
	),
	softmax: z
		.strictObject({
			over: z
				.enum(["dustbin", "full"])
				.default("dustbin")
				.describe(
					"its classes and one dustbin for all others; or all classes, those not its own kept by the generalist's soft targets",
				),
			temperature: z.number().gt(0).max(1000).default(2).describe("of those soft targets; full alone has them"),
			hardWeight: z
				.number()
				.gt(0)
				.max(1)
				.default(0.5)
				.describe("weight of the true labels beside them; the soft targets get the rest"),
		})
		.prefault({})
		.describe("what a specialist's softmax is over while it is trained"),
	combination: combinationOptions.prefault({}).describe("how generalist and specialists answer as one"),
	student: studentOptions,
	distillation: distillationOptions
		.prefault({ name: "soft-targets" })
		.describe("what that network learns from them: an objective with its options, or a mixture of several"),
	controls: z
		.strictObject({
			longer: control("the generalist, trained as much longer as all specialists take"),
			ensemble: control("the generalist and a second one, trained for as long as all specialists: their mean"),
			random: control("as many specialists of as many classes, chosen at random"),
		})
		.prefault({})
		.describe("what specialists are compared with, at the same cost of training"),
	...seedFields,
});

export type { SpecializeRecipe, SpecializeRecipeInput } from "../../recipe-types.js";

/** A {@link SpecializeRecipe} that is fitted to its data. */
export type RunSpecializeRecipe = Fitted<SpecializeRecipe>;

/** The fields that hold how a network like the generalist is trained. */
const likeGeneralist = ["specialist", "student"] as const;

/**
 * Checks a recipe of specialists and fills in the defaults.
 *
 * @param settings - changes to it, such as `clustering.specialists=5`; see `applySettings`.
 * @throws LimbeckError (`usage`) with the path of every field that is wrong.
 */
export function parseSpecializeRecipe(
	input: unknown,
	where = "recipe",
	settings: readonly string[] = [],
): SpecializeRecipe {
	const written = withGeneralist(applySettings(withGeneralist(input), settings, specializeOptions));
	// As written first, so that a wrong field of the generalist is not told of again in those like it.
	const first = parseOptions(specializeOptions, written, where);
	if (!isRecord(written)) return checked(first, where);
	const like = likeGeneralist.map((field) => [field, trainingOf(written["generalist"], written[field])]);
	return checked(parseOptions(specializeOptions, { ...written, ...Object.fromEntries(like) }, where), where);
}

/** The JSON schema of a recipe of specialists. */
export function specializeSchema(): JsonSchema {
	return z.toJSONSchema(specializeOptions, { io: "input" });
}

function withGeneralist(recipe: unknown): unknown {
	return isRecord(recipe) ? { ...recipe, generalist: withFamily(recipe["generalist"] ?? {}) } : recipe;
}

/** Refuses what no data could make sense of. */
function checked(recipe: SpecializeRecipe, where: string): SpecializeRecipe {
	const refuse = (field: string, expected: string, got: string, hint: string): never => {
		throw new LimbeckError("usage", { where: `${where}: ${field}`, expected, got, hint });
	};
	const { data, clustering, distillation, student } = recipe;
	if (isUnlabelled(data)) {
		const hint = "Give samples with labels, or distil a teacher: limbeck distill.";
		refuse("data.unlabelled", "labels, which say what a specialist's classes are", "none", hint);
	}
	if (clustering.name === "partition" && clustering.specialists < 2) {
		const hint = "Set clustering.specialists to 2 or more.";
		refuse("clustering.specialists", "2 or more parts", "one, which leaves no class for the dustbin", hint);
	}
	if (looksInside(distillation)) {
		const hint = "Leave hints and attention-transfer out.";
		refuse(
			"distillation",
			"an objective on outputs",
			"one that looks inside the teacher, which are several here",
			hint,
		);
	}
	if (mixupOf(student) !== undefined) {
		const expected = "samples that generalist and specialists can be asked about";
		refuse("student.augment", expected, "mixup", 'Set student.augment to a list without mixup, such as ["flip"].');
	}
	return recipe;
}

/**
 * Refuses a recipe that does not fit the data's classes, before anything is trained.
 *
 * @throws LimbeckError (`usage`) by the name of the field.
 */
export function checkClasses(
	{ clustering, combination, predictions }: Pick<SpecializeRecipe, "clustering" | "combination" | "predictions">,
	classes: number,
): void {
	const all = `the ${String(classes)} classes`;
	const limits: readonly (readonly [field: string, got: number, most: number, why: string])[] = [
		["clustering.specialists", clustering.specialists, classes, `one for each of ${all}`],
		...("classesPerSpecialist" in clustering
			? [
					[
						"clustering.classesPerSpecialist",
						clustering.classesPerSpecialist,
						classes - 1,
						`fewer than ${all}: the others are the dustbin`,
					] as const,
				]
			: []),
		["combination.n", combination.n, classes, all],
		["predictions.topK", predictions.topK ?? 1, classes - 1, `fewer than ${all}`],
	];
	if (classes < 3) {
		throw new LimbeckError("usage", {
			where: "data",
			expected: "3 or more classes: a specialist tells two or more apart from all others",
			got: String(classes),
			hint: "Data of two classes need no specialists: limbeck train, or limbeck distill.",
		});
	}
	const wrong = limits.find(([, got, most]) => got > most);
	if (wrong === undefined) return;
	const [where, got, most, why] = wrong;
	const [expected, hint] = [`at most ${String(most)}, ${why}`, `Set ${where} to ${String(most)} or less.`];
	throw new LimbeckError("usage", { where, expected, got: String(got), hint });
}

/**
 * What training all specialists costs, in epochs of the generalist: an epoch of a specialist shows its samples and as
 * many others. Exact where classes have equal numbers of samples, or are each in one specialist.
 */
export function specialistEpochs(
	{ clustering, specialist }: Pick<RunSpecializeRecipe, "clustering" | "specialist">,
	classes: number,
): number {
	const { specialists } = clustering;
	const covered = "classesPerSpecialist" in clustering ? (specialists * clustering.classesPerSpecialist) / classes : 1;
	return 2 * covered * specialist.epochs;
}
