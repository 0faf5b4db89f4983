/** Classes that the transfer set does not have: Hinton et al. 2015, §3. */
import { z } from "zod";
import type { BiasShift, BiasShiftRequest } from "../../distill/bias-shifts.js";
import type { Fitted } from "../../distill/data-fit.js";
import { mlpNetwork, networkOptions } from "../../distill/networks.js";
import { hardTargets } from "../../losses/index.js";
import { pairedDifference } from "../../metrics/index.js";
import type { Experiment, ExperimentNetwork, ExperimentTask } from "../../pipeline/experiment.js";
import { listed } from "../../report/text.js";
import { recipes } from "../distill/recipes.js";
import {
	defineStudy,
	errorsOf,
	findingsOf,
	type Line,
	type Measurements,
	planOf,
	type StudyFigure,
	type StudyTable,
	studyShape,
} from "./study.js";
import { certainty, meanOf, oriented, pointOf, spread } from "./wording.js";

const classList = z.array(z.int().min(0)).min(1);

const options = z.strictObject({
	...studyShape("omitted-class"),
	teacher: networkOptions.prefault({}).describe("the network that teaches; it has seen all classes"),
	student: mlpNetwork.prefault({}).describe("the students, and how they are taught"),
	omit: classList
		.optional()
		.describe("classes that are left out of the transfer set, one at a time; every one where absent"),
	only: z.array(classList).default([]).describe("sets of classes that are all that a transfer set has"),
	temperature: z.number().gt(0).max(1000).describe("T of the soft targets"),
	hardWeight: z
		.number()
		.min(0)
		.max(1)
		.default(0)
		.describe("weight of the true labels beside them, which say nothing of a class that is not there"),
});

type Recipe = Fitted<z.output<typeof options>>;

/** A transfer set: its student's name, and the classes that it does not have. */
interface Transfer {
	readonly name: string;
	readonly title: string;
	readonly omitted: readonly number[];
}

/** The ways in which a shift is chosen, as a reader is told. */
const choices: Readonly<Record<BiasShiftRequest["by"], string>> = {
	"false-alarms": "bias by false alarms, without a sample of the class",
	validation: "bias by validation errors, with samples of the class",
	test: "bias by test errors, as the paper did",
};
const ways = Object.keys(choices) as readonly BiasShiftRequest["by"][]; // The table's own keys.

export const omittedClassStudy = defineStudy({
	title: "A class that was never seen",
	question: "Can a student know a class that its transfer set does not have?",
	options,
	sizes: {
		quick: {
			name: "omitted-class",
			data: { name: "digits" },
			teacher: { ...recipes.digits.teacher, epochs: 30 },
			student: { ...recipes.digits.student, epochs: 30 },
			only: [[7, 8]],
			temperature: 8,
		},
		full: {
			name: "omitted-class",
			data: { name: "mnist" },
			teacher: recipes.mnist.teacher,
			student: { ...recipes.mnist.student, epochs: 20 },
			only: [[7, 8]],
			temperature: 20,
		},
	},
	plan: planOf(experiment),
	findings: findingsOf(read, { answer, tables, figures }),
});

function transfersOf({ omit, only }: Recipe, classes: number): readonly Transfer[] {
	const all = Array.from({ length: classes }, (_, c) => c);
	return [
		...(omit ?? all).map((c) => ({ name: `without-${String(c)}`, title: `without class ${String(c)}`, omitted: [c] })),
		...only.map((kept) => ({
			name: `only-${kept.join("-")}`,
			title: `only ${listed(kept.map(String))}`,
			omitted: all.filter((c) => !kept.includes(c)),
		})),
	];
}

