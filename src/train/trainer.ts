import type { BatchOptions, Chunk, Loader } from "../data/chunk.js";
import type { DataSet, Normalization } from "../data/data-set.js";
import { stepsForEpochs } from "../data/order.js";
import type { OpenSamples } from "../data/samples.js";
import { mixupOf, showsAsStored } from "../data/transforms/index.js";
import { LimbeckError } from "../errors.js";
import type { LossOptions } from "../losses/index.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import { elementCount } from "../onnx/tensor.js";
import type { Target } from "../ops/operator.js";
import type { Runtime, Session } from "../runtime/runtime.js";
import type { OpenTargets } from "../targets/targets.js";
import { createFeed } from "./feed.js";
import { badnessOf, type Fidelity, figuresOf, refuseLabels, type ValidationFigures } from "./labels.js";
import { looksInside } from "./objective.js";
import { type Execution, executionOf, looksOf, type PlannedChunk, planChunks, stateBytesOf } from "./plan.js";
import { createPredictor, type PredictorOptions } from "./predict.js";
import { checkFinite, initialState, runChunk, type State, withWeights } from "./state.js";
import { type AnswerStore, openAnswers } from "./stored-answers.js";
import {
	type OpenTeacher,
	openTeacher,
	soleGraphTeacher,
	soleTeacher,
	type Teacher,
	type TeacherPlan,
	type TeacherSetting,
	type TeacherSummary,
} from "./teacher.js";
import { buildTrainingGraph, type TrainingGraph } from "./training-graph.js";
import type { TrainingOptions } from "./training-options.js";

/** One network to train. */
export interface TrainingJob {
	readonly model: OnnxModel;
	readonly data: DataSet;
	readonly normalization: Normalization;
	readonly options: TrainingOptions;
	readonly loss: LossOptions;
	/**
	 * The teacher, where the objective needs one. It sees the same view of every sample as the student. A model alone is
	 * given its samples as the student is.
	 */
	readonly teacher?: Teacher | OnnxModel;
	/** Where the teacher's answers are kept from run to run; views must be fixed then. */
	readonly store?: AnswerStore;
	readonly seed: number;
	readonly threads?: number;
}

/** What is told while training. `epoch` counts from 0 and has a fraction. */
export type TrainingEvent =
	| {
			readonly kind: "progress";
			readonly step: number;
			readonly steps: number;
			readonly epoch: number;
			/** Mean of the training loss since the last event. */
			readonly loss: number;
			/** Training samples a second since the last event. */
			readonly throughput: number;
	  }
	| ({
			/** How the teacher is asked, and how its members are read. Once, at the start. */
			readonly kind: "teacher";
	  } & TeacherSummary)
	| {
			/** Something that a person should know. */
			readonly kind: "note";
			readonly text: string;
	  }
	| ({
			/** By the labels, or without them by the teacher. */
			readonly kind: "validation";
			readonly step: number;
			readonly epoch: number;
	  } & ValidationFigures);

/** A trained network and what it took. */
export interface TrainingResult {
	readonly model: OnnxModel;
	readonly steps: number;
	/** The step whose weights these are. */
	readonly keptStep: number;
	/** Errors on the validation split of the weights kept; absent without labels. */
	readonly validationErrors?: number;
	/** The weights kept against the teacher on the validation split, where that has no labels. */
	readonly validationFidelity?: Fidelity;
	/** Wall-clock time of training, validation included. */
	readonly seconds: number;
	/** How the teacher was asked and read, where there was one. */
	readonly teacher?: TeacherSummary;
}

/** What training needs of its surroundings. */
export interface TrainingContext {
	readonly runtime: Runtime;
	/** Cuts batches: in a worker thread, or where it is called. */
	readonly createLoader: (options: BatchOptions) => Loader;
	/** Opens samples for validation; those in memory only, where absent. */
	readonly openSamples?: OpenSamples;
	/** Opens a store of answers, for jobs that name one. */
	readonly openTargets?: OpenTargets;
	/** A monotonic clock in ms, for reports only. */
	readonly now: () => number;
	/** Called after every chunk of steps and every look at validation. */
	readonly onEvent?: (event: TrainingEvent) => void;
}

/**
 * Trains a network: chunks of steps run natively while a loader prepares the next; the validation split is looked at
 * once an epoch, and 20 times at most.
 *
 * The result is a function of the job alone: same job, same environment, same bits.
 *
 * @throws LimbeckError (`training`) at the first loss or weight that is not finite; (`usage`, `model`) for a job that
 * makes no sense, such as an objective that needs labels that the samples do not have.
 */
