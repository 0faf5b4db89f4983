import { classData } from "../data/class-data.js";
import type { AnyDataSet, DataSet, PixelScale, SampleShape } from "../data/data-set.js";
import { dataSetOf, type StepData } from "../data/index.js";
import type { OpenSamples } from "../data/samples.js";
import type { LossOptions } from "../losses/index.js";
import { classificationMetrics } from "../metrics/index.js";
import { parameterCount } from "../models/trainable.js";
import { type Notice, noticeText } from "../notices.js";
import { writeModelFile } from "../onnx/file.js";
import type { OnnxModel } from "../onnx/model.js";
import { withClassifierMetadata } from "../predict/metadata.js";
import type { Runtime } from "../runtime/runtime.js";
import type { Figures } from "../tasks/figures.js";
import { taskOf } from "../tasks/index.js";
import type { TaskName } from "../tasks/names.js";
import type { Chosen } from "../tasks/task.js";
import type { Checkpoints, History, Validation } from "../train/checkpoint/checkpoint.js";
import type { Fidelity } from "../train/labels.js";
import { createPredictor } from "../train/predict.js";
import type { AnswerStore } from "../train/stored-answers.js";
import type { Teacher, TeacherSummary } from "../train/teacher.js";
import { trainModel } from "../train/trainer.js";
import type { Placement, TrainingContext, TrainingResult } from "../train/training.js";
import { checkPupils } from "./check-training.js";
import { partOf } from "./learned-part.js";
import type { NetworkOptions } from "./networks.js";
import { type SpecialistPart, type SpecialistTraining, specialistTraining } from "./specialists/task.js";
import { openSource } from "./teachers/open.js";
import type { TeacherSource } from "./teachers/sources.js";
import { networkTask, untrained } from "./untrained.js";

/** One network to train, as plain data. */
export interface TrainStep {
	readonly data: StepData;
	readonly network: NetworkOptions;
	readonly loss: LossOptions;
	/** What teaches, where the objective needs a teacher. */
	readonly teacher?: TeacherSource;
	/** Where the teacher's answers are kept from run to run; its views must be fixed then. */
	readonly store?: AnswerStore;
	/**
	 * The networks that this one is to teach, each taught by the one before: what would not fit is refused before this one
	 * is trained.
	 */
	readonly pupils?: readonly Pick<TrainStep, "network" | "loss" | "store">[];
	/** Makes a specialist of the network, which is the generalist then. */
	readonly specialist?: SpecialistPart;
	/** Whether its accuracy on the samples that it learned from is measured. */
	readonly trainAccuracy?: boolean;
	readonly seed: number;
	readonly threads?: number;
	/** Where the trained model goes. */
	readonly output: string;
	/** A folder for checkpoints, from which a training that was stopped goes on; none are made where absent. */
	readonly checkpoints?: string;
}

/** What the training of a network needs of its surroundings. */
export interface TrainNetworkContext extends Omit<TrainingContext, "checkpoints"> {
	/** Opens a folder of checkpoints, for steps that name one. */
	readonly openCheckpoints?: (folder: string, warn: (text: string) => void) => Checkpoints;
}

/** How a training went, for curves. */
export interface TrainCurve {
	/** Means of the training loss over equal runs of steps, 500 at most; `step` is the last of its run. */
	readonly losses: readonly { readonly step: number; readonly loss: number }[];
	readonly validations: readonly Validation[];
}

/** What is left to tell of a trained network when its file is written. */
export interface TrainOutcome {
	readonly steps: number;
	/** Passes over the training samples. */
	readonly epochs: number;
	readonly keptStep: number;
	/** Absent without labels. */
	readonly validationErrors?: number;
	/** The student against its teacher on the validation split, where that has no labels. */
	readonly validationFidelity?: Fidelity;
	/** On the validation split, of a task other than classification. */
	readonly validationFigures?: Figures;
	readonly trainSeconds: number;
	/** Samples that it learned from. */
	readonly trainSamples: number;
	/** Share of them that it has right, as they are stored, where that was asked for. */
	readonly trainAccuracy?: number;
	readonly parameters: number;
	readonly curve: TrainCurve;
	readonly data: DataSummary;
	/** How the teacher was asked and read, where there was one. */
	readonly teacher?: TeacherSummary;
	/** The device that trained it, and what ran on the processor all the same; absent where all did. */
	readonly device?: Placement;
	/** What else is to be known. */
	readonly notes?: readonly string[];
}

