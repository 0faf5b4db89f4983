/** Shallow and deep: Ba & Caruana 2014, "Do deep nets really need to be deep?", asked of Hinton et al. 2015. */
import { z } from "zod";
import type { Fitted } from "../../distill/data-fit.js";
import { mlpNetwork } from "../../distill/networks.js";
import { hardTargets } from "../../losses/index.js";
import { elementCount } from "../../onnx/tensor.js";
import type { Experiment, ExperimentNetwork, ExperimentTask } from "../../pipeline/experiment.js";
import { listed } from "../../report/text.js";
import { recipes } from "../distill/recipes.js";
import {
	defineStudy,
	errorsOf,
	findingsOf,
	type Measurements,
	planOf,
	type StudyFigure,
	type StudyTable,
	studyShape,
} from "./study.js";
import { comparedErrors, meanOf, minutes, pointOf, spread } from "./wording.js";

const options = z.strictObject({
	...studyShape("shallow"),
	teacher: mlpNetwork.prefault({}).describe("the deep teacher; a shallow one of as many parameters is trained like it"),
	shallow: z.int().min(1).max(65_536).describe("units of the shallow student's one hidden layer"),
	depth: z.int().min(2).max(16).describe("hidden layers of the deep student, which has as many parameters"),
	student: mlpNetwork.prefault({}).describe("how the students are trained; their layers are those above"),
	budgets: z.array(z.number().gt(0)).min(1).describe("what the students' epochs are multiplied by"),
	temperature: z.number().gt(0).max(1000).default(4).describe("T of the soft targets"),
	hardWeight: z.number().min(0).max(1).default(0.1).describe("weight of the true labels beside them"),
});

type Recipe = Fitted<z.output<typeof options>>;

/** A student: its depth, and what it learns from. */
interface Student {
	readonly name: string;
	readonly title: string;
	readonly depth: "shallow" | "deep";
	readonly teacher?: "teacher" | "shallow-teacher";
	/** Whether it sees the shifted images that its teachers learned from. */
	readonly jittered?: true;
}

const students: readonly Student[] = [
	{ name: "shallow", title: "shallow, labels alone", depth: "shallow" },
	{
		name: "shallow-jitter",
		title: "shallow, labels alone, the teacher's augmentation",
		depth: "shallow",
		jittered: true,
	},
	{ name: "shallow-by-deep", title: "shallow, taught by the deep net", depth: "shallow", teacher: "teacher" },
	{
		name: "shallow-by-shallow",
		title: "shallow, taught by the shallow net",
		depth: "shallow",
		teacher: "shallow-teacher",
	},
	{
		name: "shallow-by-deep-jitter",
		title: "shallow, taught by the deep net, its augmentation",
		depth: "shallow",
		teacher: "teacher",
		jittered: true,
	},
	{ name: "deep", title: "deep, labels alone", depth: "deep" },
	{ name: "deep-by-deep", title: "deep, taught by the deep net", depth: "deep", teacher: "teacher" },
];

const nameOf = ({ name }: Pick<Student, "name">, budget: number): string => `${name}-x${String(budget)}`;

export const shallowStudy = defineStudy({
	title: "Shallow nets",
	question: "Do shallow nets need a deep teacher, and why?",
	options,
	sizes: {
		quick: {
			name: "shallow",
			data: { name: "digits" },
			teacher: { ...recipes.digits.teacher, hidden: [200, 200, 200] },
			shallow: 100,
			depth: 3,
			student: { epochs: 10, optimizer: { name: "adam", learningRate: 0.002 } },
			budgets: [1, 10],
		},
		full: {
			name: "shallow",
			data: { name: "mnist" },
			teacher: { ...recipes.mnist.teacher, hidden: [1200, 1200, 1200] },
			shallow: 800,
			depth: 3,
			student: { epochs: 20, batch: 256, optimizer: { name: "adam", learningRate: 0.001 } },
			budgets: [1, 10],
			temperature: 8,
		},
	},
	plan: planOf(experiment),
	findings: findingsOf(read, { answer, tables, figures }),
});

/** Weights and biases of a fully connected net. */
export function parametersOf(inputs: number, hidden: readonly number[], classes: number): number {
	const widths = [inputs, ...hidden, classes];
	return widths.slice(1).reduce((sum, width, k) => sum + ((widths[k] ?? 0) + 1) * width, 0);
}

/** Units of each of so many hidden layers with which a net has about as many parameters: never more, unless one unit has. */
export function unitsFor(parameters: number, inputs: number, depth: number, classes: number): number {
	const size = (units: number): number => parametersOf(inputs, Array<number>(depth).fill(units), classes);
	let units = 1;
	while (size(units + 1) <= parameters) units += 1;
	return units;
}

