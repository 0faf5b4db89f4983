/** report.json: everything that a run found out, as plain data. */
import { z } from "zod";

import {
	type AnyEvaluation,
	type Comparison,
	comparisonOf,
	type EvaluateOutcome,
	fidelityOf,
	type MemberEvaluation,
} from "../../distill/evaluation.js";
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
import type { TeacherVerdict } from "../../distill/teachers/verdict.js";
import type { TrainOutcome } from "../../distill/train-network.js";
import { networkName } from "../../report/networks.js";
import { dataFields, diagnosisField, figures, listOf, reportHead, written } from "../../report/report-schema.js";
import type { Fidelity } from "../../train/labels.js";
import type { TeacherSummary } from "../../train/teacher.js";
import type { RunRecipe } from "./recipe.js";

/** A network's part in a distillation. */
export type Role = "teacher" | "assistant" | "generation" | "student" | "baseline" | "earlyStopped";

/** What training says of a network that was taught, and what the network is called in the evaluation. */
export interface LinkOutcome {
	readonly name: string;
	readonly outcome: TrainOutcome;
}

/** One seed's results. */
export interface SeedResult {
	readonly seed: number;
	/** What training says; of the teacher's members those that were trained and not given. */
	readonly trained: {
		readonly teacher: readonly TrainOutcome[];
		/** Assistants, generations and the student, each taught by the one before. */
		readonly links: readonly LinkOutcome[];
		/** Absent without labels, as is the next. */
		readonly baseline?: TrainOutcome;
		readonly earlyStopped?: TrainOutcome;
	};
	/** With the fidelity of each link to the teacher, and student and teacher against the baseline. */
	readonly evaluated: EvaluateOutcome;
	/** What was said of given teachers before they taught. */
	readonly verdicts?: readonly TeacherVerdict[];
}

/** A network between teacher and student, or a generation of the student. */
export type LinkReport = Measured<NetworkReport & Partial<Fidelity>> & {
	/** `assistant-1`, `generation-2`; its file is called so. */
	readonly name: string;
};

const comparison = written<Comparison>({ p: z.number() });

/** The report of a distillation, `schema: 1`. */
export const reportSchema = z.object({
	...reportHead,
	diagnosis: diagnosisField,
	kind: z.literal("distill"),
	recipe: written<RunRecipe>({ name: z.string() }),
	data: written<DataReport>(dataFields),
	/**
	 * Without the measures of training where its file was given; of an ensemble as a whole, with the time that all took.
	 * Absent where it was a file of targets, which say nothing of test samples.
	 */
	teacher: figures<Measured<AnyEvaluation & Partial<NetworkReport>>>().exactOptional(),
	/** Each member of an ensemble alone, in order; the first is the single teacher of the same seed. */
	members: listOf(figures<Measured<MemberEvaluation>>()).exactOptional(),
	/** How the student's teacher was asked and read, of the first seed, and what was said of each given one before it taught. */
	teaching: written<TeacherSummary & { readonly verdicts?: readonly TeacherVerdict[] }>().exactOptional(),
	/** Assistants and earlier generations in the order of the chain; absent where the teacher taught the student itself. */
	chain: listOf(figures<LinkReport>()).exactOptional(),
	/** All generations, the student among them, as one: the mean of their probabilities. */
	generations: figures<Measured<AnyEvaluation>>().exactOptional(),
	/** The student on hard labels alone; absent without labels. */
	baseline: figures<Measured<NetworkReport>>().exactOptional(),
	/** The student alone with the weights that were best on the validation split. */
	earlyStopped: figures<Measured<NetworkReport>>().exactOptional(),
	/** Without agreement where there is no teacher to ask about test samples. */
	student: figures<Measured<NetworkReport & Partial<Fidelity>>>(),
	/** What else is to be known of the first seed's run. */
	notes: listOf(z.string()).exactOptional(),
	/** Student (A) against baseline (B) on the same test samples: McNemar's test; a list with several seeds. Absent without labels. */
	mcnemar: z.union([comparison, listOf(comparison)]).exactOptional(),
});

/**
 * The report of a distillation, `schema: 1`.
 *
 * @interface
 */
export type Report = Readonly<z.infer<typeof reportSchema>>;

/** What a report says of data without labels. */
const noLabels =
	"no labels: the student learns from the teacher alone, validation goes by the teacher, and there is no baseline";

