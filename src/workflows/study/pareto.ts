/** What deployment gains: errors against bytes, latency and multiply-adds. */
import { z } from "zod";
import type { Fitted } from "../../distill/data-fit.js";
import { type NetworkOptions, networkOptions, shortNameOf } from "../../distill/networks.js";
import { hardTargets } from "../../losses/index.js";
import type { Experiment, ExperimentNetwork } from "../../pipeline/experiment.js";
import type { Precision } from "../../predict/precisions.js";
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
import { comparedErrors, meanOf, pointOf, spread } from "./wording.js";

const precisions = ["float32", "float16", "int8"] as const satisfies readonly Precision[];

const options = z.strictObject({
	...studyShape("pareto"),
	teacher: networkOptions.prefault({}).describe("the network that teaches, and how it is trained"),
	students: z.array(networkOptions).min(1).describe("the students, and how each is trained, taught and alone"),
	temperature: z.number().gt(0).max(1000).default(4).describe("T of the soft targets"),
	hardWeight: z.number().min(0).max(1).default(0.1).describe("weight of the true labels beside them"),
});

type Recipe = Fitted<z.output<typeof options>>;

const student = { epochs: 40, optimizer: { name: "adam", learningRate: 0.002 } } as const;
const larger = { batch: 256, epochs: 30, optimizer: { name: "adam", learningRate: 0.001 } } as const;

export const paretoStudy = defineStudy({
	title: "What deployment gains",
	question: "What does the student that ships gain in bytes, time and multiply-adds, and what does it lose?",
	options,
	sizes: {
		quick: {
			name: "pareto",
			data: { name: "digits" },
			teacher: { ...recipes.digits.teacher, epochs: 30 },
			students: [10, 30, 100, 200].map((units) => ({ ...student, hidden: [units, units] })),
		},
		full: {
			name: "pareto",
			data: { name: "mnist" },
			teacher: recipes.mnist.teacher,
			students: [
				...[10, 30, 100, 300, 800].map((units) => ({ ...larger, hidden: [units, units] })),
				{ ...larger, family: "cnn", channels: [8, 16], epochs: 10 },
			],
			temperature: 8,
		},
	},
	plan: planOf(experiment),
	findings: findingsOf(read, { answer, tables, figures }),
});

function experiment({ data, teacher, students, temperature, hardWeight }: Recipe): Experiment {
	const soft = { name: "soft-targets", temperature, hardWeight, standardize: false } as const;
	const trained = students.flatMap((network, k): readonly (readonly [string, ExperimentNetwork])[] => [
		[aloneOf(k), { network, loss: hardTargets }],
		[taughtOf(k), { network, loss: soft, teachers: ["teacher"] }],
	]);
	const shippable = ["teacher", ...students.map((_, k) => taughtOf(k))];
	return {
		data,
		networks: { teacher: { network: teacher, loss: hardTargets }, ...Object.fromEntries(trained) },
		shipped: Object.fromEntries(
			shippable.flatMap((network) =>
				precisions.map((precision) => [formOf(network, precision), { network, precision }] as const),
			),
		),
	};
}

const aloneOf = (k: number): string => `alone-${String(k + 1)}`;
const taughtOf = (k: number): string => `student-${String(k + 1)}`;
const formOf = (network: string, precision: Precision): string => `${network}-${precision}`;

/** A row of the table: a network in one form. */
interface Row {
	readonly title: string;
	/** Its name among what was measured. */
	readonly name: string;
	readonly how: string;
}

/** What is read off the measurements. */
interface Reading {
	readonly students: Recipe["students"];
	readonly rows: readonly Row[];
	readonly measured: Measurements;
	/** By the names of what was measured, each the mean over the seeds. */
	readonly kilobytes: (name: string) => number;
	readonly milliseconds: (name: string) => number;
}

const whole = formOf("teacher", "float32");

function read({ students, teacher }: Recipe, measured: Measurements): Reading {
	const rows = [
		...precisions.map((how) => ({ title: `teacher ${shortNameOf(teacher)}`, name: formOf("teacher", how), how })),
		...students.flatMap((network, k) => [
			...precisions.map((how) => ({ title: shortNameOf(network), name: formOf(taughtOf(k), how), how })),
			{ title: `${shortNameOf(network)}, alone`, name: aloneOf(k), how: "float32" },
		]),
	];
	const kilobytes = (name: string): number => meanOf(measured.of(name).map(({ bytes }) => bytes / 1000));
	const milliseconds = (name: string): number => meanOf(measured.of(name).map(({ latencyMs }) => latencyMs.p50));
	return { students, rows, measured, kilobytes, milliseconds };
}

