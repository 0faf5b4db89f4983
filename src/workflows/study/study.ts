/** What a study is: a question, networks that answer it, and what is read off them. */
import { z } from "zod";
import type { DataChoice } from "../../data/options.js";
import type { Fitted } from "../../distill/data-fit.js";
import type { NetworkReport } from "../../distill/network-report.js";
import type { Written } from "../../options.js";
import {
	type Experiment,
	type ExperimentEvent,
	type ExperimentResult,
	type ExperimentTask,
	planExperiment,
} from "../../pipeline/experiment.js";
import type { SeedContext, SeedPlan } from "../../pipeline/run-types.js";
import { listOf } from "../../report/report-schema.js";
import { dataField, seedFields } from "../recipe-fields.js";

const point = z.object({
	/** A number, or one of the axis's categories. */
	x: z.union([z.number(), z.string()]),
	y: z.number(),
	/** Sample standard deviation over the seeds. */
	std: z.number().optional(),
});

/**
 * A number that was measured, at a place of an axis.
 *
 * @interface
 */
export type Point = Readonly<z.infer<typeof point>>;

const line = z.object({
	label: z.string(),
	points: listOf(point),
	/** Whether its points are not joined. */
	apart: z.boolean().exactOptional(),
});

/**
 * Points that belong together.
 *
 * @interface
 */
export type Line = Readonly<z.infer<typeof line>>;

const axis = z.object({ label: z.string(), scale: z.enum(["linear", "log", "categories"]) });

/**
 * One axis of a figure.
 *
 * @interface
 */
export type Axis = Readonly<z.infer<typeof axis>>;

const figure = z.object({
	/** Its file is called so. */
	name: z.string(),
	title: z.string(),
	caption: z.string(),
	x: axis,
	y: axis,
	lines: listOf(line),
	/** A value of y that the points are to be seen against. */
	level: z.number().exactOptional(),
});

/**
 * A figure as plain data.
 *
 * @interface
 */
export type StudyFigure = Readonly<z.infer<typeof figure>>;

const table = z.object({ title: z.string(), columns: listOf(z.string()), rows: listOf(listOf(z.string())) });

/**
 * A table of texts; the first column names the rows.
 *
 * @interface
 */
export type StudyTable = Readonly<z.infer<typeof table>>;

/** What a study has found out, in its report. */
export const findingsFields = {
	/** Sentences, each with its uncertainty. */
	answer: listOf(z.string()),
	tables: listOf(table),
	figures: listOf(figure),
};

/**
 * What a study has found out.
 *
 * @interface
 */
export type Findings = Readonly<z.infer<z.ZodObject<typeof findingsFields>>>;

/** What was measured, by the names of networks and ensembles. */
export interface Measurements {
	/** In the order of their seeds. */
	readonly results: readonly ExperimentResult[];
	/**
	 * A network in each seed; an ensemble has no measures of training.
	 *
	 * @throws TypeError for a name that was not evaluated.
	 */
	of(name: string): readonly NetworkMeasures[];
}

/** A network or an ensemble in one seed. */
export type NetworkMeasures = Pick<NetworkReport, "parameters" | "bytes" | "multiplyAdds" | "latencyMs"> &
	Required<Pick<NetworkReport, "errors" | "accuracy" | "nll" | "ece">> &
	Partial<Pick<NetworkReport, "trainSeconds" | "validationErrors" | "trainSamples">>;

/** One study. */
export interface Study<Options extends z.ZodType> {
	readonly title: string;
	/** What it asks, with a question mark. */
	readonly question: string;
	/** Its recipe; see {@link studyShape}. */
	readonly options: Options;
	/** Its recipe for a look in minutes, and for the answer. */
	readonly sizes: { readonly quick: Written<z.input<Options>>; readonly full: Written<z.input<Options>> };
	/** What it learns from, where that is not the recipe's data as they are. */
	readonly dataOf?: (recipe: z.output<Options>) => DataChoice;
	readonly plan: (
		recipe: Fitted<z.output<Options>>,
		context: SeedContext,
	) => Promise<SeedPlan<ExperimentEvent, ExperimentResult>>;
	readonly findings: (recipe: Fitted<z.output<Options>>, measured: Measurements) => Findings;
}

/** The fields that the recipes of all studies have. */
export const studyShape = <Name extends string>(name: Name) => ({
	name: z.literal(name).describe("which study it is"),
	data: dataField,
	seed: seedFields.seed,
	seeds: seedFields.seeds.unwrap().default(3).describe("how many seeds, one run each; three at least tell a spread"),
});

/** A study with the types of its own recipe. */
export function defineStudy<Options extends z.ZodType>(study: Study<Options>): Study<Options> {
	return study;
}

/** The findings of a study, from what is read off its measurements once: the answer, the tables and the figures apart. */
export function findingsOf<Recipe, Reading>(
	read: (recipe: Recipe, measured: Measurements) => Reading,
	parts: { readonly [Part in keyof Findings]: (reading: Reading) => Findings[Part] },
) {
	return (recipe: Recipe, measured: Measurements): Findings => {
		const reading = read(recipe, measured);
		return { answer: parts.answer(reading), tables: parts.tables(reading), figures: parts.figures(reading) };
	};
}

/** Test errors by seed. */
export function errorsOf(measured: Measurements, name: string): readonly number[] {
	return measured.of(name).map(({ errors }) => errors);
}

/** The plan of a study whose recipe says an experiment. */
export function planOf<Recipe>(experiment: (recipe: Recipe, task: ExperimentTask) => Experiment) {
	return (recipe: Recipe, context: SeedContext): Promise<SeedPlan<ExperimentEvent, ExperimentResult>> =>
		planExperiment(experiment(recipe, context.data), context);
}