/** Puts the results of all seeds together. @param created - ISO 8601 time. */
export function assembleReport(
	recipe: RunRecipe,
	results: readonly [SeedResult, ...SeedResult[]],
	environment: Environment,
	created: string,
): Report {
	const [first] = results;
	const comparisons = results.flatMap(({ evaluated }) => comparisonOf(evaluated, "student", "baseline") ?? []);
	const [single] = comparisons;
	const measured = <T extends object>(pick: (result: SeedResult) => T): Measured<T> =>
		combine(results.map((result) => ({ seed: result.seed, measures: pick(result) })));
	return {
		schema: 1,
		kind: "distill",
		created,
		recipe,
		seeds: results.map(({ seed }) => seed),
		data: dataReport(studentOf(first).outcome, first.evaluated),
		...(first.evaluated.models["teacher"] === undefined ? {} : { teacher: measured(teacherReport) }),
		...membersReport(results),
		...toldOf(first),
		...chainReport(results),
		...(first.evaluated.models["generations"] === undefined
			? {}
			: { generations: measured(({ evaluated }) => evaluationOf(evaluated, "generations")) }),
		...baselineReport(results),
		...(first.trained.earlyStopped === undefined ? {} : { earlyStopped: measured(earlyStoppedReport) }),
		student: measured((result) => linkReport(result, result.trained.links.length - 1)),
		...(single === undefined ? {} : { mcnemar: comparisons.length === 1 ? single : comparisons }),
		environment,
	};
}

function linkAt({ trained }: SeedResult, k: number): LinkOutcome {
	const link = trained.links[k];
	if (link === undefined) throw new TypeError(`report: expected a network ${String(k)} of the chain, got none`);
	return link;
}

function studentOf(result: SeedResult): LinkOutcome {
	return linkAt(result, result.trained.links.length - 1);
}

function linkReport(result: SeedResult, k: number): NetworkReport & Partial<Fidelity> {
	const { name, outcome } = linkAt(result, k);
	return { ...networkReport(outcome, result.evaluated, name), ...fidelityOf(result.evaluated, name, "teacher") };
}

/** All links but the last, which is the student. */
function chainReport(results: readonly [SeedResult, ...SeedResult[]]): Pick<Report, "chain"> {
	const between = results[0].trained.links.slice(0, -1);
	if (between.length === 0) return {};
	return {
		chain: between.map(({ name }, k) => ({
			name,
			...combine(results.map((result) => ({ seed: result.seed, measures: linkReport(result, k) }))),
		})),
	};
}

function earlyStoppedReport({ trained, evaluated }: SeedResult): NetworkReport {
	if (trained.earlyStopped === undefined) throw new TypeError("report: expected an early-stopped network, got none");
	return networkReport(trained.earlyStopped, evaluated, networkName({ role: "earlyStopped" }));
}

/** The student alone, where it was trained in every seed. */
function baselineReport(results: readonly SeedResult[]): Pick<Report, "baseline"> {
	const runs = results.flatMap(({ seed, trained: { baseline }, evaluated }) =>
		baseline === undefined ? [] : [{ seed, measures: networkReport(baseline, evaluated, "baseline") }],
	);
	return runs.length === 0 ? {} : { baseline: combine(runs) };
}

/** A teacher in the report: of several that were trained, the time is that of all. */
function teacherReport({ trained, evaluated }: SeedResult): AnyEvaluation & Partial<NetworkReport> {
	const [first, ...others] = trained.teacher;
	if (first === undefined) return evaluationOf(evaluated, "teacher");
	if (others.length === 0 && evaluated.members["teacher"] === undefined) {
		return networkReport(first, evaluated, "teacher");
	}
	const trainSeconds = trained.teacher.reduce((sum, one) => sum + one.trainSeconds, 0);
	return { ...evaluationOf(evaluated, "teacher"), trainSeconds };
}

function membersReport(results: readonly SeedResult[]): Pick<Report, "members"> {
	const count = results[0]?.evaluated.members["teacher"]?.length ?? 0;
	if (count === 0) return {};
	const member = ({ evaluated }: SeedResult, k: number): MemberEvaluation => {
		const found = evaluated.members["teacher"]?.[k];
		if (found === undefined) throw new TypeError(`report: expected an evaluation of teacher ${String(k)}, got none`);
		return found;
	};
	return {
		members: Array.from({ length: count }, (_, k) =>
			combine(results.map((result) => ({ seed: result.seed, measures: member(result, k) }))),
		),
	};
}

function toldOf(result: SeedResult): Pick<Report, "teaching" | "notes"> {
	const { teacher, notes = [], data } = studentOf(result).outcome;
	const { verdicts } = result;
	const judged = verdicts === undefined ? {} : { verdicts };
	const all = data.unlabelled === true ? [...notes, noLabels] : notes;
	const teaching = teacher === undefined ? {} : { teaching: { ...teacher, ...judged } };
	return { ...teaching, ...(all.length === 0 ? {} : { notes: all }) };
}
