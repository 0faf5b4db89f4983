/** What a diagnosis goes by: networks, how they were trained, and what evaluation found, of every seed. */
import type { McnemarResult } from "../../metrics/index.js";
import type { Notice } from "../../notices.js";
import type { Figures } from "../../tasks/figures.js";
import type { TaskName } from "../../tasks/names.js";
import type { ByClass } from "../by-class.js";
import type { SplitName } from "../evaluation.js";
import type { LearnedFigures } from "../learned-part.js";
import type { TrainCurve } from "../train-network.js";

/** What a network learned. */
export interface ObjectiveEvidence {
	/** Whether it learned from labels alone, with the cross-entropy as its loss, in nats. */
	readonly hard: boolean;
	/** Whether the loss means the same from the first step to the last: no part of it has a weight that changes. */
	readonly steady: boolean;
}

/** Labels alone. */
export const fromLabels: ObjectiveEvidence = { hard: true, steady: true };

/** Soft targets, with labels or without. */
export const fromTeacher: ObjectiveEvidence = { hard: false, steady: true };

/** A training, as far as it says whether it worked. */
export interface TrainingEvidence extends ObjectiveEvidence {
	readonly steps: number;
	readonly epochs: number;
	readonly losses: TrainCurve["losses"];
	/** On the validation split; absent without labels. */
	readonly validationAccuracy?: number | undefined;
}

/** A network of one seed, or one of several networks alike. */
export interface RunEvidence {
	/** What tells it from the others of its network: `seed 2`, `teacher 3`. */
	readonly name: string;
	/** On the test split; absent where that has no labels, as is the next. */
	readonly quality?: Figures | undefined;
	/** `[classes]`: samples that it takes for each. */
	readonly predicted?: readonly number[] | undefined;
	/** Absent where it was given. */
	readonly training?: TrainingEvidence | undefined;
	/** On samples that it learned from. */
	readonly learned?: Pick<LearnedFigures, "accuracy"> | undefined;
}

/** A network, of every seed. */
export interface NetworkEvidence {
	/** What sentences call it: `the teacher`. */
	readonly title: string;
	/** What the recipe calls a field of its options: `student.epochs` for `epochs`; absent where it was given. */
	readonly fieldOf?: ((field: string) => string) | undefined;
	/** What options of how its file is read begin with: `teacher`, `model`; absent where a run made it. */
	readonly option?: string | undefined;
	readonly parameters: number;
	readonly runs: readonly RunEvidence[];
}

/** A student, what taught it, and the same network on labels alone. */
export interface TeachingEvidence {
	/** Absent where it was a file of targets. */
	readonly teacher?: NetworkEvidence | undefined;
	readonly student: NetworkEvidence;
	/** Absent without labels, as are the comparisons. */
	readonly alone?: NetworkEvidence | undefined;
	/** Student (A) against the one without a teacher (B), of each seed. */
	readonly studentAlone: readonly McnemarResult[];
	/** Teacher (A) against the student without a teacher (B), of each seed. */
	readonly teacherAlone: readonly McnemarResult[];
	/** Whether the student is meant to be as large as its teacher. */
	readonly sameSize: boolean;
}

/** All that a diagnosis goes by. */
export interface Evidence {
	/** What is learned; classes where absent. */
	readonly task?: TaskName | undefined;
	/** The figures of knowing nothing of a sample, of another task than classification; absent without labels. */
	readonly ignorant?: Figures | undefined;
	/** The split that figures are of: the test, but where models are compared to choose by. */
	readonly split: SplitName;
	/** Samples in it. */
	readonly test: number;
	/** Validation samples; 0 where none were used. */
	readonly validation: number;
	/** The labels of the test samples; absent without labels. */
	readonly labels?: Pick<ByClass, "balance" | "classes" | "samples"> | undefined;
	readonly networks: readonly NetworkEvidence[];
	readonly teaching?: TeachingEvidence | undefined;
}

/** What a check has found. */
export type Found = Omit<Notice, "code">;

/** Several things that a check has found, or nothing. */
export type Findings = readonly Found[];

/** A check that looks at each network. */
export function ofNetworks(find: (network: NetworkEvidence, all: Evidence) => Findings): (all: Evidence) => Findings {
	return (all) => all.networks.flatMap((network) => find(network, all));
}

/** A check that looks at a student and its teacher; it finds nothing where nobody is taught. */
export function ofTeaching(find: (taught: TeachingEvidence, all: Evidence) => Findings): (all: Evidence) => Findings {
	return (all) => (all.teaching === undefined ? [] : find(all.teaching, all));
}

/** A check that looks at the labels of the test samples; it finds nothing without labels. */
export function ofLabels(
	find: (labels: NonNullable<Evidence["labels"]>, all: Evidence) => Findings,
): (all: Evidence) => Findings {
	return (all) => (all.labels === undefined ? [] : find(all.labels, all));
}

/** The runs of a network with what a check goes by. */
export function runsWith<T>(
	{ runs }: NetworkEvidence,
	of: (run: RunEvidence) => T | undefined,
): readonly { readonly run: RunEvidence; readonly found: T }[] {
	return runs.flatMap((run) => {
		const found = of(run);
		return found === undefined ? [] : [{ run, found }];
	});
}

const mostNamed = 3;

/** Names in a row, the first few of them. */
export function listed(names: readonly string[]): string {
	const more = names.length - mostNamed;
	return `${names.slice(0, mostNamed).join(", ")}${more > 0 ? ` and ${String(more)} more` : ""}`;
}

/** Which of a network's runs are meant, where that is not all of them: ` (seed 2, seed 3)`. */
export function which(
	affected: readonly { readonly run: RunEvidence }[],
	{ runs }: Pick<NetworkEvidence, "runs">,
): string {
	return affected.length === runs.length ? "" : ` (${listed(affected.map(({ run }) => run.name))})`;
}

/** What a recipe calls the fields of the network that it calls so. */
export function fieldsOf(network: string): (field: string) => string {
	return (field) => `${network}.${field}`;
}

/** A field of a network's options, as hints name it. */
export function optionOf({ fieldOf }: Pick<NetworkEvidence, "fieldOf">, field: string): string {
	return fieldOf?.(field) ?? field;
}

/** A sentence's beginning. */
export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** A share in per cent. */
export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** A count, or a mean of counts. */
export const amount = (value: number): string => grouped.format(value);

/** A number that may be of any size, in three digits. */
export const figure = (value: number): string =>
	Math.abs(value) >= 1000 ? grouped.format(Math.round(value)) : String(Number(value.toPrecision(3)));
