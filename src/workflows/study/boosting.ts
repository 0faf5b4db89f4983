/** Generalist and specialists as an additive model: Hinton et al. 2015, §5, against Friedman 2001. */
import { z } from "zod";
import { type Fitted, fitRecipe } from "../../distill/data-fit.js";
import { learningShape, networkOptions } from "../../distill/networks.js";
import { listed } from "../../report/text.js";
import { chosenClusterings } from "../../specialists/clustering.js";
import { parseSpecializeRecipe, type SpecializeRecipe } from "../specialize/recipe.js";
import { specializeRecipes } from "../specialize/recipes.js";
import { cifarTraining } from "../usual-training.js";
import { boostedName, planBoosting } from "./plan-boosting.js";
import { defineStudy, type Findings, type Measurements, studyShape } from "./study.js";
import { comparedErrors, meanOf, minutes, pointOf, spread } from "./wording.js";

const options = z.strictObject({
	...studyShape("boosting"),
	generalist: networkOptions.prefault({}).describe("the network that knows all classes, and how it is trained"),
	clustering: chosenClusterings.describe(
		"how the classes of each specialist are chosen by what the generalist confuses",
	),
	specialist: z.strictObject(learningShape).prefault({}).describe("how each specialist, and each stage, is trained"),
	shrinkages: z.array(z.number().gt(0).max(1)).min(1).describe("what stages are multiplied by before they are added"),
});

type Recipe = Fitted<z.output<typeof options>>;

const { digits, "cifar-100": cifar } = specializeRecipes;

export const boostingStudy = defineStudy({
	title: "Boosting",
	question: "Are a generalist and specialists better as stages of an additive model?",
	options,
	sizes: {
		quick: {
			name: "boosting",
			data: { name: "digits" },
			generalist: digits.generalist,
			clustering: digits.clustering,
			specialist: digits.specialist,
			shrinkages: [0.3, 1],
		},
		full: {
			name: "boosting",
			data: { name: "cifar-100" },
			generalist: cifar.generalist,
			clustering: cifar.clustering,
			specialist: { ...cifarTraining, ...cifar.specialist },
			shrinkages: [0.1, 0.3, 1],
		},
	},
	plan: (recipe, context) =>
		planBoosting(fitRecipe(specialized(recipe), context.data).recipe, recipe.shrinkages, context),
	findings,
});

function specialized({ data, seed, seeds, generalist, clustering, specialist }: Recipe): SpecializeRecipe {
	const controls = { longer: true, ensemble: true, random: false };
	const written = { name: "boosting", data, seed, seeds, generalist, clustering, specialist, controls };
	return parseSpecializeRecipe(written, "study boosting");
}

/** A way to answer: what it is, and which trainings it takes, each list one after the other and side by side within. */
interface Way {
	readonly name: string;
	readonly title: string;
	/** What differs in the shrinkage alone is of one kind. */
	readonly kind: string;
	readonly stages: readonly (readonly string[])[];
}

function waysOf({ clustering, shrinkages }: Recipe): readonly Way[] {
	const specialists = (folder: string): readonly string[] =>
		Array.from({ length: clustering.specialists }, (_, k) => `${folder}specialist-${String(k + 1)}`);
	const boosted = (kind: string, nameOf: (shrinkage: number) => string, stages: (shrinkage: number) => Way["stages"]) =>
		shrinkages.map(
			(shrinkage): Way => ({
				name: nameOf(shrinkage),
				title: `${kind}, ν = ${String(shrinkage)}`,
				kind,
				stages: [["generalist"], ...stages(shrinkage)],
			}),
		);
	const single = (name: string, title: string, ...stages: Way["stages"]): Way => ({ name, title, kind: title, stages });
	return [
		single("generalist", "generalist", ["generalist"]),
		single("combined", "specialists, KL", ["generalist"], specialists("")),
		...boosted("boosted in turn", boostedName.inTurn, (shrinkage) =>
			specialists(`in-turn-${String(shrinkage)}/`).map((one) => [one]),
		),
		...boosted("boosted at once", boostedName.atOnce, () => [specialists("at-once/")]),
		single("ensemble", "two generalists", ["generalist", "controls/second"]),
		single("longer", "one, trained longer", ["controls/longer"]),
	];
}

function findings(recipe: Recipe, measured: Measurements): Findings {
	const ways = waysOf(recipe);
	const kinds = [...new Set(ways.map(({ kind }) => kind))];
	const errorsOf = ({ name }: Way): readonly number[] => measured.of(name).map(({ errors }) => errors);
	const validationOf = ({ name }: Way): number =>
		meanOf(measured.results.map(({ validated }) => validated?.models[name]?.errors ?? Number.NaN));
	const [best] = ways
		.filter(({ name }) => name.startsWith("boosted"))
		.toSorted((a, b) => validationOf(a) - validationOf(b));
	const others = ways.filter(({ name }) => !name.startsWith("boosted"));
	/** Seconds of all trainings, and of the longest way through them with a core for each. */
	const times = ({ stages }: Way): { readonly all: number; readonly path: number } => {
		const took = stages.map((side) =>
			side.map((name) => meanOf(measured.results.map(({ trained }) => trained[name]?.trainSeconds ?? 0))),
		);
		return {
			all: took.flat().reduce((sum, one) => sum + one, 0),
			path: took.reduce((sum, side) => sum + Math.max(...side), 0),
		};
	};
	return {
		answer:
			best === undefined
				? []
				: [
						`Validation chooses "${best.title}": ${spread(errorsOf(best))} test errors. It ${listed(
							others.map((other) => comparedErrors(errorsOf(best), errorsOf(other), `"${other.title}"`)),
						)}.`,
						`The KL combination ${listed(
							others
								.filter(({ name }) => name !== "combined")
								.map((other) =>
									comparedErrors(
										measured.of("combined").map(({ errors }) => errors),
										errorsOf(other),
										`"${other.title}"`,
									),
								),
						)}.`,
						`With a core for each network, specialists and stages at once take the generalist and the longest of them; ` +
							`stages in turn take all, one after the other.`,
					],
		tables: [
			{
				title: "Test set; times of training, all together and with a core for each",
				columns: ["way", "errors", "accuracy, %", "NLL", "ECE", "validation errors", "all training", "longest path"],
				rows: ways.map((way) => {
					const own = measured.of(way.name);
					const { all, path } = times(way);
					return [
						`${way.title}${way === best ? " *" : ""}`,
						spread(errorsOf(way)),
						spread(
							own.map(({ accuracy }) => 100 * accuracy),
							2,
						),
						spread(
							own.map(({ nll }) => nll),
							4,
						),
						spread(
							own.map(({ ece }) => ece),
							4,
						),
						...[validationOf(way).toFixed(1), minutes(all), minutes(path)],
					];
				}),
			},
		],
		figures: [
			{
				name: "boosting",
				title: "Errors by time of training",
				caption: "Test errors by the seconds of all trainings together. Bars: standard deviation over the seeds.",
				x: { label: "seconds of training", scale: "linear" },
				y: { label: "test errors", scale: "linear" },
				lines: kinds.map((kind) => ({
					label: kind,
					apart: true,
					points: ways.filter((way) => way.kind === kind).map((way) => pointOf(times(way).all, errorsOf(way))),
				})),
			},
		],
	};
}
