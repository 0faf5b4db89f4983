/** Where the time of a training step goes: by operator, as ONNX Runtime's profile of the training graph tells. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { createInlineLoader } from "../dist/data/loader.js";
import { inMemory } from "../dist/data/samples.js";
import { buildModel } from "../dist/models/index.js";
import type { DeviceName } from "../dist/runtime/devices.js";
import { nodeRuntime } from "../dist/runtime/node.js";
import type { Runtime } from "../dist/runtime/runtime.js";
import { trainModel } from "../dist/train/trainer.js";
import { trainingShape } from "../dist/train/training-options.js";
import type { Net } from "./serve.js";

/** What is trained while it is watched. */
export interface Watched {
	readonly net: Net;
	readonly batch: number;
	readonly steps: number;
	readonly threads?: number;
	readonly device?: DeviceName;
}

/** What ONNX Runtime writes of a run or an operator; times in µs. */
interface ProfileEvent {
	readonly name: string;
	readonly cat: string;
	readonly dur: number;
	readonly args?: { readonly op_name?: string; readonly provider?: string };
}

/** A profile of a training graph. */
export interface Profile {
	/** Of each call, ms. */
	readonly callsMs: readonly number[];
	/** What each operator takes in all, ms: by its name, of those that a provider runs where one is named. */
	readonly byOperator: (provider?: string) => ReadonlyMap<string, number>;
}

/** Trains a net for some steps, and tells where the time of its training graph goes. */
export async function profileOf(watched: Watched): Promise<Profile> {
	const runtime = await nodeRuntime();
	const folder = await mkdtemp(join(tmpdir(), "limbeck-profile-"));
	try {
		// The session of the training graph is the one that runs in the background.
		const createSession: Runtime["createSession"] = (model, settings = {}) =>
			runtime.createSession(
				model,
				settings.background === true ? { ...settings, profile: join(folder, "p") } : settings,
			);
		await train(watched, { ...runtime, createSession });
		const [file = ""] = await readdir(folder);
		return profileIn(await readFile(join(folder, file), "utf8"));
	} finally {
		await rm(folder, { recursive: true });
	}
}

async function train({ net, batch, steps, threads, device }: Watched, runtime: Runtime): Promise<void> {
	const { sampleShape } = net;
	const size = sampleShape.reduce((product, dim) => product * dim, 1);
	const split = (count: number) => ({
		count,
		samples: inMemory(Uint8Array.from({ length: count * size }, (_, at) => (at * 7919) % 251)),
		labels: Int32Array.from({ length: count }, (_, at) => at % net.classes),
	});
	const normalization = { mean: 0.3, std: 0.2 };
	const classes = Array.from({ length: net.classes }, (_, index) => String(index));
	const sets = { train: split(batch * steps), validation: split(batch) };
	const data = { name: "bench", classes, sampleShape, normalization, fingerprint: "", ...sets };
	const options = z.strictObject(trainingShape).parse({
		epochs: 1,
		batch,
		device,
		optimizer: { name: "sgd", learningRate: 0.01 },
		schedule: { name: "constant" },
		warmupEpochs: 0,
	});
	const model = buildModel(net.model, { sampleShape, classes: net.classes, seed: 1 });
	const context = { runtime, createLoader: createInlineLoader, now: () => performance.now() };
	const job = { model, data, normalization, options, loss: { name: "cross-entropy" }, seed: 1 } as const;
	await trainModel({ ...job, ...(threads === undefined ? {} : { threads }) }, context);
}

function profileIn(text: string): Profile {
	// A file of ONNX Runtime's.
	const events = JSON.parse(text) as readonly ProfileEvent[];
	return {
		callsMs: events.filter(({ name }) => name === "model_run").map(({ dur }) => dur / 1000),
		byOperator(only) {
			const times = new Map<string, number>();
			for (const { name, dur, args: { op_name: operator, provider } = {} } of events) {
				// A loop's time is that of what is in it.
				if (!name.endsWith("_kernel_time") || operator === undefined || operator === "Loop") continue;
				if (only === undefined || provider === only) times.set(operator, (times.get(operator) ?? 0) + dur / 1000);
			}
			return times;
		},
	};
}