/** The data that a network was given; it may have learned from a fraction. */
export interface DataSummary {
	readonly name: string;
	readonly train: number;
	readonly validation: number;
	/** What is learned; classes where absent. */
	readonly task?: TaskName;
	readonly classes: number;
	readonly fingerprint: string;
	/** Samples that were left out because they could not be read; absent where none may be. */
	readonly skipped?: number;
	/** What should be known of the data, such as what was passed over; absent where there is nothing. */
	readonly notices?: readonly Notice[];
	/** Whether training and validation samples have no labels. */
	readonly unlabelled?: true;
}

/** Loads the data, builds the network, trains it and writes its file. */
export async function trainNetwork(step: TrainStep, surroundings: TrainNetworkContext): Promise<TrainOutcome> {
	const context = withCheckpoints(step, surroundings);
	const whole = await dataSetOf(step.data).load(step.data);
	const { network, pupils = [] } = step;
	const part = partOf(whole, network);
	const data = part?.data ?? whole;
	const taught = step.teacher === undefined ? {} : { teacher: await teacherOf(step.teacher, whole, part?.indices) };
	const task = taskOf(data);
	const width = data.classes.length;
	const { model: start, options, notes: own } = await untrained(network, networkTask(data, width, step.seed), data);
	const notes = [...own, ...teacherNotes(taught.teacher)];
	for (const text of notes) context.onEvent?.({ kind: "note", text });
	const { normalization } = data;
	const shared = { data, normalization, seed: step.seed, ...threadsOf(step) };
	const scale = data.unlabelled === true ? undefined : task.scaleOf?.(whole.train.labels, width);
	// Fresh outputs learn scaled numbers; those of a file are in the labels' own units.
	const isScaled = network.family !== "file" || network.head === "replace";
	await checkPupils(pupils, start, shared);
	const store = step.store === undefined ? {} : { store: step.store };
	const { finish, outputs, ...learned } = await learnedBy(step, start, data);
	const scaling = scale === undefined ? {} : { scale, isScaled };
	const job = { ...shared, loss: step.loss, ...learned, options, ...taught, ...store, ...scaling };
	const result = await trainModel(job, context);
	const trained = finish(result.model);
	const made = scale === undefined || !isScaled ? trained : (task.inOwnUnits?.(trained, scale) ?? trained);
	const chosen = await chosenFor(made, data, step, context);
	await writeModelFile(step.output, withClassifierMetadata(made, { ...data, classes: outputs, ...chosen }));
	const { steps, keptStep, validation, seconds, teacher: summary } = result;
	const told = rollbackNotes(result, network);
	return {
		steps,
		epochs: network.epochs,
		keptStep,
		trainSeconds: seconds,
		...validated(validation),
		trainSamples: data.train.count,
		...(step.trainAccuracy === true
			? { trainAccuracy: await trainAccuracy(made, classData(learned.data, "trainAccuracy"), step, context) }
			: {}),
		parameters: parameterCount(result.model),
		curve: curveOf(result.history),
		data: summarize(whole),
		...(summary === undefined ? {} : { teacher: summary }),
		...(result.device === undefined ? {} : { device: result.device }),
		...(notes.length + told.length === 0 ? {} : { notes: [...notes, ...told] }),
	};
}

/** What training says of the validation split, as reports have it. */
function validated(
	figures: Figures,
): Pick<TrainOutcome, "validationErrors" | "validationFidelity" | "validationFigures"> {
	const { errors, agreement, klToTeacher } = figures;
	if (errors !== undefined) return { validationErrors: errors };
	if (agreement !== undefined && klToTeacher !== undefined) return { validationFidelity: { agreement, klToTeacher } };
	return { validationFigures: figures };
}

/** What the task chooses for a network on the validation split, such as thresholds. */
async function chosenFor(
	model: OnnxModel,
	{ task, validation, classes, sampleShape, normalization }: AnyDataSet,
	step: TrainStep,
	{ runtime, openSamples }: TrainNetworkContext,
): Promise<{ readonly chosen?: Chosen }> {
	const { choose } = taskOf({ task });
	if (choose === undefined || validation.labels.length === 0) return {};
	const predictor = await createPredictor(runtime, model, {
		sampleShape,
		classes: classes.length,
		normalization,
		where: "trained network",
		...threadsOf(step),
		...(openSamples === undefined ? {} : { openSamples }),
	});
	try {
		const answers = await predictor.logits(validation);
		return { chosen: choose({ answers, labels: validation.labels, names: classes }) };
	} finally {
		await predictor.release();
	}
}

/** What a network is and what it learns, and what is done with it after training; a specialist is not the network alone. */
async function learnedBy({ specialist, loss }: TrainStep, model: OnnxModel, data: AnyDataSet): Promise<Learned> {
	if (specialist !== undefined) return specialistTraining(specialist, loss, model, classData(data, "specialists"));
	return { model, data, outputs: data.classes, finish: (trained) => trained };
}

