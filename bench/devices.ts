/** A training step on every device that works, and the operators that run on the processor there, with their cost. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { createInlineLoader } from "../dist/data/loader.js";
import { inMemory } from "../dist/data/samples.js";
import { buildModel } from "../dist/models/index.js";
import { type DeviceName, deviceNames } from "../dist/runtime/devices.js";
import { nodeRuntime } from "../dist/runtime/node.js";
import type { Runtime } from "../dist/runtime/runtime.js";
import { trainModel } from "../dist/train/trainer.js";
import { trainingShape } from "../dist/train/training-options.js";
import { medianOf } from "./median.js";
import type { Net } from "./serve.js";

/** What a device does with a net. */
interface DeviceFigures {
	readonly device: DeviceName;
	/** The first step, which compiles kernels, and the median of the others. */
	readonly firstStepMs: number;
	readonly stepMs: number;
	/** Operators on the processor by name, ms a step. */
	readonly onProcessor: Readonly<Record<string, number>>;
}

/** Trains a net for some steps on every device that works here. */
export async function measureDevices(net: Net, batch: number, steps: number): Promise<readonly DeviceFigures[]> {
	const runtime = await nodeRuntime();
	const figures: DeviceFigures[] = [];
	for (const device of deviceNames) {
		if ((await runtime.deviceRefusal(device)) !== undefined) continue;
		const folder = await mkdtemp(join(tmpdir(), "limbeck-devices-"));
		try {
			// The session of the training graph is the one that has a device.
			const createSession: Runtime["createSession"] = (model, settings = {}) =>
				runtime.createSession(
					model,
					settings.device === undefined ? settings : { ...settings, profile: join(folder, "p") },
				);
			await train(net, { batch, steps, device }, { ...runtime, createSession });
			const [file = ""] = await readdir(folder);
			figures.push({ device, ...figuresOf(await readFile(join(folder, file), "utf8")) });
		} finally {
			await rm(folder, { recursive: true });
		}
	}
	return figures;
}

interface Steps {
	readonly batch: number;
	readonly steps: number;
	readonly device: DeviceName;
}

async function train(net: Net, { batch, steps, device }: Steps, runtime: Runtime): Promise<void> {
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
	const options = z.strictObject(trainingShape).parse({ epochs: 1, batch, device });
	const model = buildModel(net.model, { sampleShape, classes: net.classes, seed: 1 });
	const context = { runtime, createLoader: createInlineLoader, now: () => performance.now() };
	await trainModel({ model, data, normalization, options, loss: { name: "cross-entropy" }, seed: 1 }, context);
}

/** What ONNX Runtime writes of a run or an operator; times in µs. */
interface ProfileEvent {
	readonly name: string;
	readonly cat: string;
	readonly dur: number;
	readonly args?: { readonly op_name?: string; readonly provider?: string };
}

function figuresOf(text: string): Omit<DeviceFigures, "device"> {
	// A file of ONNX Runtime's.
	const events = JSON.parse(text) as readonly ProfileEvent[];
	const [first = 0, ...rest] = events.filter(({ name }) => name === "model_run").map(({ dur }) => dur / 1000);
	const onProcessor: Record<string, number> = {};
	for (const { name, dur, args: { op_name: operator, provider } = {} } of events) {
		if (!name.endsWith("_kernel_time") || provider !== "CPUExecutionProvider" || operator === undefined) continue;
		onProcessor[operator] = (onProcessor[operator] ?? 0) + dur / 1000 / (rest.length + 1);
	}
	return { firstStepMs: first, stepMs: medianOf(rest), onProcessor };
}
