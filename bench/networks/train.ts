/**
 * `train.ts FOLDER FORM`: Limbeck's side of `npm run bench -- networks`. Reads what `parity.py record` left in FOLDER,
 * answers and trains with FORM.onnx as the program does, writes FORM.before.onnx and FORM.after.onnx, and prints a JSON
 * object.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { inMemory } from "../../dist/data/samples.js";
import { importedNetwork } from "../../dist/distill/untrained.js";
import { listParameters } from "../../dist/models/parameter-list.js";
import { encodeModel } from "../../dist/onnx/encode.js";
import { readModelFile, writeModelFile } from "../../dist/onnx/file.js";
import { nodeRuntime } from "../../dist/runtime/node.js";
import { executionOf } from "../../dist/train/plan.js";
import { createPredictor } from "../../dist/train/predict.js";
import { initialState, runChunk, withWeights } from "../../dist/train/state.js";
import { buildTrainingGraph, feeds } from "../../dist/train/training-graph.js";
import { trainingShape } from "../../dist/train/training-options.js";

/** What `parity.py record` tells. */
interface Recorded {
	readonly shape: readonly number[];
	readonly labels: readonly number[];
	readonly steps: number;
	readonly batch: number;
	readonly classes: number;
	/** By the names of the forms. */
	readonly forms: Readonly<Record<string, { readonly rate: number }>>;
	readonly momentum: number;
	readonly mean: number;
	readonly std: number;
	/** `[batch, classes]`, PyTorch's answers to the first batch. */
	readonly logits: readonly number[];
}

/** What came of one file, as far as it went. */
export interface Trained {
	/** The largest difference of a logit, relative to the largest logit where that is not zero. */
	readonly teacher?: number;
	/** Why it is no teacher. */
	readonly teacherRefused?: string;
	readonly losses?: readonly number[];
	/** Processor time of a step, one thread. */
	readonly seconds?: number;
	readonly parameters?: number;
	/** Why it is not trained. */
	readonly refused?: string;
	/** Codes of what is told of the file. */
	readonly notices?: readonly string[];
}

const [folder = "", form = ""] = process.argv.slice(2);
const file = join(folder, `${form}.onnx`);
// Our own program's file.
const about = JSON.parse(await readFile(join(folder, "about.json"), "utf8")) as Recorded;
const pixels = new Uint8Array(await readFile(join(folder, "pixels.bin")));
const { shape: sampleShape, classes, batch, steps, mean, std } = about;
const runtime = await nodeRuntime();

async function asTeacher(): Promise<Trained> {
	const options = { sampleShape, classes, normalization: { mean, std }, where: file, threads: 1 };
	const predictor = await createPredictor(runtime, await readModelFile(file), options);
	const logits = await predictor.logits({ count: batch, samples: inMemory(pixels) });
	await predictor.release();
	const largest = Math.max(...about.logits.map(Math.abs));
	const off = about.logits.map((logit, at) => Math.abs(logit - (logits[at] ?? Number.NaN)));
	// A head may start with zeros.
	return { teacher: Math.max(...off) / (largest === 0 ? 1 : largest) };
}

async function asStudent(): Promise<Trained> {
	const { model, notices } = await importedNetwork({ file });
	const { target, writesInPlace } = runtime;
	const { stepByStep, stepsATurn, ...execution } = executionOf(model, {
		batch,
		sampleShape,
		threads: 1,
		writesInPlace,
	});
	const graph = buildTrainingGraph({
		model,
		target,
		stepByStep,
		stepsATurn,
		sampleShape,
		classes,
		normalization: { mean, std },
		loss: { name: "cross-entropy" },
		settings: z.strictObject(trainingShape).parse({
			batch,
			optimizer: {
				name: "sgd",
				learningRate: about.forms[form]?.rate ?? Number.NaN,
				momentum: about.momentum,
			},
			schedule: { name: "constant" },
		}),
		warmupSteps: 0,
		totalSteps: steps,
	});
	const session = await runtime.createSession(encodeModel(graph.model), { ...execution, threads: 1 });
	const rows = { type: "int32", dims: [steps, batch], data: Int32Array.from(about.labels.keys()) } as const;
	const take = (state: ReturnType<typeof initialState>) =>
		runChunk(session, graph, state, {
			[feeds.steps]: { type: "int64", dims: [], data: BigInt64Array.of(BigInt(steps)) },
			[feeds.firstStep]: { type: "float", dims: [], data: Float32Array.of(0) },
			[feeds.samples]: { type: "uint8", dims: [steps * batch, ...sampleShape], data: pixels },
			[feeds.rows]: rows,
			[feeds.indices]: rows,
			[feeds.labels]: { type: "int32", dims: [steps * batch], data: Int32Array.from(about.labels) },
		});
	const done = await take(initialState(graph, model, 1));
	const start = process.cpuUsage();
	await take(done.state);
	const { user, system } = process.cpuUsage(start);
	await writeModelFile(join(folder, `${form}.before.onnx`), model);
	await writeModelFile(join(folder, `${form}.after.onnx`), withWeights(model, done.state));
	const trained = listParameters(model).filter((one) => one.trained);
	return {
		losses: [...done.losses],
		seconds: (user + system) / 1e6 / steps,
		parameters: trained.reduce((sum, { dims }) => sum + dims.reduce((product, size) => product * size, 1), 0),
		notices: notices.map(({ code }) => code),
	};
}

const told = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const teacher = await asTeacher().catch((error: unknown) => ({ teacherRefused: told(error) }));
const student = await asStudent().catch((error: unknown) => ({ refused: told(error) }));
process.stdout.write(`${JSON.stringify({ ...teacher, ...student })}\n`);
