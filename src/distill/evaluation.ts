/** What an evaluation is asked for, and what it finds. */

import type { DataChoice } from "../data/options.js";
import type { Interval, Latency, McnemarResult } from "../metrics/index.js";
import type { Notice } from "../notices.js";
import { type Figures, figuresIn } from "../tasks/figures.js";
import type { TaskName } from "../tasks/names.js";
import type { FigureTable } from "../tasks/task.js";
import type { BiasShift, BiasShiftRequest } from "./bias-shifts.js";
import type { ByClass } from "./by-class.js";
import type { DetailOptions, EvaluationDetails } from "./evaluation-details.js";
import type { ExhibitChoice, Exhibits } from "./exhibits.js";
import type { LearnedFigures } from "./learned-part.js";
import type { LearnedPart } from "./networks.js";
import type { Coverage } from "./specialists/coverage.js";
import type { EnsembleSource } from "./teachers/sources.js";

/** What models may be measured on. What is to be chosen is chosen on the validation split. */
export const splitNames = ["test", "validation"] as const;

/** What models may be measured on. */
export type SplitName = (typeof splitNames)[number];

/** Models to evaluate on one split of a data set, as plain data. */
export interface EvaluateStep {
	readonly data: DataChoice;
	/** Model files by a name of the caller's; files that answer as one, or that say how they are read, under one name. */
	readonly models: Readonly<Record<string, string | EnsembleSource>>;
	readonly threads?: number;
	/** The split that they are measured on; the test split where absent. */
	readonly split?: SplitName;
	/** Pairs of names: how close is the first to the second, its teacher? */
	readonly fidelity?: readonly (readonly [student: string, teacher: string])[];
	/** Pairs of names to test for a difference in errors. */
	readonly compare?: readonly (readonly [string, string])[];
	/** Asks for the details of every model; the validation split is then read to calibrate them. */
	readonly details?: DetailOptions;
	/** Asks for samples to be shown. */
	readonly exhibit?: ExhibitChoice;
	/** Asks how right models are by how many specialists cover the true class. */
	readonly coverage?: readonly CoverageRequest[];
	/** Asks what some training samples say of each model, as of a teacher, and how its file is read. */
	readonly judge?: boolean;
	/** Asks what a shift of some classes' logits mends. */
	readonly biasShifts?: readonly BiasShiftRequest[];
	/** Asks how models do on training samples: on some of those that each has learned from, by the models' names. */
	readonly learned?: Readonly<Record<string, LearnedPart>>;
}

/** The specialists of a file, and the names of models that are judged by what they cover. */
export interface CoverageRequest {
	/** What results call it. */
	readonly name: string;
	readonly clusters: string;
	readonly models: readonly string[];
}

/** How good a model is on labelled samples. */
export interface Quality {
	readonly errors: number;
	/** Share of samples right. */
	readonly accuracy: number;
	/** Mean over the classes of the share of their samples that is right. */
	readonly balancedAccuracy: number;
	/** Mean over the classes of F1. */
	readonly macroF1: number;
	/** Mean negative log-likelihood of the true class, in nats. */
	readonly nll: number;
	/** Brier score: mean over samples of Σ (p − y)². */
	readonly brier: number;
	/** Expected calibration error, 15 bins. */
	readonly ece: number;
}

/** What a model costs on this machine. */
export interface ModelCost {
	readonly parameters: number;
	/** Size of the file. */
	readonly bytes: number;
	/** Multiply-adds of one sample, as `multiplyAdds` counts them; absent where they are not known. */
	readonly multiplyAdds?: number;
	/** Of one call with one sample. */
	readonly latencyMs: Latency;
	/** Samples a second in calls of 64. */
	readonly throughput: number;
}

/** What a model does on a labelled test split, and what it costs on this machine. */
export interface Evaluation extends Quality, ModelCost {}

/** The same of any task, on a test split that may have no labels: how good it is, is then not known. */
export interface AnyEvaluation extends Figures, ModelCost {}

/** Whether the test split has labels, by an evaluation on it. */
export function isLabelled(evaluation: AnyEvaluation): evaluation is Evaluation {
	return evaluation.errors !== undefined;
}

/** What a member of an ensemble does alone on the test split. */
export type MemberEvaluation = Omit<AnyEvaluation, "latencyMs" | "throughput">;

/** Two models on the same test samples. */
export interface Comparison extends McnemarResult {
	/** Accuracy of the first less that of the second, with its 95 % interval: paired bootstrap, as of one accuracy. */
	readonly difference: Interval & { readonly value: number };
}

/** How close a model is to another, by their names. */
export interface NamedFidelity extends Figures {
	readonly student: string;
	readonly teacher: string;
}

/** Two models on the same samples, by their names. */
export interface ComparedModels extends Comparison {
	readonly a: string;
	readonly b: string;
}

/** What a shift of a model's logits does, with what was asked. */
export interface NamedBiasShift extends BiasShift {
	readonly of: BiasShiftRequest;
}

/** Results by the caller's names. */
export interface EvaluateOutcome {
	readonly test: number;
	/** What is answered; classes where absent. */
	readonly task?: TaskName;
	/** The figures of knowing nothing of a sample, of another task than classification; absent without labels. */
	readonly ignorant?: Figures;
	/** What should be known of the data and the models; absent where there is nothing. */
	readonly notices?: readonly Notice[];
	readonly models: Readonly<Record<string, AnyEvaluation>>;
	/** Each member of those that have several, in order. */
	readonly members: Readonly<Record<string, readonly MemberEvaluation[]>>;
	readonly fidelity: readonly NamedFidelity[];
	readonly comparisons: readonly ComparedModels[];
	/** Of every model, where they were asked for. */
	readonly details: Readonly<Record<string, EvaluationDetails>>;
	/** Where they were asked for. */
	readonly exhibits?: Exhibits;
	/** For each request by its name, the coverage of its models; absent where there was none. */
	readonly coverage?: Readonly<Record<string, Readonly<Record<string, Coverage>>>>;
	/** Absent where nothing was asked. */
	readonly biasShifts?: readonly NamedBiasShift[];
	/** Absent without labels. */
	readonly byClass?: ByClass;
	/** What the task tells of each model in tables; absent where it tells nothing so. */
	readonly tables?: Readonly<Record<string, readonly FigureTable[]>>;
	/** By the models' names; absent where it was not asked for. */
	readonly learned?: Readonly<Record<string, LearnedFigures>>;
}

/** How close a model is to its teacher; no figures where that was not asked. */
export function fidelityOf({ fidelity }: Pick<EvaluateOutcome, "fidelity">, student: string, teacher: string): Figures {
	const found = fidelity.find((one) => one.student === student && one.teacher === teacher);
	return found === undefined ? {} : figuresIn(found);
}

/** Two models on the same samples; absent where that was not asked. */
export function comparisonOf(
	{ comparisons }: Pick<EvaluateOutcome, "comparisons">,
	first: string,
	second: string,
): Comparison | undefined {
	const found = comparisons.find(({ a, b }) => a === first && b === second);
	if (found === undefined) return undefined;
	const { onlyA, onlyB, p, difference } = found;
	return { onlyA, onlyB, p, difference };
}
