/** The paper's nets and its table: Hinton et al. 2015, §3. */
import { z } from "zod";
import type { Fitted } from "../../distill/data-fit.js";
import { comparisonOf } from "../../distill/evaluation.js";
import { mlpNetwork, networkOptions } from "../../distill/networks.js";
import { hardTargets } from "../../losses/index.js";
import type { Experiment, ExperimentNetwork } from "../../pipeline/experiment.js";
import { listed } from "../../report/text.js";
import { trainingShape } from "../../train/training-options.js";
import { recipes } from "../distill/recipes.js";
import { trainRecipes } from "../train/recipes.js";
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
import { comparedErrors, meanOf, minutes, pointOf, spread } from "./wording.js";

const options = z.strictObject({
	...studyShape("mnist"),
	teacher: mlpNetwork.prefault({}).describe("the paper's teacher, and how it is trained"),
	members: z.int().min(2).max(100).describe("how many such teachers make the ensemble"),
	convolutional: networkOptions.prefault({ family: "cnn" }).describe("another teacher: a convolutional net"),
	student: mlpNetwork.prefault({}).describe("the paper's student, and how it is taught"),
	alone: mlpNetwork.prefault({}).describe("the same net on labels alone, and how it is trained"),
	jitter: z.int().min(1).max(16).describe("largest random shift, in pixels, of the jittered transfer set"),
	jitteredEpochs: z.number().gt(0).max(100_000).describe("epochs of all that see it"),
	jitteredViews: trainingShape.views.describe(
		"fixed shifts of each sample in it, about which teachers are asked once; fresh ones every epoch where absent",
	),
	temperature: z.number().gt(0).max(1000).describe("T of the soft targets"),
	hardWeight: z.number().min(0).max(1).default(0.1).describe("weight of the true labels beside them"),
});

type Recipe = Fitted<z.output<typeof options>>;

/** The paper's errors of 10,000, and the lowest that we found published. */
const paper: Readonly<Record<string, string>> = { teacher: "67", alone: "146", taught: "74" };
const lowest = 67;

/** What each is called in the table. */
const titles: Readonly<Record<string, string>> = {
	teacher: "teacher",
	ensemble: "teachers together",
	convolutional: "convolutional net",
	alone: "student, labels alone",
	"alone-jitter": "labels alone, jitter",
	taught: "taught by the teacher",
	"by-ensemble": "taught by the ensemble",
	"by-convolutional": "taught by the convolutional net",
	"by-teacher-jitter": "by the teacher, jitter",
	"by-ensemble-jitter": "by the ensemble, jitter",
	"by-convolutional-jitter": "by the convolutional net, jitter",
};

const isStudent = (name: string): boolean => /^(?:alone|taught|by-)/.test(name);

export const mnistStudy = defineStudy({
	title: "The paper's table",
	question: "How few errors can the paper's student make, and who should teach it?",
	options,
	sizes: {
		quick: {
			name: "mnist",
			data: { name: "digits" },
			teacher: { ...recipes.digits.teacher, epochs: 30 },
			members: 3,
			convolutional: trainRecipes.digits.network,
			student: { ...recipes.digits.student, epochs: 40 },
			alone: { ...recipes.digits.student, epochs: 40 },
			jitter: 2,
			jitteredEpochs: 40,
			temperature: 4,
		},
		full: {
			name: "mnist",
			data: { name: "mnist" },
			teacher: recipes.mnist.teacher,
			members: 3,
			convolutional: { ...trainRecipes.mnist.network, epochs: 12 },
			student: recipes.mnist.student,
			alone: { ...recipes.mnist.student, ...recipes.mnist.baseline },
			jitter: 2,
			jitteredEpochs: 100,
			// As many as there are shifts. With fresh ones teachers would be asked four times as often.
			jitteredViews: 25,
			temperature: 20,
		},
	},
	plan: planOf(experiment),
	findings: findingsOf(read, { answer, tables, figures }),
});

