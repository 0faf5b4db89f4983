/** Training on a device: WebGPU, on a software Vulkan where there is no GPU. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createInlineLoader } from "../../src/data/loader.js";
import { buildModel, families } from "../../src/models/index.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import type { Checkpoint, Checkpoints } from "../../src/train/checkpoint/checkpoint.js";
import { trainModel } from "../../src/train/trainer.js";
import type { TrainingContext, TrainingEvent, TrainingJob, TrainingResult } from "../../src/train/training.js";
import { trainingShape } from "../../src/train/training-options.js";
import { countingTransfers, noTestDevice, testDevice } from "../support/devices.js";
import { runtime } from "../support/graphs.js";
import { syntheticData } from "../support/synthetic.js";
import { weightsOf } from "../support/training.js";

const data = syntheticData(100, 20);
const [steps, batch] = [50, 4];

/** Small ones of every family, so that a software driver has time for them. */
const networks = {
	mlp: families.mlp.options.parse({ hidden: [16], hiddenDropout: 0.2 }),
	cnn: families.cnn.options.parse({ channels: [4, 8] }),
	resnet: families.resnet.options.parse({ depth: 8, width: 0.125, stem: 4 }),
	vit: families.vit.options.parse({ patch: 4, dim: 8, depth: 1, heads: 2 }),
};

type Family = keyof typeof networks;

/** Plain SGD: Adam divides a gradient by its size, so that one which is only rounding may go either way. */
function job(family: Family, changes: object = {}): TrainingJob {
	const task = { sampleShape: data.sampleShape, classes: data.classes.length, seed: 1 };
	return {
		// The options are those of the family.
		model: buildModel({ family, ...networks[family] } as Parameters<typeof buildModel>[0], task),
		data,
		normalization: data.normalization,
		options: z.strictObject(trainingShape).parse({
			epochs: (steps * batch) / data.train.count,
			batch,
			warmupEpochs: 0,
			optimizer: { name: "sgd", learningRate: 0.01 },
			...changes,
		}),
		loss: { name: "cross-entropy" },
		seed: 1,
		threads: 1,
	};
}

async function train(one: TrainingJob, engine: Runtime, more: Partial<TrainingContext> = {}): Promise<TrainingResult> {
	return trainModel(one, { runtime: engine, createLoader: createInlineLoader, now: () => 0, ...more });
}

/** Operators of whole numbers, which have no kernels there. */
const ofWholeNumbers = new Set(["Add", "Cast", "Gather"]);

/** How far numbers are from others, by the norm of these. */
function distance(from: ArrayLike<number>, to: ArrayLike<number>): number {
	const [a, b] = [Array.from(from), Array.from(to)];
	return Math.hypot(...a.map((value, at) => value - (b[at] ?? NaN))) / Math.max(Math.hypot(...b), 1e-30);
}

/** All weights of a network, end to end. */
const allWeights = ({ model }: TrainingResult): readonly number[] =>
	[...weightsOf(model).values()].flatMap((values) => Array.from(values));

/** Checkpoints in memory, and a way to stop after the first. */
function inMemoryCheckpoints(): { readonly checkpoints: Checkpoints; readonly stop: AbortController } {
	const stop = new AbortController();
	let newest: Checkpoint | undefined;
	return {
		stop,
		checkpoints: {
			newest: () => Promise.resolve(newest),
			save(checkpoint) {
				newest = structuredClone(checkpoint);
				stop.abort();
				return Promise.resolve();
			},
		},
	};
}