function answer(reading: Reading): readonly string[] {
	const { students, measured } = reading;
	const compared = (network: NetworkOptions, k: number): string =>
		`${comparedErrors(errorsOf(measured, taughtOf(k)), errorsOf(measured, aloneOf(k)), "alone")} as ${shortNameOf(network)}`;
	return [
		...students.map((network, k) => gainOf(reading, network, k)),
		`At the same size in float32, the taught student ${students.map(compared).join("; ")}.`,
		`Nothing smaller makes as few errors as ${listed(frontOf(reading).map(({ title, how }) => `${title} in ${how}`))}.`,
	];
}

/** What a student gains over the teacher, and what it loses. */
function gainOf({ measured, kilobytes, milliseconds }: Reading, network: NetworkOptions, k: number): string {
	const [int8, float32] = [formOf(taughtOf(k), "int8"), formOf(taughtOf(k), "float32")];
	const own = errorsOf(measured, int8);
	const parts = [
		comparedErrors(own, errorsOf(measured, whole), "the teacher"),
		comparedErrors(own, errorsOf(measured, float32), "it makes in float32"),
	];
	const gain = [
		`1/${times(kilobytes(whole), kilobytes(int8))} of the teacher's bytes`,
		`1/${times(milliseconds(whole), milliseconds(int8))} of its latency`,
		`1/${times(operations(measured, whole), operations(measured, float32))} of its multiply-adds`,
	];
	return `${shortNameOf(network)}, taught and in int8, takes ${listed(gain)}; it ${listed(parts)}.`;
}

/** What nothing smaller is as good as. */
function frontOf({ rows, measured, kilobytes }: Reading): readonly Row[] {
	const errors = ({ name }: Row): number => meanOf(errorsOf(measured, name));
	return rows.filter(
		(row) => !rows.some((other) => kilobytes(other.name) < kilobytes(row.name) && errors(other) <= errors(row)),
	);
}

function tables({ rows, measured, kilobytes, milliseconds }: Reading): readonly StudyTable[] {
	return [
		{
			title: "Test errors and cost; latency is the median of single samples on this machine",
			columns: ["network", "precision", "test errors", "NLL", "kB", "latency, ms", "multiply-adds"],
			rows: rows.map(({ title, name, how }) => [
				...[title, how, spread(errorsOf(measured, name))],
				...[meanOf(measured.of(name).map(({ nll }) => nll)).toFixed(4), kilobytes(name).toFixed(1)],
				...[milliseconds(name).toFixed(3), String(measured.of(name)[0]?.multiplyAdds ?? "–")],
			]),
		},
	];
}

function figures(reading: Reading): readonly StudyFigure[] {
	const { students, kilobytes, milliseconds } = reading;
	const families = new Set(students.map(({ family }) => family));
	return [
		{
			name: "pareto-bytes",
			title: "Errors by size of the file",
			caption: "Down and to the left is better. Bars: standard deviation over the seeds.",
			x: { label: "size, kB", scale: "log" },
			y: { label: "test errors", scale: "log" },
			// The sizes of one family make a line.
			lines: linesOf(reading, kilobytes, families.size > 1),
		},
		{
			name: "pareto-latency",
			title: "Errors by latency",
			caption: "Median time of one sample in one call.",
			x: { label: "latency, ms", scale: "log" },
			y: { label: "test errors", scale: "log" },
			lines: linesOf(reading, milliseconds, true),
		},
	];
}

/** Errors by what a network costs, a line for each precision. */
function linesOf({ students, measured }: Reading, cost: (name: string) => number, apart: boolean): readonly Line[] {
	const point = (name: string): Line["points"][number] => pointOf(cost(name), errorsOf(measured, name));
	return [
		{ label: "teacher", apart, points: precisions.map((how) => point(formOf("teacher", how))) },
		...precisions.map((how) => ({
			label: `taught, ${how}`,
			apart,
			points: students.map((_, k) => point(formOf(taughtOf(k), how))),
		})),
		{ label: "alone, float32", apart, points: students.map((_, k) => point(aloneOf(k))) },
	];
}

/** How many times more, to two digits. */
function times(more: number, less: number): string {
	return String(Number((more / less).toPrecision(2)));
}

function operations(measured: Measurements, name: string): number {
	return measured.of(name)[0]?.multiplyAdds ?? Number.NaN;
}