function experiment(recipe: Recipe): Experiment {
	const { data, teacher, members, convolutional, student, alone } = recipe;
	const loss = {
		...({ name: "soft-targets", standardize: false } as const),
		temperature: recipe.temperature,
		hardWeight: recipe.hardWeight,
	};
	const jittered = { jitter: recipe.jitter, epochs: recipe.jitteredEpochs, views: recipe.jitteredViews };
	const ensemble = ["teacher", ...Array.from({ length: members - 1 }, (_, k) => `teacher-${String(k + 2)}`)];
	const teachers = ensemble.map((name, member): readonly [string, ExperimentNetwork] => [
		name,
		{ network: teacher, loss: hardTargets, member },
	]);
	const taught = (network: ExperimentNetwork["network"], ...by: readonly string[]): ExperimentNetwork => ({
		network,
		loss,
		teachers: by,
	});
	const moving = { ...student, ...jittered };
	return {
		data,
		networks: {
			...Object.fromEntries(teachers),
			convolutional: { network: convolutional, loss: hardTargets },
			alone: { network: alone, loss: hardTargets },
			"alone-jitter": { network: { ...alone, ...jittered }, loss: hardTargets },
			taught: taught(student, "teacher"),
			"by-ensemble": taught(student, ...ensemble),
			"by-convolutional": taught(student, "convolutional"),
			"by-teacher-jitter": taught(moving, "teacher"),
			"by-ensemble-jitter": taught(moving, ...ensemble),
			"by-convolutional-jitter": taught(moving, "convolutional"),
		},
		ensembles: { ensemble },
		asked: { compare: [["taught", "alone"]] },
	};
}

/** What is read off the measurements. */
interface Reading {
	readonly recipe: Recipe;
	readonly measured: Measurements;
	readonly students: readonly string[];
	/** The student that validation chooses. */
	readonly best: string;
	/** Whether the test set is the paper's. */
	readonly asPaper: boolean;
}

function read(recipe: Recipe, measured: Measurements): Reading {
	const students = Object.keys(titles).filter(isStudent);
	const [best = "taught"] = students.toSorted((a, b) => validationOf(measured, a) - validationOf(measured, b));
	return { recipe, measured, students, best, asPaper: recipe.data.name === "mnist" };
}

function answer({ recipe, measured, students, best, asPaper }: Reading): readonly string[] {
	const errors = errorsOf(measured, best);
	const compared = (name: string): string => comparedErrors(errors, errorsOf(measured, name), titles[name] ?? name);
	const shape = ["inputs", ...recipe.student.hidden.map(String), "classes"].join("-");
	const against = asPaper ? `; the lowest that we found published for this net is ${String(lowest)}` : "";
	const others = students.filter((name) => name !== best && ["taught", "alone-jitter", "alone"].includes(name));
	const [taught, alone] = [errorsOf(measured, "taught"), errorsOf(measured, "alone")];
	const p = measured.results.map(({ evaluated }) =>
		(comparisonOf(evaluated, "taught", "alone")?.p ?? 1).toPrecision(2),
	);
	return [
		`Of the ways to train ${shape}, validation chooses "${titles[best] ?? best}": ${spread(errors)} test errors, ` +
			`${listed(errors.map(String))} by seed${against}.`,
		`It ${listed(others.map(compared))}.`,
		`Teaching without jitter ${comparedErrors(taught, alone, "labels alone")}; McNemar's p by seed: ${p.join(", ")}.`,
	];
}

function tables({ measured, best, asPaper }: Reading): readonly StudyTable[] {
	const rowOf = ([name, label]: readonly [string, string]): readonly string[] => {
		const own = measured.of(name);
		const seconds = own.flatMap(({ trainSeconds }) => trainSeconds ?? []);
		return [
			...[`${label}${name === best ? " *" : ""}`, own.map(({ errors }) => String(errors)).join(", ")],
			spread(errorsOf(measured, name)),
			...(asPaper ? [paper[name] ?? "–"] : []),
			meanOf(own.map(({ nll }) => nll)).toFixed(4),
			own.map(({ validationErrors }) => String(validationErrors ?? "–")).join(", "),
			String(own[0]?.parameters ?? ""),
			seconds.length === 0 ? "–" : minutes(meanOf(seconds)),
		];
	};
	const figures = ["NLL", "validation", "parameters", "trained in"];
	const columns = ["net", "by seed", "mean", ...(asPaper ? ["paper"] : []), ...figures];
	return [{ title: "Test errors", columns, rows: Object.entries(titles).map(rowOf) }];
}

function figures({ measured, students }: Reading): readonly StudyFigure[] {
	const points = (names: readonly string[]): Line["points"] =>
		names.map((name) => pointOf(short(name), errorsOf(measured, name)));
	return [
		{
			name: "mnist",
			title: "Test errors of teachers and students",
			caption: "Means over the seeds; bars: standard deviation.",
			x: { label: "", scale: "categories" },
			y: { label: "test errors", scale: "linear" },
			lines: [
				{ label: "teachers", points: points(["teacher", "ensemble", "convolutional"]) },
				{ label: "the student", points: points(students) },
			],
		},
	];
}

/** A name that fits under a point. */
function short(name: string): string {
	return name.replace("convolutional", "cnn").replaceAll("-", " ");
}

function validationOf(measured: Measurements, name: string): number {
	return meanOf(measured.of(name).map(({ validationErrors = 0 }) => validationErrors));
}