describe.skipIf(noTestDevice !== undefined)(
	`on ${testDevice} (${noTestDevice ?? "it works here"})`,
	{ timeout: 300_000 },
	() => {
		// Their names.
		it.each(Object.keys(networks) as Family[])("%s agrees with the processor after 50 steps", async (family) => {
			const onDevice = await train(job(family, { device: testDevice }), runtime);
			const onProcessor = await train(job(family), runtime);
			expect(onDevice.device?.name).toBe(testDevice);
			expect(onDevice.steps).toBe(steps);
			expect(distance(onDevice.history.losses, onProcessor.history.losses)).toBeLessThan(1e-4);
			expect(distance(allWeights(onDevice), allWeights(onProcessor))).toBeLessThan(1e-4);
			expect(onDevice.validation.errors).toBe(onProcessor.validation.errors);
			// Rows, labels and the places of masks; what comes of them crosses with the batch.
			expect(Object.keys(onDevice.device?.elsewhere ?? {}).filter((one) => !ofWholeNumbers.has(one))).toEqual([]);
		});

		it.each([
			["moved views of the samples", { jitter: 2 }],
			["mixed batches", { augment: [{ name: "mixup" }] }],
		])("agrees with the processor on %s", async (_, changes) => {
			const onDevice = await train(job("mlp", { device: testDevice, ...changes }), runtime);
			const onProcessor = await train(job("mlp", changes), runtime);
			expect(distance(onDevice.history.losses, onProcessor.history.losses)).toBeLessThan(1e-4);
			expect(distance(allWeights(onDevice), allWeights(onProcessor))).toBeLessThan(1e-4);
		});

		it.each(["stored", "in the graph"])("agrees with the processor on a teacher that is %s", async (how) => {
			const task = { sampleShape: data.sampleShape, classes: data.classes.length, seed: 2 };
			const teacher = buildModel({ family: "mlp", ...families.mlp.options.parse({ hidden: [8] }) }, task);
			const loss = { name: "soft-targets", temperature: 4, hardWeight: 0.5, standardize: false } as const;
			const changes = how === "stored" ? {} : { jitter: 2 };
			const taught = (more: object): TrainingJob => ({ ...job("mlp", { ...changes, ...more }), teacher, loss });
			const onDevice = await train(taught({ device: testDevice }), runtime);
			const onProcessor = await train(taught({}), runtime);
			expect(distance(onDevice.history.losses, onProcessor.history.losses)).toBeLessThan(1e-4);
			expect(distance(allWeights(onDevice), allWeights(onProcessor))).toBeLessThan(1e-4);
		});

		it("moves no state between looks at validation", async () => {
			const crossed = async (epochs: number): Promise<{ readonly up: number; readonly down: number }> => {
				const { engine, transfers } = countingTransfers();
				await train(job("mlp", { device: testDevice, epochs }), engine);
				return transfers;
			};
			// Weights, velocities and the last rate: read once, at the end.
			const carried = 9;
			const [few, many] = [await crossed(0.2), await crossed(0.9)];
			expect(few.up).toBe(many.up);
			expect([few.down, many.down]).toEqual([carried, carried]);
		});

		it("resumes from a checkpoint, there and on the processor", async () => {
			const whole = await train(job("mlp", { device: testDevice }), runtime);
			const { checkpoints, stop } = inMemoryCheckpoints();
			const more = { checkpoints, checkpointSeconds: 0 };
			const part = train(job("mlp", { device: testDevice }), runtime, { ...more, stop: stop.signal });
			await expect(part).rejects.toMatchObject({ category: "interrupted" });
			const resumed = await train(job("mlp", { device: testDevice }), runtime, { checkpoints });
			expect(distance(resumed.history.losses, whole.history.losses)).toBeLessThan(1e-6);
			expect(distance(allWeights(resumed), allWeights(whole))).toBeLessThan(1e-6);
		});

		it("goes back when it diverges", async () => {
			const events: TrainingEvent[] = [];
			const options = {
				optimizer: { name: "sgd", learningRate: 1000 },
				divergence: { action: "rollback", factor: 1e-5 },
				device: testDevice,
			};
			const { rollbacks } = await train(job("mlp", options), runtime, { onEvent: (event) => events.push(event) });
			expect(rollbacks).toEqual([0]);
			expect(events.filter(({ kind }) => kind === "note")).toMatchObject([
				{ text: expect.stringMatching(/^Training runs on the device \w+; /) as string },
				{ text: expect.stringContaining("goes back to step 0") as string },
			]);
		});

		it("takes the first device that works where none is named", async () => {
			const onlyThis: Runtime = {
				...runtime,
				deviceRefusal: (name) => (name === testDevice ? Promise.resolve(undefined) : Promise.resolve("not here")),
			};
			expect((await train(job("mlp", { device: "auto", epochs: 0.5 }), onlyThis)).device?.name).toBe(testDevice);
		});
	},
);

describe("a device that does not work", () => {
	const none: Runtime = { ...runtime, deviceRefusal: () => Promise.resolve("no such thing") };

	it("is refused before anything trains", async () => {
		const events: TrainingEvent[] = [];
		const trained = train(job("mlp", { device: "webgpu" }), none, { onEvent: (event) => events.push(event) });
		await expect(trained).rejects.toMatchObject({ category: "environment", where: "device webgpu" });
		expect(events).toEqual([]);
	});

	it("is passed over where none is named", async () => {
		expect((await train(job("mlp", { device: "auto", epochs: 0.5 }), none)).device).toBeUndefined();
	});
});
