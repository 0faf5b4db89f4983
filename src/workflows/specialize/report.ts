/** report.json of `limbeck specialize`. */
import { z } from "zod";

import { shownBy } from "../../distill/diagnosis/teaching-checks.js";
import { type AnyEvaluation, type Comparison, type EvaluateOutcome, fidelityOf } from "../../distill/evaluation.js";
import {
	combine,
	type DataReport,
	dataReport,
	type Environment,
	evaluationOf,
	type Measured,
	type NetworkReport,
	networkReport,
} from "../../distill/network-report.js";
import type { ChosenClasses } from "../../distill/specialists/choose-classes.js";
import type { Coverage, Tally } from "../../distill/specialists/coverage.js";
import type { TrainOutcome } from "../../distill/train-network.js";
import { dataFields, diagnosisField, figures, listOf, reportHead, written } from "../../report/report-schema.js";
import type { Fidelity } from "../../train/labels.js";
import { type RunSpecializeRecipe, specialistEpochs } from "./recipe.js";

/** A network's part in a run of specialists; the last three are trained for controls. */
export type SpecializeRole = "generalist" | "specialist" | "distilled" | "longer" | "second" | "random";

/** What specialists are compared with. */
export type ControlName = keyof RunSpecializeRecipe["controls"];

/** One seed's results. */
export interface SpecializeSeedResult {
	readonly seed: number;
	readonly chosen: ChosenClasses;
	readonly trained: {
		readonly generalist: TrainOutcome;
		readonly specialists: readonly TrainOutcome[];
		readonly distilled: TrainOutcome;
		/** What was trained for each control beside the generalist. */
		readonly controls: Readonly<Partial<Record<ControlName, readonly TrainOutcome[]>>>;
	};
	readonly evaluated: EvaluateOutcome;
}

/** A classifier that may be several networks, and the time that they took to train, all together. */
export type TrainedEvaluation = AnyEvaluation & { readonly trainSeconds: number };

/** Accuracy on the test samples of covered classes where predictions are restricted to these. */
export interface ConditionalReport {
	/** Share of the test samples whose class is some specialist's. */
	readonly covered: number;
	readonly generalist: number;
	readonly combined: number;
	readonly distilledBack: number;
	/** The controls, on the same samples. */
	readonly controls: Readonly<Partial<Record<ControlName, number>>>;
}

const coverageLine = z.object({
	/** How many specialists. */
	specialists: z.number(),
	samples: z.number(),
	/** Samples that the generalist has right. */
	generalist: z.number(),
	/** Samples that generalist and specialists have right together. */
	combined: z.number(),
	/** (combined − generalist) / generalist; absent where the generalist has none right. */
	relativeChange: z.number().exactOptional(),
});

/**
 * Test samples by the number of specialists that cover their class; of all seeds together.
 *
 * @interface
 */
export type CoverageLine = Readonly<z.infer<typeof coverageLine>>;

const specialistReport = z.object({
	/** The names of its classes. */
	classes: listOf(z.string()),
	trainSeconds: z.number(),
	/** Errors among its classes and the dustbin on the validation split, before the dustbin's correction. */
	validationErrors: z.number().exactOptional(),
});

/**
 * One specialist of one seed.
 *
 * @interface
 */
export type SpecialistReport = Readonly<z.infer<typeof specialistReport>>;

const clustersSchema = z.object({
	seed: z.number(),
	/** How many predictions of the generalist the classes were chosen by. */
	predictions: z.number(),
	/** How far the covariance may be from that of the full predictions, in proportion to its norm; 0 without top-k. */
	truncation: z.number(),
	specialists: listOf(specialistReport),
	/** The names of classes that no specialist has. */
	uncovered: listOf(z.string()),
});

/**
 * The specialists of one seed.
 *
 * @interface
 */
export type ClustersReport = Readonly<z.infer<typeof clustersSchema>>;

/** Two classifiers of one seed on the same test samples. */
export interface NamedComparison extends Comparison {
	readonly seed: number;
	readonly a: string;
	readonly b: string;
}

/** What specialists are compared with, in the order of reports. */
export const controlOrder = ["longer", "ensemble", "random"] as const satisfies readonly ControlName[];