/** A network's training, of a specialist or another. */
type Learned = Omit<Partial<SpecialistTraining>, "data"> &
	Pick<SpecialistTraining, "model" | "outputs" | "finish"> & { readonly data: AnyDataSet };

/** What a reader of the report should know of a training that diverged. */
function rollbackNotes({ rollbacks = [] }: TrainingResult, { divergence }: NetworkOptions): readonly string[] {
	if (rollbacks.length === 0) return [];
	const steps = rollbacks.join(", ");
	return [
		`Training diverged and went back, to step ${steps}; each time the learning rate times ${String(divergence.factor)}.`,
	];
}

function withCheckpoints({ checkpoints }: TrainStep, context: TrainNetworkContext): TrainingContext {
	if (checkpoints === undefined || context.openCheckpoints === undefined) return context;
	const warn = (text: string): void => context.onEvent?.({ kind: "note", text });
	return { ...context, checkpoints: context.openCheckpoints(checkpoints, warn) };
}

/** Points of a curve of losses: more than a picture shows. */
const curvePoints = 500;

function curveOf({ losses, validations }: History): TrainCurve {
	const run = Math.ceil(losses.length / curvePoints);
	const points = Array.from({ length: Math.ceil(losses.length / run) }, (_, k) => {
		const some = losses.subarray(k * run, (k + 1) * run);
		return { step: k * run + some.length, loss: some.reduce((sum, loss) => sum + loss, 0) / some.length };
	});
	return { losses: points, validations };
}

/** What teaches. Targets from a file are found for all training samples; those at `indices` are kept. */
async function teacherOf(source: TeacherSource, whole: AnyDataSet, indices: Uint32Array | undefined): Promise<Teacher> {
	const teacher = await openSource(source, whole);
	if (!("logits" in teacher) || indices === undefined) return teacher;
	const classes = whole.classes.length;
	const logits = new Float32Array(indices.length * classes);
	indices.forEach((index, row) => {
		logits.set(teacher.logits.subarray(index * classes, (index + 1) * classes), row * classes);
	});
	return { ...teacher, logits };
}

/** What was changed when a teacher's files were read. */
function teacherNotes(teacher: Teacher | undefined): readonly string[] {
	if (teacher === undefined || "logits" in teacher) return [];
	return teacher.members.flatMap(({ notices = [] }) => notices).map(noticeText);
}

/** The share of the training samples, as they are stored, that a network has right. */
async function trainAccuracy(
	model: OnnxModel,
	{ train, classes, sampleShape, normalization }: DataSet,
	step: TrainStep,
	{ runtime, openSamples }: { readonly runtime: Runtime; readonly openSamples?: OpenSamples },
): Promise<number> {
	const predictor = await createPredictor(runtime, model, {
		sampleShape,
		classes: classes.length,
		normalization,
		where: "trained network",
		...threadsOf(step),
		...(openSamples === undefined ? {} : { openSamples }),
	});
	try {
		return classificationMetrics(await predictor.logits(train), train.labels, classes.length).accuracy;
	} finally {
		await predictor.release();
	}
}

function threadsOf({ threads }: TrainStep): { readonly threads?: number } {
	return threads === undefined ? {} : { threads };
}

/** The data that networks are trained on: what it is, and the shape of a sample. */
export interface DataDescription extends DataSummary {
	readonly sampleShape: SampleShape;
	/** Names of the classes and the columns, and ranges of pixels, where they are the user's; a network's file has them, and no fingerprint. */
	readonly names?: {
		readonly classes: readonly string[];
		readonly features?: readonly string[];
		readonly ranges?: PixelScale["ranges"];
	};
}

/** Loads the data that networks are trained on, and tells what it is. */
export async function describeData({ data }: Pick<TrainStep, "data">): Promise<DataDescription> {
	const entry = dataSetOf(data);
	const loaded = await entry.load(data);
	const { sampleShape, classes, features, pixelScale } = loaded;
	const names = {
		classes,
		...(features === undefined ? {} : { features }),
		...(pixelScale === undefined ? {} : { ranges: pixelScale.ranges }),
	};
	return { ...summarize(loaded), sampleShape, ...(entry.classes === undefined ? { names } : {}) };
}

function summarize(data: AnyDataSet): DataSummary {
	const { name, task, train, validation, classes, fingerprint, skipped, notices, unlabelled } = data;
	const counts = { train: train.count, validation: validation.count, classes: classes.length };
	return {
		name,
		...counts,
		fingerprint,
		...(task === undefined ? {} : { task }),
		...(skipped === undefined ? {} : { skipped }),
		...(notices === undefined ? {} : { notices }),
		...(unlabelled === undefined ? {} : { unlabelled }),
	};
}
