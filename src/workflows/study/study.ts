/** What a study is: a question, networks that answer it, and what is read off them. */
import { z } from "zod";
import type { DataChoice } from "../../data/options.js";
import type { Fitted } from "../../distill/data-fit.js";
import type { NetworkReport } from "../../distill/network-report.js";
import {
	type Experiment,
	type ExperimentEvent,
	type ExperimentResult,
	type ExperimentTask,
	planExperiment,
} from "../../pipeline/experiment.js";
import type { SeedContext, SeedPlan } from "../../pipeline/run.js";
import { dataField, seedFields } from "../recipe-fields.js";

/** A number that was measured, at a place of an axis. */
export interface Point {
	/** A number, or one of the axis's categories. */
	readonly x: number | string;
	readonly y: number;
	/** Sample standard deviation over the seeds. */
	readonly std?: number | undefined;
}

/** Points that belong together. */
export interface Line {
	readonly label: string;
	readonly points: readonly Point[];
	/** Whether its points are not joined. */
	readonly apart?: boolean;
}

/** One axis of a figure. */
export interface Axis {
	readonly label: string;
	readonly scale: "linear" | "log" | "categories";
}

/** A figure as plain data. */
export interface StudyFigure {
	/** Its file is called so. */
	readonly name: string;
	readonly title: string;
	readonly caption: string;
	readonly x: Axis;
	readonly y: Axis;
	readonly lines: readonly Line[];
	/** A value of y that the points are to be seen against. */
	readonly level?: number;
}

/** A table of texts; the first column names the rows. */
export interface StudyTable {
	readonly title: string;
	readonly columns: readonly string[];
	readonly rows: readonly (readonly string[])[];
}

/** What a study has found out. */
export interface Findings {
	/** Sentences, each with its uncertainty. */
	readonly answer: readonly string[];
	readonly tables: readonly StudyTable[];
	readonly figures: readonly StudyFigure[];
}

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
	readonly sizes: { readonly quick: z.input<Options>; readonly full: z.input<Options> };
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

/** The plan of a study whose recipe says an experiment. */
export function planOf<Recipe>(experiment: (recipe: Recipe, task: ExperimentTask) => Experiment) {
	return (recipe: Recipe, context: SeedContext): Promise<SeedPlan<ExperimentEvent, ExperimentResult>> =>
		planExperiment(experiment(recipe, context.data), context);
}
