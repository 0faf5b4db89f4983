import { epochLength, stepsForEpochs } from "../data/order.js";
import { mixupOf, showsAsStored } from "../data/transforms/index.js";
import { LimbeckError } from "../errors.js";
import { temperatureOf } from "../losses/index.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import type { Target } from "../ops/operator.js";
import { chosenDevice, devices } from "../runtime/devices.js";
import type { SessionDevice } from "../runtime/runtime.js";
import { taskOf } from "../tasks/index.js";
import type { GraphTeacher } from "./graph-teacher.js";
import { figuresOf, refuseLabels, type ValidationFigures } from "./labels.js";
import { looksInside } from "./objective.js";
import { type Execution, executionOf } from "./plan.js";
import { createPredictor, type PredictorOptions } from "./predict.js";
import { withWeights } from "./state.js";
import { stateMemoryFor } from "./state-memory.js";
import { openAnswers } from "./stored-answers.js";
import { offsetsOf, storedPreprocessing } from "./stored-preprocessing.js";
import { takeSteps } from "./take-steps.js";
import { type OpenTeacher, openTeacher, soleTeacher, type TeacherPlan, type TeacherSetting } from "./teacher.js";
import type { Placement, TrainingContext, TrainingJob, TrainingResult } from "./training.js";
import { buildTrainingGraph, type TrainingGraph } from "./training-graph.js";

/**
 * Trains a network: chunks of steps run natively while a loader prepares the next; the validation split is looked at
 * once an epoch, and 20 times at most.
 *
 * The result is a function of the job alone: same job, same environment, same bits; whether or not it was stopped and
 * taken up again from a checkpoint.
 *
 * @throws LimbeckError (`training`) at the first loss or weight that is not finite, or a loss that explodes, where the
 * options say so or rolling back did not help; (`usage`, `model`) for a job that
 * makes no sense, such as an objective that needs labels that the samples do not have; (`interrupted`) where it was
 * asked to stop, when its state is kept.
 */
export async function trainModel(job: TrainingJob, context: TrainingContext): Promise<TrainingResult> {
	const { data, options, seed } = job;
	const { runtime, createLoader, now } = context;
	if (data.unlabelled === true) refuseLabels(job.loss);
	const started = now();
	const totalSteps = stepsOf(job);
	const { writesInPlace } = runtime;
	const device = await chosenDevice(options.device ?? "cpu", (name) => runtime.deviceRefusal(name));
	const teacher = await teacherFor(job, context);
	const limits = { batch: options.batch, sampleShape: data.sampleShape, threads: job.threads, writesInPlace, device };
	const execution = executionOf(job.model, limits);
	const target = device === undefined ? runtime.target : devices[device].target;
	const graph = graphFor(job, { target, ...execution }, totalSteps, teacher?.plan);
	const session = await runtime.createSession(encodeModel(graph.model), { ...execution, background: true });
	const memory = stateMemoryFor(session, graph, writesInPlace);
	const placement = session.device === undefined ? {} : { device: placementOf(session.device) };
	if (placement.device !== undefined) context.onEvent?.({ kind: "note", text: placementNote(placement.device) });
	try {
		const loader = createLoader({
			split: data.train,
			sampleShape: data.sampleShape,
			normalization: storedPreprocessing(job.normalization, offsetsOf(data.train.samples), data.sampleShape),
			settings: options,
			seed,
			sampling: job.sampling,
		});
		try {
			const setUp = (now() - started) / 1000;
			const validate = (model: OnnxModel): Promise<ValidationFigures> => validateModel(job, model, teacher, context);
			const taken = await takeSteps({ job, graph, session, memory, loader, totalSteps, teacher, validate }, context);
			const { kept, history, seconds, rollbacks } = taken;
			const model = withWeights(job.model, kept.state);
			const told = {
				steps: totalSteps,
				keptStep: kept.step,
				validation: kept.figures,
				seconds: setUp + seconds,
				history,
			};
			const back = rollbacks.length === 0 ? {} : { rollbacks: rollbacks.map(({ to }) => to) };
			return { model, ...told, ...placement, ...back, ...(teacher === undefined ? {} : { teacher: teacher.summary }) };
		} finally {
			await loader.close();
		}
	} finally {
		await session.release();
		await teacher?.release();
	}
}