function experiment(recipe: Recipe, { classes }: ExperimentTask): Experiment {
	const { data, teacher, student, temperature, hardWeight } = recipe;
	const transfers = transfersOf(recipe, classes);
	const loss = { name: "soft-targets", temperature, hardWeight, standardize: false } as const;
	const taught = (own?: readonly number[]): ExperimentNetwork => ({
		network: own === undefined ? student : { ...student, classes: [...own] },
		loss,
		teachers: ["teacher"],
	});
	return {
		data,
		networks: {
			teacher: { network: teacher, loss: hardTargets },
			whole: taught(),
			...Object.fromEntries(
				transfers.map(({ name, omitted }) => [
					name,
					taught(Array.from({ length: classes }, (_, c) => c).filter((c) => !omitted.includes(c))),
				]),
			),
		},
		asked: { biasShifts: transfers.flatMap(({ name, omitted }) => ways.map((by) => ({ model: name, omitted, by }))) },
	};
}

/** What is read off the measurements. */
interface Reading {
	readonly transfers: readonly Transfer[];
	/** Transfer sets without one class. */
	readonly single: readonly Transfer[];
	/** What a shift did to a transfer set's student, seed by seed. */
	readonly shifts: ShiftsOf;
	/** Errors of the student of the whole transfer set, by seed. */
	readonly whole: readonly number[];
	readonly measured: Measurements;
}

function read(recipe: Recipe, measured: Measurements): Reading {
	const { results } = measured;
	const transfers = transfersOf(recipe, Object.values(results[0]?.trained ?? {})[0]?.data.classes ?? 0);
	const shifts: ShiftsOf = ({ name }, by) =>
		results.flatMap(({ evaluated }) => evaluated.biasShifts?.find(({ of }) => of.model === name && of.by === by) ?? []);
	const single = transfers.filter(({ omitted }) => omitted.length === 1);
	return { transfers, single, shifts, whole: errorsOf(measured, "whole"), measured };
}

function answer(reading: Reading): readonly string[] {
	const { transfers, measured, shifts } = reading;
	const several = transfers.filter(({ omitted }) => omitted.length > 1);
	return [...overall(reading), ...several.map((transfer) => onlySome(transfer, shifts, measured.results))];
}

function tables({ transfers, shifts, whole }: Reading): readonly StudyTable[] {
	return [
		byTransfer(
			`All test errors; with the whole transfer set ${spread(whole)}`,
			transfers,
			(transfer) => spread(shifts(transfer, "test").map(({ before }) => before.errors)),
			(transfer, by) => spread(shifts(transfer, by).map(({ after }) => after.errors)),
		),
		byTransfer(
			"Test errors on the omitted classes",
			transfers,
			(transfer) => {
				const own = shifts(transfer, "test");
				const wrong = spread(own.map(({ before }) => before.omittedErrors));
				return `${wrong} of ${String(own[0]?.omittedSamples ?? "")}`;
			},
			(transfer, by) => spread(shifts(transfer, by).map(({ after }) => after.omittedErrors)),
		),
		byTransfer(
			"What is added to the logits of the omitted classes",
			transfers,
			() => "0",
			(transfer, by) => {
				const added = shifts(transfer, by).map(({ shift }) => shift);
				return spread(added, 2);
			},
		),
	];
}

function figures({ single, shifts }: Reading): readonly StudyFigure[] {
	const points = (right: (transfer: Transfer) => readonly number[]): Line["points"] =>
		single.map((transfer) => pointOf(String(transfer.omitted[0]), right(transfer)));
	return [
		{
			name: "omitted-class",
			title: "Right on a class that was never seen",
			caption: "Test samples of the class that the transfer set leaves out. Bars: standard deviation over the seeds.",
			x: { label: "omitted class", scale: "categories" },
			y: { label: "of its samples right, %", scale: "linear" },
			lines: [
				{ label: "as it is", points: points((transfer) => rightBefore(shifts(transfer, "test"))) },
				...ways.map((by) => ({
					label: choices[by],
					points: points((transfer) => rightAfter(shifts(transfer, by))),
				})),
			],
		},
	];
}