/** The report of a run of specialists, `schema: 1`. */
export const reportSchema = z.object({
	...reportHead,
	diagnosis: diagnosisField,
	kind: z.literal("specialize"),
	recipe: written<RunSpecializeRecipe>({ name: z.string() }),
	data: written<DataReport>(dataFields),
	generalist: figures<Measured<NetworkReport>>(),
	/** Generalist and specialists as one. */
	combined: figures<Measured<TrainedEvaluation>>(),
	/** A network like the generalist, taught by all of them. */
	distilledBack: figures<Measured<NetworkReport & Partial<Fidelity>>>(),
	/** At the same cost of training as generalist and specialists. */
	controls: z.partialRecord(z.enum(controlOrder), figures<Measured<TrainedEvaluation>>()),
	conditional: written<Measured<ConditionalReport>>(),
	coverage: listOf(coverageLine),
	clusters: listOf(clustersSchema),
	training: written<Measured<TrainingTimes>>(),
	/** Passes over the training samples: what controls are given as much of. */
	cost: z.object({ generalistEpochs: z.number(), specialistsEpochs: z.number() }),
	/** Share of the specialists' gain over the generalist that the distilled network keeps; absent where there is no gain. */
	gainKept: z.number().exactOptional(),
	/** In pairs on the same test samples, McNemar's test. */
	comparisons: listOf(written<NamedComparison>({ a: z.string(), b: z.string(), p: z.number() })),
	/** What the figures say, in sentences. */
	verdict: listOf(z.string()),
});

/**
 * The report of a run of specialists, `schema: 1`.
 *
 * @interface
 */
export type SpecializeReport = Readonly<z.infer<typeof reportSchema>>;

interface TrainingTimes {
	readonly generalistSeconds: number;
	/** The mean of a specialist. */
	readonly specialistSeconds: number;
	/** All specialists, as if one after the other. */
	readonly specialistsSeconds: number;
}

type Results = readonly [SpecializeSeedResult, ...SpecializeSeedResult[]];

/** Puts the results of all seeds together. @param created - ISO 8601 time. */
export function assembleSpecializeReport(
	recipe: RunSpecializeRecipe,
	results: Results,
	environment: Environment,
	created: string,
): SpecializeReport {
	const [first] = results;
	const measured = <T extends object>(pick: (result: SpecializeSeedResult) => T): Measured<T> =>
		combine(results.map((result) => ({ seed: result.seed, measures: pick(result) })));
	const controls = controlNames(first);
	const figures = {
		generalist: measured(({ trained, evaluated }) => networkReport(trained.generalist, evaluated, "generalist")),
		combined: measured(({ trained: { generalist, specialists }, evaluated }) =>
			timed(evaluated, "combined", [generalist, ...specialists]),
		),
		distilledBack: measured(({ trained, evaluated }) => ({
			...networkReport(trained.distilled, evaluated, "distilled"),
			...fidelityOf(evaluated, "distilled", "combined"),
		})),
		controls: Object.fromEntries(
			controls.map((name) => [
				name,
				measured(({ trained: { generalist, controls: own }, evaluated }) =>
					timed(evaluated, name, [...(name === "longer" ? [] : [generalist]), ...(own[name] ?? [])]),
				),
			]),
		),
	};
	return {
		schema: 1,
		kind: "specialize",
		created,
		recipe,
		seeds: results.map(({ seed }) => seed),
		data: dataReport(first.trained.generalist, first.evaluated),
		...figures,
		conditional: measured((result) => conditionalReport(result, controls)),
		coverage: coverageLines(results),
		clusters: results.map(clustersReport),
		training: measured(({ trained: { generalist, specialists } }) => {
			const all = secondsOf(specialists);
			return {
				generalistSeconds: generalist.trainSeconds,
				specialistsSeconds: all,
				specialistSeconds: all / specialists.length,
			};
		}),
		cost: {
			generalistEpochs: recipe.generalist.epochs,
			specialistsEpochs: specialistEpochs(recipe, first.chosen.classes.length),
		},
		...gainKept(figures),
		comparisons: results.flatMap(comparisonsOf),
		verdict: verdict(figures, results),
		environment,
	};
}

function controlNames({ trained }: SpecializeSeedResult): readonly ControlName[] {
	return controlOrder.filter((name) => trained.controls[name] !== undefined);
}

function secondsOf(outcomes: readonly TrainOutcome[]): number {
	return outcomes.reduce((sum, { trainSeconds }) => sum + trainSeconds, 0);
}

function timed(evaluated: EvaluateOutcome, name: string, outcomes: readonly TrainOutcome[]): TrainedEvaluation {
	return { ...evaluationOf(evaluated, name), trainSeconds: secondsOf(outcomes) };
}

/** Of the specialists whose classes were chosen, not of those at random. */
function coverageIn({ evaluated }: SpecializeSeedResult, name: string): Coverage {
	const found = evaluated.coverage?.["chosen"]?.[name];
	if (found === undefined) throw new TypeError(`report: expected the coverage of ${name}, got none`);
	return found;
}

