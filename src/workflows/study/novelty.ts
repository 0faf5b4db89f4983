/** A category that nobody has named, and garbage: what is told from what. */
import { z } from "zod";
import { type DataChoice, dataOptions } from "../../data/options.js";
import { type Fitted, fitRecipe } from "../../distill/data-fit.js";
import { learningShape, networkOptions } from "../../distill/networks.js";
import { type DetectorName, detectorNames, detectors } from "../../distill/novelty/detectors.js";
import { type NoveltyOutcome, rubbishIn, type Tally } from "../../distill/novelty/judge.js";
import { LimbeckError } from "../../errors.js";
import { listed } from "../../report/text.js";
import { chosenClusterings } from "../../specialists/clustering.js";
import { parseSpecializeRecipe, type SpecializeRecipe } from "../specialize/recipe.js";
import { specializeRecipes } from "../specialize/recipes.js";
import { cifarTraining } from "../usual-training.js";
import { planNovelty } from "./plan-novelty.js";
import {
	defineStudy,
	findingsOf,
	type Line,
	type Measurements,
	type StudyFigure,
	type StudyTable,
	studyShape,
} from "./study.js";
import { meanOf, pointOf, spread } from "./wording.js";

const options = z.strictObject({
	...studyShape("novelty"),
	withheld: z.array(z.int().min(0)).min(1).describe("classes, counted from 0, that no network and no choice ever sees"),
	foreign: dataOptions.optional().describe("other data, of whose pictures a thirtieth as many are garbage here"),
	generalist: networkOptions.prefault({}).describe("the network that knows the other classes, and how it is trained"),
	clustering: chosenClusterings.describe(
		"how the classes of each specialist are chosen by what the generalist confuses",
	),
	specialist: z.strictObject(learningShape).prefault({}).describe("how each specialist is trained"),
	rejectBy: z.enum(detectorNames).default("distance").describe("the detector whose rejects are grouped"),
	groups: z.int().min(2).max(1000).default(8).describe("the most groups of what is rejected"),
	temperature: z.number().gt(0).max(1000).default(4).describe("T of the soft targets that are grouped"),
});

type Recipe = Fitted<z.output<typeof options>>;

const { "cifar-100": cifar } = specializeRecipes;

export const noveltyStudy = defineStudy({
	title: "Novelty",
	question: "Can a new category be distinguished from garbage?",
	options,
	sizes: {
		quick: {
			name: "novelty",
			data: { name: "digits" },
			withheld: [4],
			generalist: { hidden: [100, 100], epochs: 20, optimizer: { name: "adam", learningRate: 0.002 } },
			clustering: { name: "nearest", specialists: 3, classesPerSpecialist: 4 },
			specialist: { epochs: 6, optimizer: { name: "adam", learningRate: 0.0005 } },
		},
		full: {
			name: "novelty",
			data: { name: "cifar-100" },
			withheld: [0],
			generalist: cifar.generalist,
			clustering: cifar.clustering,
			specialist: { ...cifarTraining, ...cifar.specialist },
		},
	},
	dataOf,
	plan: (recipe, context) => planNovelty(fitRecipe(specialized(recipe), context.data).recipe, recipe, context),
	findings: findingsOf(read, { answer, tables, figures }),
});

/** The data without the classes that are withheld. */
function dataOf({ data, withheld }: Pick<Recipe, "data" | "withheld">): DataChoice {
	const { name } = data;
	if (name === "digits" || name === "mnist" || name === "fashion-mnist" || name === "cifar-100") {
		return { ...data, withhold: withheld };
	}
	throw new LimbeckError("usage", {
		where: "study novelty: data",
		expected: "a data set of which classes can be withheld: digits, mnist, fashion-mnist or cifar-100",
		got: name,
	});
}

function specialized(recipe: Recipe): SpecializeRecipe {
	const { seed, seeds, generalist, clustering, specialist } = recipe;
	const written = { name: "novelty", data: dataOf(recipe), seed, seeds, generalist, clustering, specialist };
	return parseSpecializeRecipe(written, "study novelty");
}

/** What is read off the measurements. */
interface Reading {
	readonly recipe: Pick<Recipe, "withheld" | "rejectBy">;
	/** By seed. */
	readonly outcomes: readonly NoveltyOutcome[];
	/** The first of the seeds. */
	readonly seed: number | undefined;
	/** The detector that tells a withheld class best. */
	readonly best: DetectorName;
}

function read(recipe: Recipe, { results }: Measurements): Reading {
	const outcomes = results.flatMap(({ novelty }) => novelty ?? []);
	const ranked = detectorNames.toSorted(
		(a, b) => meanOf(detected(outcomes, b, "aurocNovel")) - meanOf(detected(outcomes, a, "aurocNovel")),
	);
	return { recipe, outcomes, seed: results[0]?.seed, best: ranked[0] ?? recipe.rejectBy };
}

