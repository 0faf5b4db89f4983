/** Soft targets as regularisers, by the share of the data: Hinton et al. 2015, §6. */
import { z } from "zod";
import type { Fitted } from "../../distill/data-fit.js";
import { mlpNetwork } from "../../distill/networks.js";
import { hardTargets } from "../../losses/index.js";
import { pairedDifference } from "../../metrics/index.js";
import type { Experiment, ExperimentNetwork } from "../../pipeline/experiment.js";
import { listed } from "../../report/text.js";
import { recipes } from "../distill/recipes.js";
import {
	defineStudy,
	findingsOf,
	type Measurements,
	planOf,
	type StudyFigure,
	type StudyTable,
	studyShape,
} from "./study.js";
import { certainty, isTold, meanOf, pointOf, signed, spread } from "./wording.js";

const options = z.strictObject({
	...studyShape("regularizer"),
	teacher: mlpNetwork.prefault({}).describe("the network that learns from all labels and then teaches"),
	student: mlpNetwork
		.prefault({})
		.describe("how the networks are trained; of few samples they see each more often, for as many steps"),
	shares: z.array(z.number().gt(0).max(1)).min(1).describe("shares of the training samples to learn from"),
	temperature: z.number().gt(0).max(1000).default(4).describe("T of the soft targets"),
	hardWeight: z.number().min(0).max(1).default(0.1).describe("weight of the true labels beside them"),
});

type Recipe = Fitted<z.output<typeof options>>;

/** What is learned from a share of the samples. */
const lessons = {
	hard: "labels",
	stopped: "labels, stopped early",
	soft: "soft targets",
} as const;

type LessonName = keyof typeof lessons;

const nameOf = (share: number, lesson: LessonName): string => `${percent(share)}-${lesson}`;

export const regularizerStudy = defineStudy({
	title: "Soft targets as regularisers",
	question: "How much of what many labels teach do soft targets teach from few samples?",
	options,
	sizes: {
		quick: {
			name: "regularizer",
			data: { name: "digits" },
			teacher: recipes.regularizer.teacher,
			student: { hidden: [400, 400], batch: 64, epochs: 10 },
			shares: [0.01, 0.03, 0.1, 0.3, 1],
		},
		full: {
			name: "regularizer",
			data: { name: "mnist" },
			teacher: recipes.mnist.teacher,
			student: { hidden: [1200, 1200], batch: 256, epochs: 30 },
			shares: [0.01, 0.03, 0.1, 0.3, 1],
		},
	},
	plan: planOf(experiment),
	findings: findingsOf(read, { answer, tables, figures }),
});

function experiment({ data, teacher, student, shares, temperature, hardWeight }: Recipe): Experiment {
	const soft = { name: "soft-targets", temperature, hardWeight, standardize: false } as const;
	const networks = shares.flatMap((share): readonly (readonly [string, ExperimentNetwork])[] => {
		const network = { ...student, fraction: share, epochs: student.epochs / share };
		return [
			[nameOf(share, "hard"), { network, loss: hardTargets }],
			[nameOf(share, "stopped"), { network: { ...network, keep: "best" }, loss: hardTargets }],
			[nameOf(share, "soft"), { network, loss: soft, teachers: ["teacher"] }],
		];
	});
	return { data, networks: { teacher: { network: teacher, loss: hardTargets }, ...Object.fromEntries(networks) } };
}

/** What is read off the measurements. */
interface Reading {
	readonly shares: readonly number[];
	readonly measured: Measurements;
	/** Per cent of the test samples, by seed. */
	readonly accuracyOf: (name: string) => readonly number[];
}

const lessonNames = Object.keys(lessons) as readonly LessonName[]; // The table's own keys.

function read({ shares }: Recipe, measured: Measurements): Reading {
	return { shares, measured, accuracyOf: (name) => measured.of(name).map(({ accuracy }) => 100 * accuracy) };
}

function answer({ shares, accuracyOf }: Reading): readonly string[] {
	const rising = shares.toSorted((a, b) => a - b);
	return [...rising.map((share) => gainOf(share, accuracyOf)), stopping(shares, accuracyOf)];
}

/** What soft targets bring to a share of the samples. */
function gainOf(share: number, accuracyOf: Reading["accuracyOf"]): string {
	const hard = accuracyOf(nameOf(share, "hard"));
	const gain = pairedDifference(accuracyOf(nameOf(share, "soft")), hard);
	const missing = meanOf(accuracyOf("teacher")) - meanOf(hard);
	const from =
		share === 1
			? "With all samples soft targets change accuracy by"
			: `From ${percent(share)} % of the samples labels lack ${missing.toFixed(1)} points of the teacher's accuracy; soft targets bring back`;
	return `${from} ${signed(gain.value)} points (${certainty(gain)}).`;
}

function tables({ shares, measured, accuracyOf }: Reading): readonly StudyTable[] {
	return [
		{
			title: `Accuracy on the test samples, %; the teacher, from all labels: ${spread(accuracyOf("teacher"), 2)}`,
			columns: ["share of the samples", "samples", ...lessonNames.map((name) => lessons[name])],
			rows: shares.map((share) => [
				`${percent(share)} %`,
				String(measured.of(nameOf(share, "hard"))[0]?.trainSamples ?? ""),
				...lessonNames.map((name) => spread(accuracyOf(nameOf(share, name)), 2)),
			]),
		},
	];
}

function figures({ shares, accuracyOf }: Reading): readonly StudyFigure[] {
	return [
		{
			name: "regularizer",
			title: "Accuracy by the share of the samples",
			caption:
				"Test accuracy; all networks take as many steps. The dashed line is the teacher's. Bars: standard deviation.",
			x: { label: "samples, %", scale: "log" },
			y: { label: "accuracy, %", scale: "linear" },
			level: meanOf(accuracyOf("teacher")),
			lines: lessonNames.map((name) => ({
				label: lessons[name],
				points: shares.map((share) => pointOf(100 * share, accuracyOf(nameOf(share, name)))),
			})),
		},
	];
}

/** Where early stopping makes a difference that the seeds show. */
function stopping(shares: readonly number[], accuracyOf: Reading["accuracyOf"]): string {
	const moved = shares.flatMap((share) => {
		const difference = pairedDifference(accuracyOf(nameOf(share, "stopped")), accuracyOf(nameOf(share, "hard")));
		return isTold(difference) ? [`${difference.value.toFixed(1)} points at ${percent(share)} %`] : [];
	});
	if (moved.length === 0) return "Early stopping makes no difference that the seeds show, at any share.";
	return `Early stopping brings ${listed(moved)}; at other shares the seeds show no difference.`;
}

/** A share in per cent, as short as it is. */
function percent(share: number): string {
	return String(Number((100 * share).toPrecision(6)));
}