export async function trainModel(job: TrainingJob, context: TrainingContext): Promise<TrainingResult> {
	const { data, options, seed } = job;
	const { batch, jitter, augment, views, viewSeed } = options;
	const { runtime, createLoader, now } = context;
	if (data.unlabelled === true) refuseLabels(job.loss);
	const started = now();
	const totalSteps = stepsForEpochs(data.train.count, batch, options.epochs);
	const teacher = await teacherFor(job, context);
	const execution = executionOf(job.model, batch, job.threads);
	const graph = graphFor(job, { target: runtime.target, ...execution }, totalSteps, teacher?.plan);
	const session = await runtime.createSession(encodeModel(graph.model), execution);
	try {
		const loader = createLoader({
			split: data.train,
			sampleShape: data.sampleShape,
			normalization: job.normalization,
			batch,
			seed,
			jitter,
			augment,
			views,
			viewSeed,
		});
		try {
			const kept = await takeSteps({ job, graph, session, loader, totalSteps, teacher }, context);
			const model = withWeights(job.model, graph, kept.state);
			const seconds = (now() - started) / 1000;
			const taught = teacher === undefined ? {} : { teacher: teacher.summary };
			const { figures } = kept;
			const validated = "errors" in figures ? { validationErrors: figures.errors } : { validationFidelity: figures };
			return { model, steps: totalSteps, keptStep: kept.step, ...validated, seconds, ...taught };
		} finally {
			await loader.close();
		}
	} finally {
		await session.release();
		await teacher?.release();
	}
}

/**
 * Refuses a job whose training graph cannot be built, such as one with an objective that does not fit the classes or
 * the models. Nothing is trained, and nobody is asked.
 *
 * @param teacher - gives logits, of samples that are normalised as the student's.
 * @throws LimbeckError (`usage`, `model`) as {@link trainModel} would.
 */
export function checkJob(job: TrainingJob, teacher: OnnxModel): void {
	const { loss, options, data, normalization } = job;
	const steps = stepsForEpochs(data.train.count, options.batch, options.epochs);
	const stored: TeacherPlan = { how: "stored" };
	const inside = (): TeacherPlan => ({ how: "in-graph", teacher: soleGraphTeacher(teacher, normalization) });
	const plan = looksInside(loss) ? inside() : stored;
	graphFor(job, { target: {}, stepsATurn: 1, planMemory: false }, steps, plan);
}

/** All that a run is made of, ready to go. */
interface Run {
	readonly job: TrainingJob;
	readonly graph: TrainingGraph;
	readonly session: Session;
	readonly loader: Loader;
	readonly totalSteps: number;
	readonly teacher: OpenTeacher | undefined;
}

/** A state that training may end with. */
interface Candidate {
	readonly state: State;
	readonly step: number;
	/** On the validation split. */
	readonly figures: ValidationFigures;
}

async function takeSteps(run: Run, context: TrainingContext): Promise<Candidate> {
	const { job, graph, session, loader, totalSteps, teacher } = run;
	const { now, onEvent } = context;
	const { model, data, options, seed } = job;
	// Of a sample, what is read from a store along with it.
	const answerBytes = teacher?.summary.answers === undefined ? 0 : 4 * data.classes.length;
	const plan = planChunks({
		totalSteps,
		looks: looksOf(options.epochs),
		bytesPerStep: options.batch * (elementCount(data.sampleShape) + answerBytes),
		stateBytes: stateBytesOf(graph),
	});
	const feed = createFeed({ graph, data, options, seed, stored: teacher?.stored });
	let state = initialState(graph, model, seed);
	let kept: Candidate | undefined;
	let since = now();
	for await (const { first, steps, validate, chunk } of prefetched(loader, plan)) {
		const done = await runChunk(session, graph, state, feed(chunk, first, steps, await teacher?.ask(chunk)));
		checkFinite(done, graph, first, options);
		state = done.state;
		const step = first + steps;
		const epoch = (step * options.batch) / data.train.count;
		const throughput = (steps * options.batch * 1000) / (now() - since);
		onEvent?.({ kind: "progress", step, steps: totalSteps, epoch, loss: mean(done.losses), throughput });
		if (validate) {
			const figures = await validateModel(job, withWeights(model, graph, state), teacher, context);
			onEvent?.({ kind: "validation", step, epoch, ...figures });
			const better = kept === undefined || badnessOf(figures) < badnessOf(kept.figures);
			if (options.keep === "last" || better) kept = { state, step, figures };
		}
		since = now();
	}
	if (kept === undefined) throw new TypeError("training: expected a look at validation at its end, got none");
	return kept;
}

