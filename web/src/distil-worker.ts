/** The worker that distils: the training that Node does, with onnxruntime-web. */
import {
	decodeModel,
	distillStudent,
	encodeModel,
	parameterCount,
	parseRecipe,
	recipes,
	type TrainingEvent,
} from "../../src/index.js";
import { createLoader, webRuntime } from "../../src/web.js";
import { engineFiles } from "./engine-files.js";
import { fetchBytes, unpacked, urlOf } from "./files.js";
import type { News, Order } from "./messages.js";
import { readPackedData } from "./packed-data.js";

function tell(news: News): void {
	self.postMessage(news, { transfer: news.kind === "done" ? [news.model.buffer] : [] });
}

function tellOf(event: TrainingEvent): void {
	if (event.kind === "progress") tell(event);
	if (event.kind === "validation" && "errors" in event)
		tell({ kind: "validated", step: event.step, errors: event.errors });
}

async function distil({ page, temperature, epochs, hidden, seed, threads }: Order): Promise<void> {
	const { digits } = recipes;
	const recipe = parseRecipe({
		...digits,
		student: { ...digits.student, hidden: [...hidden], epochs },
		distillation: { ...digits.distillation, temperature },
		seed,
	});
	const [runtime, teacher, packed] = await Promise.all([
		webRuntime({ threads, files: engineFiles(page) }),
		fetchBytes(urlOf("teacher", page)),
		fetchBytes(urlOf("data", page)),
	]);
	const data = readPackedData(await unpacked(packed));
	tell({ kind: "started", training: data.train.count, validation: data.validation.count });
	const job = { recipe, data, teacher: decodeModel(teacher, { where: "teacher.onnx" }), seed };
	const context = { runtime, createLoader, now: () => performance.now(), onEvent: tellOf };
	const { model, seconds, history, validationErrors = 0 } = await distillStudent(job, context);
	tell({
		kind: "done",
		model: new Uint8Array(encodeModel(model)),
		losses: history.losses,
		parameters: parameterCount(model),
		seconds,
		errors: validationErrors,
		validation: data.validation.count,
	});
}

self.addEventListener("message", ({ data }: MessageEvent<Order>) => {
	distil(data).catch((error: unknown) => {
		tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
	});
});
