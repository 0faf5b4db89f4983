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
import {
	defineStudy,
	errorsOf,
	findingsOf,
	type Measurements,
	type NetworkMeasures,
	type StudyFigure,
	type StudyTable,
	studyShape,
} from "./study.js";
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
	findings: findingsOf(read, { answer, tables, figures }),
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

/** What is read off the measurements. */
interface Reading {
	readonly ways: readonly Way[];
	/** The way with stages that validation chooses. */
	readonly best: Way | undefined;
	readonly measured: Measurements;
}

const isBoosted = ({ name }: Way): boolean => name.startsWith("boosted");

function read(recipe: Recipe, measured: Measurements): Reading {
	const ways = waysOf(recipe);
	const [best] = ways.filter(isBoosted).toSorted((a, b) => validationOf(measured, a) - validationOf(measured, b));
	return { ways, best, measured };
}

function validationOf({ results }: Measurements, { name }: Way): number {
	return meanOf(results.map(({ validated }) => validated?.models[name]?.errors ?? Number.NaN));
}

/** Seconds of all trainings, and of the longest way through them with a core for each. */
function timesOf({ results }: Measurements, { stages }: Way): { readonly all: number; readonly path: number } {
	const took = stages.map((side) =>
		side.map((name) => meanOf(results.map(({ trained }) => trained[name]?.trainSeconds ?? 0))),
	);
	return {
		all: took.flat().reduce((sum, one) => sum + one, 0),
		path: took.reduce((sum, side) => sum + Math.max(...side), 0),
	};
}

function answer({ ways, best, measured }: Reading): readonly string[] {
	if (best === undefined) return [];
	const others = ways.filter((way) => !isBoosted(way));
	const compared = (own: string, than: readonly Way[]): string =>
		listed(
			than.map(({ name, title }) => comparedErrors(errorsOf(measured, own), errorsOf(measured, name), `"${title}"`)),
		);
	const chosen = `${spread(errorsOf(measured, best.name))} test errors. It ${compared(best.name, others)}`;
	const rest = others.filter(({ name }) => name !== "combined");
	return [
		`Validation chooses "${best.title}": ${chosen}.`,
		`The KL combination ${compared("combined", rest)}.`,
		`With a core for each network, specialists and stages at once take the generalist and the longest of them; ` +
			`stages in turn take all, one after the other.`,
	];
}

function tables({ ways, best, measured }: Reading): readonly StudyTable[] {
	const rowOf = (way: Way): readonly string[] => {
		const own = measured.of(way.name);
		const { all, path } = timesOf(measured, way);
		const over = (value: (one: NetworkMeasures) => number, digits: number): string => spread(own.map(value), digits);
		return [
			...[`${way.title}${way === best ? " *" : ""}`, spread(errorsOf(measured, way.name))],
			over(({ accuracy }) => 100 * accuracy, 2),
			over(({ nll }) => nll, 4),
			over(({ ece }) => ece, 4),
			...[validationOf(measured, way).toFixed(1), minutes(all), minutes(path)],
		];
	};
	return [
		{
			title: "Test set; times of training, all together and with a core for each",
			columns: ["way", "errors", "accuracy, %", "NLL", "ECE", "validation errors", "all training", "longest path"],
			rows: ways.map(rowOf),
		},
	];
}

function figures({ ways, measured }: Reading): readonly StudyFigure[] {
	const kinds = [...new Set(ways.map(({ kind }) => kind))];
	return [
		{
			name: "boosting",
			title: "Errors by time of training",
			caption: "Test errors by the seconds of all trainings together. Bars: standard deviation over the seeds.",
			x: { label: "seconds of training", scale: "linear" },
			y: { label: "test errors", scale: "linear" },
			lines: kinds.map((kind) => ({
				label: kind,
				apart: true,
				points: ways
					.filter((way) => way.kind === kind)
					.map((way) => pointOf(timesOf(measured, way).all, errorsOf(measured, way.name))),
			})),
		},
	];
}
