/** How necessary the temperature is: Hinton et al. 2015, §2.1 and §3. */
import { z } from "zod";
import type { Fitted } from "../../distill/data-fit.js";
import { mlpNetwork, networkOptions } from "../../distill/networks.js";
import { hardTargets, type LossOptions } from "../../losses/index.js";
import { pairedDifference } from "../../metrics/index.js";
import type { Experiment, ExperimentNetwork } from "../../pipeline/experiment.js";
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
import { certainty, comparedErrors, isTold, meanOf, oriented, pointOf, spread } from "./wording.js";

const temperature = z.number().gt(0).max(1000);

const options = z.strictObject({
	...studyShape("temperature"),
	teacher: networkOptions.prefault({}).describe("the network that teaches, and how it is trained"),
	student: mlpNetwork
		.prefault({})
		.describe("how every student is trained, for as long; of its hidden layers the number alone"),
	widths: z.array(z.int().min(1).max(65_536)).min(1).describe("units of each hidden layer of the students"),
	temperatures: z.array(temperature).min(2).describe("the temperatures that are tried at every width"),
	hardWeight: z.number().min(0).max(1).default(0.1).describe("weight of the true labels beside soft targets"),
	hardWeights: z
		.array(z.number().min(0).max(1))
		.default([])
		.describe("other weights, which are tried at the middle temperature"),
});

type Recipe = Fitted<z.output<typeof options>>;

/** An objective that every width learns. */
interface Lesson {
	/** Names its networks, after the width. */
	readonly name: string;
	readonly title: string;
	readonly loss: LossOptions;
	readonly taught: boolean;
	/** Where it is one of those that differ in the temperature alone. */
	readonly temperature?: number;
}

function lessonsOf({ temperatures, hardWeight, hardWeights }: Recipe): readonly Lesson[] {
	const soft = (at: number, weight: number, standardize = false) =>
		({ name: "soft-targets", temperature: at, hardWeight: weight, standardize }) as const;
	const middle = middleOf(temperatures);
	return [
		{ name: "alone", title: "labels alone", loss: hardTargets, taught: false },
		{
			name: "smoothed",
			title: "label smoothing, 0.1",
			loss: { name: "label-smoothing", smoothing: 0.1 },
			taught: false,
		},
		...temperatures.map((at) => ({
			name: `T${String(at)}`,
			title: `soft targets, T = ${String(at)}`,
			loss: soft(at, hardWeight),
			taught: true,
			temperature: at,
		})),
		{ name: "logits", title: "logit matching", loss: { name: "logit-matching" }, taught: true },
		{ name: "standardized", title: "standardised logits, T = 2", loss: soft(2, hardWeight, true), taught: true },
		...hardWeights.map((weight) => ({
			name: `w${String(weight)}`,
			title: `T = ${String(middle)}, labels' weight ${String(weight)}`,
			loss: soft(middle, weight),
			taught: true,
		})),
	];
}

/** The temperature in the middle of those that are tried. */
function middleOf(temperatures: readonly number[]): number {
	const rising = temperatures.toSorted((a, b) => a - b);
	return rising[Math.floor(rising.length / 2)] ?? 1;
}

const nameOf = (width: number, { name }: Lesson): string => `${String(width)}-${name}`;

export const temperatureStudy = defineStudy({
	title: "Temperature",
	question: "Is the temperature necessary, when, and what does a wrong one cost?",
	options,
	sizes: {
		quick: {
			name: "temperature",
			data: { name: "digits" },
			teacher: recipes.digits.teacher,
			student: { hidden: [100, 100], epochs: 30, optimizer: { name: "adam", learningRate: 0.002 } },
			widths: [10, 30, 100],
			temperatures: [1, 2, 3, 4, 8, 20, 40],
			hardWeights: [0.5],
		},
		full: {
			name: "temperature",
			data: { name: "mnist" },
			teacher: recipes.mnist.teacher,
			student: { ...recipes.mnist.student, epochs: 20 },
			widths: [10, 30, 100, 300, 800],
			temperatures: [1, 1.5, 2, 2.5, 3, 4, 6, 8, 12, 20, 40],
			hardWeights: [0, 0.5],
		},
	},
	plan: planOf(experiment),
	findings: findingsOf(read, { answer, tables, figures }),
});

function experiment(recipe: Recipe): Experiment {
	const lessons = lessonsOf(recipe);
	const students = recipe.widths.flatMap((width) => {
		const network = { ...recipe.student, hidden: recipe.student.hidden.map(() => width) };
		return lessons.map((lesson): readonly [string, ExperimentNetwork] => [
			nameOf(width, lesson),
			{ network, loss: lesson.loss, ...(lesson.taught ? { teachers: ["teacher"] } : {}) },
		]);
	});
	return {
		data: recipe.data,
		networks: { teacher: { network: recipe.teacher, loss: hardTargets }, ...Object.fromEntries(students) },
	};
}

/** What is read off the measurements. */
interface Reading {
	readonly widths: readonly number[];
	readonly lessons: readonly Lesson[];
	/** Those that differ in the temperature alone. */
	readonly tries: readonly Try[];
	/** What validation chooses at each width. */
	readonly chosen: readonly Choice[];
	readonly errorsAt: ErrorsAt;
	readonly teacher: readonly number[];
}

/** The temperature that validation chooses at a width. */
interface Choice {
	readonly width: number;
	readonly lesson: Try;
	readonly errors: readonly number[];
}