/** A figure of a detector by seed. */
function detected(
	outcomes: readonly NoveltyOutcome[],
	name: DetectorName,
	figure: keyof NoveltyOutcome["detectors"][DetectorName],
): readonly number[] {
	return outcomes.map(({ detectors: told }) => told[name][figure]);
}

/** A share over the seeds, in per cent. */
function percent(outcomes: readonly NoveltyOutcome[], share: (outcome: NoveltyOutcome) => number): string {
	return spread(outcomes.map((outcome) => 100 * share(outcome)));
}

function answer({ recipe: { withheld, rejectBy }, outcomes, best }: Reading): readonly string[] {
	const share = (verdict: "rejected" | "far", of: (tally: Tally) => number): string =>
		percent(outcomes, (one) => of(one[verdict]) / of(one.counts));
	const known = (tally: Tally): number => tally.known;
	const novel = (tally: Tally): number => tally.novel;
	const { title } = detectors[best];
	return [
		`A withheld class (${listed(withheld.map(String))}) is told from those that are known best by the ${title}: AUROC ` +
			`${spread(detected(outcomes, best, "aurocNovel"), 3)}; garbage ${spread(detected(outcomes, best, "aurocGarbage"), 3)}.`,
		`Where 95 % of the validation samples are accepted by the ${detectors[rejectBy].title}, ${share("rejected", known)} % of the ` +
			`known test samples are rejected, ${share("rejected", novel)} % of the withheld and ${share("rejected", rubbishIn)} % of the garbage. ` +
			`As far away as garbage that is made from validation samples are ${share("far", rubbishIn)} % of the garbage and ` +
			`${share("far", novel)} % of the withheld.`,
		candidatesSaid(outcomes),
		`Known, new or garbage: ${percent(outcomes, ({ threeWay }) => threeWay)} % right, each of the three a third (chance: 33.3 %).`,
	];
}

/** What the groups that may be categories hold. */
function candidatesSaid(outcomes: readonly NoveltyOutcome[]): string {
	const candidates = outcomes.map(({ groups }) => groups.filter(({ candidate }) => candidate));
	const taken = candidates.flat().map(({ kinds }) => kinds);
	if (taken.length === 0)
		return "Of what is rejected and nearer, no group coheres and is more than validation puts there.";
	const novel = sumOf(taken.map((kinds) => kinds.novel));
	const all = sumOf(taken.flatMap((kinds) => Object.values(kinds)));
	return (
		`Of what is rejected and nearer, ${spread(candidates.map((groups) => groups.length))} groups cohere and are more than ` +
		`validation puts there: ${String(novel)} of ${String(all)} samples in them, over the seeds, are of the withheld class, ` +
		`and they hold ${percent(outcomes, ({ found }) => found)} % of it.`
	);
}

function tables({ recipe: { rejectBy }, outcomes, seed }: Reading): readonly StudyTable[] {
	return [
		{
			title:
				"Known test samples against the withheld class, and against garbage; accepted: where 95 % of the known are",
			columns: ["detector", "AUROC, withheld", "accepted, %", "AUROC, garbage", "accepted, %"],
			rows: detectorNames.map((name) => [
				detectors[name].title,
				spread(detected(outcomes, name, "aurocNovel"), 3),
				percent(outcomes, (one) => one.detectors[name].acceptedNovel),
				spread(detected(outcomes, name, "aurocGarbage"), 3),
				percent(outcomes, (one) => one.detectors[name].acceptedGarbage),
			]),
		},
		{
			title: `Groups of what is rejected by the ${detectors[rejectBy].title} and is not as far as garbage, seed ${String(seed ?? "")}`,
			columns: ["coherence", "expected", "a category?", "known", "withheld", "noise", "shuffled", "blank", "foreign"],
			rows: (outcomes[0]?.groups ?? []).map(({ coherence, expected, candidate, kinds }) => [
				...[coherence.toFixed(2), expected.toFixed(1), candidate ? "yes" : "no"],
				...[kinds.known, kinds.novel, kinds.noise, kinds.shuffled, kinds.blank, kinds.foreign].map(String),
			]),
		},
	];
}

function figures({ outcomes }: Reading): readonly StudyFigure[] {
	const points = (figure: "aurocNovel" | "aurocGarbage"): Line["points"] =>
		detectorNames.map((name) => pointOf(name, detected(outcomes, name, figure)));
	return [
		{
			name: "novelty",
			title: "What each detector tells",
			caption: "Area under the ROC against known test samples; 0.5 is chance. Bars: standard deviation over the seeds.",
			x: { label: "", scale: "categories" },
			y: { label: "AUROC", scale: "linear" },
			level: 0.5,
			lines: [
				{ label: "the withheld class", points: points("aurocNovel") },
				{ label: "garbage", points: points("aurocGarbage") },
			],
		},
	];
}

function sumOf(counts: readonly number[]): number {
	return counts.reduce((sum, count) => sum + count, 0);
}