/** A row for each transfer set, a column for the student as it is and with each bias. */
function byTransfer(
	title: string,
	transfers: readonly Transfer[],
	asItIs: (transfer: Transfer) => string,
	mended: (transfer: Transfer, by: BiasShiftRequest["by"]) => string,
): StudyTable {
	return {
		title,
		columns: ["transfer set", "as it is", ...ways.map((by) => shortWay[by])],
		rows: transfers.map((transfer) => [transfer.title, asItIs(transfer), ...ways.map((by) => mended(transfer, by))]),
	};
}

/** Heads of columns with shifts. */
const shortWay: Readonly<Record<BiasShiftRequest["by"], string>> = {
	"false-alarms": "by false alarms",
	validation: "by validation",
	test: "by test",
};

const share = (wrong: number, of: number): number => 100 * (1 - wrong / of);
const rightBefore = (shifts: readonly BiasShift[]): readonly number[] =>
	shifts.map(({ before, omittedSamples }) => share(before.omittedErrors, omittedSamples));
const rightAfter = (shifts: readonly BiasShift[]): readonly number[] =>
	shifts.map(({ after, omittedSamples }) => share(after.omittedErrors, omittedSamples));

type ShiftsOf = (transfer: Transfer, by: BiasShiftRequest["by"]) => readonly BiasShift[];

/** What holds over all classes that were left out one at a time. */
function overall({ single, shifts, whole }: Reading): readonly string[] {
	if (single.length === 0) return [];
	/** Mean over the classes, seed by seed. */
	const over = (value: (transfer: Transfer) => readonly number[]): readonly number[] =>
		whole.map((_, seed) => meanOf(single.map((transfer) => value(transfer)[seed] ?? Number.NaN)));
	const range = (value: (transfer: Transfer) => readonly number[]): string => {
		const means = single.map((transfer) => meanOf(value(transfer)));
		return `${Math.min(...means).toFixed(1)} to ${Math.max(...means).toFixed(1)} % by class`;
	};
	const before = over((transfer) => rightBefore(shifts(transfer, "test")));
	const errors = over((transfer) => shifts(transfer, "test").map((shift) => shift.before.errors));
	const blind = over((transfer) => shifts(transfer, "false-alarms").map((shift) => shift.after.errors));
	const fewer = pairedDifference(errors, blind);
	const gain = oriented(fewer);
	return [
		`Of a class that it never saw, the student is right on ${spread(before)} % (${range((transfer) => rightBefore(shifts(transfer, "test")))}).`,
		...ways.map((by) => {
			const after = (transfer: Transfer): readonly number[] => rightAfter(shifts(transfer, by));
			return `With its ${choices[by]}: ${spread(over(after))} % (${range(after)}).`;
		}),
		`The bias that needs no sample of the class changes all errors from ${spread(errors)} to ${spread(blind)}: ` +
			`${gain.value.toFixed(1)} ${fewer.value < 0 ? "more" : "fewer"} (${certainty(gain)}); the student of the whole transfer set makes ${spread(whole)}.`,
		"The paper, on MNIST without threes: 86.8 % of them right, 98.6 % with a bias that was chosen on the test set.",
	];
}

/** What holds where a few classes are all that there is. */
function onlySome(transfer: Transfer, shifts: ShiftsOf, results: Measurements["results"]): string {
	const tests = results.map(({ evaluated }) => evaluated.test);
	const wrong = (by: BiasShiftRequest["by"], when: "before" | "after"): string =>
		`${spread(shifts(transfer, by).map((shift, k) => (100 * shift[when].errors) / (tests[k] ?? 1)))} %`;
	return `With ${transfer.title} in the transfer set ${wrong("test", "before")} of all test samples are wrong; ${ways
		.map((by) => `${wrong(by, "after")} with its ${choices[by]}`)
		.join(", ")} (the paper, 7 and 8 on MNIST: 47.3 % and 13.2 %).`;
}