/** The chunks of a plan with their data; the next is asked for before the last is worked on. */
async function* prefetched(
	loader: Loader,
	plan: readonly PlannedChunk[],
): AsyncGenerator<PlannedChunk & { readonly chunk: Chunk }> {
	const ask = (planned: PlannedChunk | undefined, spent?: Chunk): Promise<Chunk> | undefined =>
		planned === undefined ? undefined : loader.chunk(planned.first, planned.steps, spent);
	let next = ask(plan[0]);
	let last: Chunk | undefined;
	for (const [index, planned] of plan.entries()) {
		const chunk = await next;
		if (chunk === undefined) return;
		next = ask(plan[index + 1], last);
		last = chunk;
		yield { ...planned, chunk };
	}
}

function threadsOf({ threads }: TrainingJob): { readonly threads?: number } {
	return threads === undefined ? {} : { threads };
}

/** Makes the job's teacher ready, and tells how it is asked. */
async function teacherFor(job: TrainingJob, context: TrainingContext): Promise<OpenTeacher | undefined> {
	if (job.teacher === undefined) return undefined;
	const { batch } = job.options;
	const [randomViews, mixes] = [!showsAsStored(job.options), mixupOf(job.options) !== undefined];
	const setting = {
		...{ batch, randomViews, mixes, looksInside: looksInside(job.loss), train: job.data.train },
		...(job.data.unlabelled === true ? { validation: job.data.validation } : {}),
		openAnswers: answersFor(job, context),
	};
	const given = "graph" in job.teacher ? soleTeacher(job.teacher, job.normalization) : job.teacher;
	const { sampleShape, classes } = job.data;
	const { openSamples } = context;
	const options = { sampleShape, classes, ...threadsOf(job), ...(openSamples === undefined ? {} : { openSamples }) };
	const teacher = await openTeacher(given, setting, options, context.runtime);
	context.onEvent?.({ kind: "teacher", ...teacher.summary });
	return teacher;
}

/** What opens the store that a job names, if it does. */
function answersFor(job: TrainingJob, { openTargets, openSamples }: TrainingContext): TeacherSetting["openAnswers"] {
	const { store, data, normalization, options, loss } = job;
	if (store === undefined) return undefined;
	if (openTargets === undefined) {
		const expected = "a context that can open files";
		throw new LimbeckError("environment", { where: "stored targets", expected, got: "none" });
	}
	const temperature = "temperature" in loss ? loss.temperature : 1;
	const positions = options.batch * stepsForEpochs(data.train.count, options.batch, options.epochs);
	const setting = { store, open: openTargets, data, normalization, augmentation: options, positions, temperature };
	return (teacher, identity) => openAnswers(teacher, { ...setting, identity, openSamples });
}

function graphFor(
	job: TrainingJob,
	{ target, stepsATurn }: Execution & { readonly target: Target },
	totalSteps: number,
	plan: TeacherPlan | undefined,
): TrainingGraph {
	const { model, data, normalization, options, loss } = job;
	const { batch, optimizer, schedule, momentumSchedule, warmupEpochs, clipNorm, maxNorm, train } = options;
	return buildTrainingGraph({
		model,
		target,
		stepsATurn,
		sampleShape: data.sampleShape,
		sampleType: data.train.samples.type,
		mixes: mixupOf(options) !== undefined,
		classes: data.classes.length,
		normalization,
		batch,
		batchNorm: options.batchNorm,
		loss,
		optimizer,
		schedule,
		momentumSchedule,
		warmupSteps: Math.min(totalSteps - 1, stepsForEpochs(data.train.count, batch, warmupEpochs)),
		totalSteps,
		...(clipNorm === undefined ? {} : { clipNorm }),
		...(maxNorm === undefined ? {} : { maxNorm }),
		...(train === undefined ? {} : { train }),
		...(plan === undefined ? {} : { teacher: plan.how === "in-graph" ? plan.teacher : "stored" }),
	});
}

function predictorOptions(job: TrainingJob, { openSamples }: TrainingContext, where: string): PredictorOptions {
	const { data, normalization } = job;
	return {
		sampleShape: data.sampleShape,
		classes: data.classes.length,
		normalization,
		where,
		...threadsOf(job),
		...(openSamples === undefined ? {} : { openSamples }),
	};
}

async function validateModel(
	job: TrainingJob,
	model: OnnxModel,
	teacher: OpenTeacher | undefined,
	context: TrainingContext,
): Promise<ValidationFigures> {
	const predictor = await createPredictor(
		context.runtime,
		model,
		predictorOptions(job, context, "network in training"),
	);
	try {
		return figuresOf(await predictor.logits(job.data.validation), job.data, teacher?.validation);
	} finally {
		await predictor.release();
	}
}

function mean(values: Float32Array): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}