/** Where a session computes. */
function placementOf({ name, elsewhere }: SessionDevice): Placement {
	return { name, elsewhere };
}

/** What a person is told of it. */
function placementNote({ name, elsewhere }: Placement): string {
	const others = Object.entries(elsewhere).map(([operator, count]) => `${operator} (${String(count)})`);
	const rest = others.length === 0 ? "all operators run there" : `on the processor run ${others.sort().join(", ")}`;
	return `Training runs on the device ${name}; ${rest}.`;
}

/**
 * Refuses a job whose training graph cannot be built, such as one with an objective that does not fit the classes or
 * the models. Nothing is trained, and nobody is asked.
 *
 * @param teacher - the one that the objective looks into, where it does.
 * @throws LimbeckError (`usage`, `model`) as {@link trainModel} would.
 */
export function checkJob(job: TrainingJob, teacher: GraphTeacher | undefined): void {
	const isInside = teacher !== undefined && looksInside(job.loss);
	const plan: TeacherPlan = isInside ? { how: "in-graph", teacher } : { how: "stored" };
	graphFor(job, { target: {}, stepByStep: true, stepsATurn: 1, planMemory: false }, stepsOf(job), plan);
}

/** The steps after which so many epochs are complete, all of them where absent. */
function stepsOf({ data, options, sampling }: TrainingJob, epochs = options.epochs): number {
	return stepsForEpochs(epochLength(data.train.count, sampling), options.batch, epochs);
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
		batch,
		randomViews,
		mixes,
		looksInside: looksInside(job.loss),
		train: job.data.train,
		...(job.data.unlabelled === true ? { validation: job.data.validation } : {}),
		openAnswers: answersFor(job, context),
	};
	const given = "graph" in job.teacher ? soleTeacher(job.teacher, job.normalization) : job.teacher;
	const { sampleShape, task, classes } = job.data;
	const { openSamples } = context;
	const options = {
		sampleShape,
		task,
		classes,
		...threadsOf(job),
		...(openSamples === undefined ? {} : { openSamples }),
	};
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
	// At the highest, what is left out of the answers weighs most.
	const temperature = temperatureOf(loss) ?? 1;
	const positions = options.batch * stepsOf(job);
	const epoch = epochLength(data.train.count, job.sampling);
	const setting = {
		store,
		open: openTargets,
		data,
		normalization,
		augmentation: options,
		positions,
		epoch,
		temperature,
	};
	return (teacher, identity) => openAnswers(teacher, { ...setting, identity, openSamples });
}

function graphFor(
	job: TrainingJob,
	{ target, stepByStep, stepsATurn }: Execution & { readonly target: Target },
	totalSteps: number,
	plan: TeacherPlan | undefined,
): TrainingGraph {
	const { model, data, normalization, options, loss } = job;
	return buildTrainingGraph({
		model,
		settings: options,
		loss,
		target,
		stepByStep,
		stepsATurn,
		sampleShape: data.sampleShape,
		sampleType: data.train.samples.type,
		windows: data.train.samples.kind === "windows",
		classes: data.classes.length,
		task: taskOf(data),
		form: { scale: job.scale, isScaled: job.isScaled ?? false },
		normalization,
		offsets: offsetsOf(data.train.samples),
		warmupSteps: Math.min(totalSteps - 1, stepsOf(job, options.warmupEpochs)),
		totalSteps,
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
		const answers = await predictor.logits(job.data.validation);
		return figuresOf(inUnits(answers, job), job.data, teacher?.validation);
	} finally {
		await predictor.release();
	}
}

/** A network's answers in the labels' own units. */
function inUnits(answers: Float32Array, { scale, isScaled = false }: TrainingJob): Float32Array {
	if (scale === undefined || !isScaled) return answers;
	const { mean, std } = scale;
	return answers.map((value, at) => value * (std[at % std.length] ?? 1) + (mean[at % mean.length] ?? 0));
}