function experiment(recipe: Recipe, { sampleShape, classes }: ExperimentTask): Experiment {
	const { data, teacher, shallow, depth, student, budgets, temperature, hardWeight } = recipe;
	const inputs = elementCount(sampleShape);
	const deep = unitsFor(parametersOf(inputs, [shallow], classes), inputs, depth, classes);
	const wide = unitsFor(parametersOf(inputs, teacher.hidden, classes), inputs, 1, classes);
	const hidden = { shallow: [shallow], deep: Array<number>(depth).fill(deep) };
	const soft = { name: "soft-targets", temperature, hardWeight, standardize: false } as const;
	const taught = budgets.flatMap((budget) =>
		students.map((one): readonly [string, ExperimentNetwork] => {
			const network = {
				...student,
				hidden: hidden[one.depth],
				epochs: budget * student.epochs,
				...(one.jittered ? { jitter: teacher.jitter, augment: teacher.augment } : {}),
			};
			const lesson = one.teacher === undefined ? { loss: hardTargets } : { loss: soft, teachers: [one.teacher] };
			return [nameOf(one, budget), { network, ...lesson }];
		}),
	);
	return {
		data,
		networks: {
			teacher: { network: teacher, loss: hardTargets },
			"shallow-teacher": { network: { ...teacher, hidden: [wide] }, loss: hardTargets },
			...Object.fromEntries(taught),
		},
	};
}

/** What is read off the measurements. */
interface Reading {
	readonly budgets: readonly number[];
	readonly measured: Measurements;
	/** Errors of the student of a name by seed. */
	readonly errorsAt: (student: string, budget: number) => readonly number[];
}

function read({ budgets }: Recipe, measured: Measurements): Reading {
	return { budgets, measured, errorsAt: (name, budget) => errorsOf(measured, nameOf({ name }, budget)) };
}

function answer({ budgets, errorsAt }: Reading): readonly string[] {
	const [first = 1] = budgets;
	const last = budgets.at(-1) ?? first;
	return [
		...budgets.map((budget) => {
			const own = errorsAt("shallow-by-deep", budget);
			const others = [
				comparedErrors(own, errorsAt("shallow", budget), "it makes on labels alone"),
				comparedErrors(own, errorsAt("shallow-jitter", budget), "on labels with the teacher's augmentation"),
				comparedErrors(own, errorsAt("shallow-by-deep-jitter", budget), "taught by it with that augmentation"),
				comparedErrors(
					own,
					errorsAt("shallow-by-shallow", budget),
					"taught by a shallow teacher of the deep one's size",
				),
				comparedErrors(own, errorsAt("deep", budget), "a deep net of its size on labels alone"),
			];
			return `At ${String(budget)} times the epochs the shallow net that a deep one teaches ${listed(others)}.`;
		}),
		`Time against a teacher: taught at ×${String(first)}, the shallow net ` +
			`${comparedErrors(errorsAt("shallow-by-deep", first), errorsAt("shallow", last), `alone at ×${String(last)}`)}.`,
		`The deep net of the same size, taught at ×${String(first)}, ` +
			`${comparedErrors(errorsAt("deep-by-deep", first), errorsAt("deep", first), "alone")}.`,
	];
}

function tables({ budgets, measured }: Reading): readonly StudyTable[] {
	const rows = [
		{ title: "deep teacher", name: "teacher", budget: "" },
		{ title: "shallow teacher", name: "shallow-teacher", budget: "" },
		...budgets.flatMap((budget) =>
			students.map((one) => ({ title: one.title, name: nameOf(one, budget), budget: `×${String(budget)}` })),
		),
	];
	return [
		{
			title: "Test errors",
			columns: ["net", "budget", "by seed", "mean", "NLL", "validation", "parameters", "trained in"],
			rows: rows.map(({ title, name, budget }) => {
				const own = measured.of(name);
				const errors = errorsOf(measured, name);
				return [
					...[title, budget, errors.map(String).join(", "), spread(errors)],
					meanOf(own.map(({ nll }) => nll)).toFixed(4),
					own.map(({ validationErrors }) => String(validationErrors ?? "–")).join(", "),
					String(own[0]?.parameters ?? ""),
					minutes(meanOf(own.map(({ trainSeconds = 0 }) => trainSeconds))),
				];
			}),
		},
	];
}

function figures({ budgets, measured, errorsAt }: Reading): readonly StudyFigure[] {
	return [
		{
			name: "shallow",
			title: "Errors by budget",
			caption: "Test errors of students by what their epochs are multiplied by; the dashed line is the deep teacher's.",
			x: { label: "epochs, times the least", scale: "log" },
			y: { label: "test errors", scale: "linear" },
			level: meanOf(errorsOf(measured, "teacher")),
			lines: students.map(({ name, title }) => ({
				label: title,
				points: budgets.map((budget) => pointOf(budget, errorsAt(name, budget))),
			})),
		},
	];
}