function read(recipe: Recipe, measured: Measurements): Reading {
	const { widths } = recipe;
	const lessons = lessonsOf(recipe);
	const tries = lessons.flatMap((lesson) =>
		lesson.temperature === undefined ? [] : [{ ...lesson, temperature: lesson.temperature }],
	);
	const errorsAt = (width: number, lesson: Lesson): readonly number[] => errorsOf(measured, nameOf(width, lesson));
	const chosen = widths.flatMap((width) => {
		const judged = tries.map((lesson) => ({
			lesson,
			validation: meanOf(measured.of(nameOf(width, lesson)).map(({ validationErrors = 0 }) => validationErrors)),
		}));
		const [best] = judged.toSorted((a, b) => a.validation - b.validation);
		return best === undefined ? [] : [{ width, lesson: best.lesson, errors: errorsAt(width, best.lesson) }];
	});
	return { widths, lessons, tries, chosen, errorsAt, teacher: errorsOf(measured, "teacher") };
}

function answer(reading: Reading): readonly string[] {
	return [
		...reading.chosen.map((choice) => choiceSaid(reading, choice)),
		costs(reading),
		...window(reading, 30, [2.5, 4], "T from 2.5 to 4"),
		...window(reading, 300, [8, Infinity], "T of 8 and above"),
	];
}

/** How the temperature that is chosen does against other lessons. */
function choiceSaid({ lessons, tries, errorsAt }: Reading, { width, lesson, errors }: Choice): string {
	const against = [
		{ other: tries.find((one) => one.name !== lesson.name && one.temperature === 1), than: "T = 1" },
		{ other: lessons.find(({ name }) => name === "logits"), than: "matching logits" },
		{ other: lessons.find(isAlone), than: "labels alone" },
	];
	const parts = against.flatMap(({ other, than }) =>
		other === undefined ? [] : [comparedErrors(errors, errorsAt(width, other), than)],
	);
	return `At ${String(width)} units validation chooses T = ${String(lesson.temperature)}, which ${listed(parts)}.`;
}

const isAlone = ({ name }: Lesson): boolean => name === "alone";

function tables({ widths, lessons, chosen, errorsAt, teacher }: Reading): readonly StudyTable[] {
	const cell = (width: number, lesson: Lesson): string => {
		const isChosen = chosen.some((one) => one.width === width && one.lesson.name === lesson.name);
		return `${spread(errorsAt(width, lesson))}${isChosen ? " *" : ""}`;
	};
	return [
		{
			title: `Test errors, units of each hidden layer across; the teacher: ${spread(teacher)}`,
			columns: ["objective", ...widths.map(String)],
			rows: lessons.map((lesson) => [lesson.title, ...widths.map((width) => cell(width, lesson))]),
		},
	];
}

function figures({ widths, lessons, tries, errorsAt }: Reading): readonly StudyFigure[] {
	const alone = lessons.find(isAlone);
	const lineOf = (width: number): Line => {
		const base = alone === undefined ? Number.NaN : meanOf(errorsAt(width, alone));
		const share = (lesson: Lesson): readonly number[] => errorsAt(width, lesson).map((errors) => (100 * errors) / base);
		return {
			label: `${String(width)} units`,
			points: tries.map((lesson) => pointOf(lesson.temperature, share(lesson))),
		};
	};
	return [
		{
			name: "temperature",
			title: "Errors by temperature",
			caption:
				"Test errors of students, in per cent of those of the same net on labels alone; a line for each width of " +
				"the hidden layers. Bars: standard deviation over the seeds.",
			x: { label: "temperature", scale: "log" },
			y: { label: "% of the errors alone", scale: "linear" },
			level: 100,
			lines: widths.map(lineOf),
		},
	];
}

type Try = Lesson & { readonly temperature: number };
type ErrorsAt = (width: number, lesson: Lesson) => readonly number[];

/** What the worst temperature costs against the one that validation chooses. */
function costs({ chosen, tries, errorsAt }: Reading): string {
	const worst = chosen.flatMap(({ width, errors }) => {
		const [last] = tries.toSorted((a, b) => meanOf(errorsAt(width, b)) - meanOf(errorsAt(width, a)));
		if (last === undefined) return [];
		const share = (100 * meanOf(errorsAt(width, last))) / meanOf(errors) - 100;
		return [`${share.toFixed(0)} % at ${String(width)} units (T = ${String(last.temperature)})`];
	});
	return `The worst temperature makes more errors than the chosen one by ${listed(worst)}.`;
}

/** Whether the paper's window holds at a width: the mean errors of the temperatures in it against those of the others. */
function window(
	{ widths, tries, errorsAt }: Reading,
	units: number,
	[low, high]: readonly [number, number],
	title: string,
): readonly string[] {
	if (!widths.includes(units)) return [];
	const inside = tries.filter(({ temperature: at }) => at >= low && at <= high);
	const outside = tries.filter((lesson) => !inside.includes(lesson));
	if (inside.length === 0 || outside.length === 0) return [];
	const meanAt = (some: readonly Try[]): readonly number[] => meanErrors(some.map((lesson) => errorsAt(units, lesson)));
	const difference = pairedDifference(meanAt(outside), meanAt(inside));
	const holds = isTold(difference) ? (difference.value > 0 ? "holds" : "does not hold") : "is not shown";
	const size = oriented(difference);
	const said = `${size.value.toFixed(1)} ${difference.value < 0 ? "more" : "fewer"} errors`;
	return [
		`The paper's window at ${String(units)} units, ${title}, ${holds}: on average ${said} than at the other ` +
			`temperatures (${certainty(size)}).`,
	];
}

/** The mean over several networks, seed by seed. */
function meanErrors(networks: readonly (readonly number[])[]): readonly number[] {
	return (networks[0] ?? []).map((_, seed) => meanOf(networks.map((errors) => errors[seed] ?? Number.NaN)));
}
