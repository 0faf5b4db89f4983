/** The worker that distils: the training that Node does, with onnxruntime-web. */
import {
	type Checkpoint,
	classificationMetrics,
	createPredictor,
	decodeModel,
	distillStudent,
	encodeModel,
	LimbeckError,
	type OnnxModel,
	parameterCount,
	parseRecipe,
	type Runtime,
	recipes,
	type StudentJob,
	studentAt,
	type TrainingEvent,
} from "../../src/index.js";
import { createLoader, type WebRuntimeOptions, webRuntime } from "../../src/web.js";
import { engineFiles } from "./engine-files.js";
import { fetchBytes, unpacked, urlOf } from "./files.js";
import type { Command, News, Order } from "./messages.js";
import { readPackedData } from "./packed-data.js";

/** A distillation, and how far it is. */
interface Work {
	readonly job: StudentJob;
	readonly runtime: Runtime;
	/** Absent before the first steps are taken. */
	checkpoint?: Checkpoint;
}

let work: Work | undefined;
let stop = new AbortController();

function tell(news: News): void {
	self.postMessage(news, { transfer: news.kind === "student" ? [news.model.buffer] : [] });
}

function tellOf(event: TrainingEvent): void {
	if (event.kind === "progress") tell(event);
	if (event.kind === "validation" && "errors" in event)
		tell({ kind: "validated", step: event.step, errors: event.errors });
}

async function engineOf({ engine, page }: Order): Promise<WebRuntimeOptions> {
	if (engine === "wasm") return { files: engineFiles(page) };
	const { webGpuEngine } = await import("./webgpu-engine.js").catch((cause: unknown) => {
		const hint = "It works offline once it was loaded.";
		throw new LimbeckError("environment", { where: "WebGPU", expected: "its engine", got: String(cause), hint, cause });
	});
	return webGpuEngine(page);
}

async function prepare(order: Order): Promise<Work> {
	const { page, temperature, epochs, hidden, seed, threads } = order;
	const { digits } = recipes;
	const recipe = parseRecipe({
		...digits,
		student: { ...digits.student, hidden: [...hidden], epochs },
		distillation: { ...digits.distillation, temperature },
		seed,
	});
	const [runtime, teacher, packed] = await Promise.all([
		engineOf(order).then((engine) => webRuntime({ threads, ...engine })),
		fetchBytes(urlOf("teacher", page)),
		fetchBytes(urlOf("data", page)),
	]);
	const data = readPackedData(await unpacked(packed));
	tell({ kind: "started", training: data.train.count, validation: data.validation.count });
	return { job: { recipe, data, teacher: decodeModel(teacher, { where: "teacher.onnx" }), seed }, runtime };
}

/** Distils from the beginning, or from where it was stopped. */
async function distil(work: Work): Promise<void> {
	const { job, runtime } = work;
	stop = new AbortController();
	const checkpoints = {
		newest: () => Promise.resolve(work.checkpoint),
		async save(checkpoint: Checkpoint) {
			work.checkpoint = structuredClone(checkpoint);
			// A command to stop is heard between two tasks.
			await new Promise((resolve) => setTimeout(resolve));
		},
	};
	const context = { runtime, createLoader, now: () => performance.now(), onEvent: tellOf };
	const keeping = { checkpoints, checkpointSeconds: 0, stop: stop.signal };
	try {
		const { model, seconds, history, validation } = await distillStudent(job, { ...context, ...keeping });
		tellStudent(work, model, {
			losses: history.losses,
			seconds,
			errors: validation.errors ?? 0,
			stoppedAfter: undefined,
		});
	} catch (error) {
		const { checkpoint } = work;
		if (!stop.signal.aborted || checkpoint === undefined) throw error;
		await tellStopped(work, checkpoint);
	}
}

async function tellStopped(work: Work, checkpoint: Checkpoint): Promise<void> {
	const { job, runtime } = work;
	const { recipe, data } = job;
	const { losses } = checkpoint.history;
	const model = studentAt(job, checkpoint);
	const errors = await errorsOf(model, job, runtime);
	const stoppedAfter = (losses.length * recipe.student.batch) / data.train.count;
	tellStudent(work, model, { losses, seconds: checkpoint.seconds, errors, stoppedAfter });
}

/** Errors on the validation split. */
async function errorsOf(model: OnnxModel, { data }: StudentJob, runtime: Runtime): Promise<number> {
	const { sampleShape, normalization, validation, classes } = data;
	const predictor = await createPredictor(runtime, model, { sampleShape, normalization, where: "student" });
	const logits = await predictor.logits(validation);
	await predictor.release();
	return classificationMetrics(logits, validation.labels, classes.length).errors;
}

type Student = Extract<News, { readonly kind: "student" }>;

function tellStudent(
	{ job: { data } }: Work,
	model: OnnxModel,
	figures: Pick<Student, "losses" | "seconds" | "errors" | "stoppedAfter">,
): void {
	tell({
		kind: "student",
		model: new Uint8Array(encodeModel(model)),
		parameters: parameterCount(model),
		validation: data.validation.count,
		...figures,
	});
}

async function obey(command: Command): Promise<void> {
	if (command.kind === "stop") stop.abort();
	else {
		if (command.kind === "distil") work = await prepare(command);
		if (work !== undefined) await distil(work);
	}
}

self.addEventListener("message", ({ data }: MessageEvent<Command>) => {
	obey(data).catch((error: unknown) => {
		tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
	});
});