function conditionalReport(result: SpecializeSeedResult, controls: readonly ControlName[]): ConditionalReport {
	const share = (name: string): number => {
		const { samples, right } = coverageIn(result, name).conditional;
		return right / samples;
	};
	return {
		covered: coverageIn(result, "generalist").conditional.samples / result.evaluated.test,
		generalist: share("generalist"),
		combined: share("combined"),
		distilledBack: share("distilled"),
		controls: Object.fromEntries(controls.map((name) => [name, share(name)])),
	};
}

function coverageLines(results: Results): readonly CoverageLine[] {
	const most = Math.max(...results.map((result) => coverageIn(result, "generalist").bySpecialists.length));
	return Array.from({ length: most }, (_, specialists) => {
		const total = (name: string, of: keyof Tally): number =>
			results.reduce((sum, result) => sum + (coverageIn(result, name).bySpecialists[specialists]?.[of] ?? 0), 0);
		const [generalist, combined] = [total("generalist", "right"), total("combined", "right")];
		return {
			specialists,
			samples: total("generalist", "samples"),
			generalist,
			combined,
			...(generalist === 0 ? {} : { relativeChange: (combined - generalist) / generalist }),
		};
	}).filter(({ samples }) => samples > 0);
}

function clustersReport({ seed, chosen, trained }: SpecializeSeedResult): ClustersReport {
	const { classes, specialists, coverage, predictions, truncation } = chosen;
	const nameOf = (c: number): string => classes[c] ?? String(c);
	return {
		seed,
		predictions,
		truncation,
		specialists: trained.specialists.map(({ trainSeconds, validationErrors }, m) => ({
			classes: (specialists[m] ?? []).map(nameOf),
			trainSeconds,
			...(validationErrors === undefined ? {} : { validationErrors }),
		})),
		uncovered: Array.from(coverage.keys())
			.filter((c) => coverage[c] === 0)
			.map(nameOf),
	};
}

/** The pairs of an evaluation, as the plan asks for them. */
function comparisonsOf(result: SpecializeSeedResult): readonly NamedComparison[] {
	return result.evaluated.comparisons.map(({ a, ...comparison }) => {
		return { seed: result.seed, a: a === "distilled" ? "distilledBack" : a, ...comparison };
	});
}

type Figures = Pick<SpecializeReport, "generalist" | "combined" | "distilledBack" | "controls">;

function gainKept({ generalist, combined, distilledBack }: Figures): Pick<SpecializeReport, "gainKept"> {
	const [base, all, one] = [generalist, combined, distilledBack].map(({ accuracy = 0 }) => accuracy);
	const gain = (all ?? 0) - (base ?? 0);
	return gain > 0 ? { gainKept: ((one ?? 0) - (base ?? 0)) / gain } : {};
}

const others: Readonly<Record<ControlName | "generalist", string>> = {
	generalist: "the generalist alone",
	longer: "the generalist trained longer, at the same cost",
	ensemble: "an ensemble of two generalists, at the same cost",
	random: "specialists of random classes",
};

/** What the figures say; nothing is claimed that they do not show. */
function verdict(figures: Figures, results: Results): readonly string[] {
	const { generalist, combined, distilledBack, controls } = figures;
	const compared = [
		["generalist", generalist] as const,
		...controlNames(results[0]).map((k) => [k, controls[k]] as const),
	];
	const comparisons = results.flatMap(comparisonsOf);
	const accuracy = combined.accuracy ?? 0;
	const sentences = compared.map(([name, figure]) => {
		const difference = 100 * (accuracy - (figure?.accuracy ?? 0));
		const own = comparisons.filter(({ a, b }) => a === "combined" && b === name);
		const tail = `(McNemar's p = ${own.map(({ p }) => p.toPrecision(2)).join(", ")}).`;
		if (difference > 0) {
			const points = `by ${difference.toFixed(2)} points`;
			return shownBy(own).significant
				? `Generalist and specialists beat ${others[name]} ${points} ${tail}`
				: `Generalist and specialists are ahead of ${others[name]} ${points}, no more than chance gives ${tail}`;
		}
		const less = difference < 0 ? `: ${(-difference).toFixed(2)} points less` : ": as many right";
		return `Generalist and specialists do not beat ${others[name]}${less} ${tail}`;
	});
	const back = 100 * ((distilledBack.accuracy ?? 0) - (generalist.accuracy ?? 0));
	const { gainKept: kept } = gainKept(figures);
	const share = kept === undefined ? "there was no gain to keep" : `${(100 * kept).toFixed(0)} % of the gain`;
	return [
		...sentences,
		`Distilled back into one network: ${back < 0 ? "" : "+"}${back.toFixed(2)} points on the generalist; ${share}.`,
	];
}
