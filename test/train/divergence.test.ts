/** R10: numbers stay finite. NaN, Inf and spikes in the data, rates that explode; stopped or rolled back. */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createInlineLoader } from "../../src/data/loader.js";
import { inMemory } from "../../src/data/samples.js";
import { LimbeckError } from "../../src/errors.js";
import { buildModel, families } from "../../src/models/index.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { elementCount } from "../../src/onnx/tensor.js";
import { checkpointFolder } from "../../src/pipeline/checkpoint-folder.js";
import type { Checkpoint, Checkpoints } from "../../src/train/checkpoint/checkpoint.js";
import { trainModel } from "../../src/train/trainer.js";
import type { TrainingContext, TrainingEvent, TrainingJob, TrainingResult } from "../../src/train/training.js";
import { trainingShape } from "../../src/train/training-options.js";
import { runtime } from "../support/graphs.js";
import { storedBytes, syntheticData } from "../support/synthetic.js";
import { weightsOf } from "../support/training.js";

const data = syntheticData();
const batch = 10;
/** What is poisoned of a sample. */
const pixel = 5;
const epoch = data.train.count / batch;

function jobOf(options: object, changes: Partial<TrainingJob> = {}): TrainingJob {
	return {
		model: buildModel(
			{ family: "mlp", ...families.mlp.options.parse({ hidden: [6], hiddenDropout: 0.2 }) },
			{ sampleShape: data.sampleShape, classes: data.classes.length, seed: 1 },
		),
		data,
		normalization: { mean: 0.3, std: 0.2 },
		options: z.strictObject(trainingShape).parse({ batch, epochs: 3, warmupEpochs: 0, ...options }),
		loss: { name: "cross-entropy" },
		seed: 3,
		threads: 1,
		...changes,
	};
}

/** A clock on which every call takes a minute: then a call has one step, and each is kept. */
function slowClock(): () => number {
	let minutes = 0;
	return () => 60_000 * ++minutes;
}

interface Seen {
	readonly result: TrainingResult | undefined;
	readonly error: LimbeckError | undefined;
	readonly events: readonly TrainingEvent[];
	readonly notes: readonly string[];
}

async function train(job: TrainingJob, context: Partial<TrainingContext> = {}, stopAfter?: number): Promise<Seen> {
	const events: TrainingEvent[] = [];
	const stop = new AbortController();
	const onEvent = (event: TrainingEvent): void => {
		events.push(event);
		if (event.kind === "progress" && events.filter(({ kind }) => kind === "progress").length === stopAfter)
			stop.abort();
	};
	const surroundings = { runtime, createLoader: createInlineLoader, now: () => 0, stop: stop.signal, onEvent };
	const outcome = await trainModel(job, { ...surroundings, ...context }).catch((error: unknown) => {
		if (error instanceof LimbeckError) return error;
		throw error;
	});
	const notes = events.flatMap((event) => (event.kind === "note" ? [event.text] : []));
	return outcome instanceof LimbeckError
		? { result: undefined, error: outcome, events, notes }
		: { result: outcome, error: undefined, events, notes };
}

/** All of a result but the time that it took. */
function told(result: TrainingResult | undefined): object {
	if (result === undefined) throw new TypeError("expected a result, got none");
	const { model, history, ...rest } = result;
	const sha256 = createHash("sha256").update(encodeModel(model)).digest("hex");
	return { ...rest, seconds: 0, sha256, losses: [...history.losses], validations: history.validations };
}

/** Checkpoints after every step, in memory: refused if they hold a number that is not finite. */
function finiteOnly(): { readonly saved: Checkpoint[]; readonly context: Partial<TrainingContext> } {
	const saved: Checkpoint[] = [];
	let minutes = 0;
	const save: Checkpoints["save"] = (checkpoint) => {
		for (const state of [checkpoint.state, checkpoint.kept?.state, checkpoint.good]) {
			for (const [name, tensor] of Object.entries(state ?? {})) {
				if (tensor.type !== "float" || !tensor.data.every(Number.isFinite))
					throw new TypeError(`${name} is not finite`);
			}
		}
		saved.push(checkpoint);
		// Saving takes no time, all else a minute: then it is done after every step. Its own clock was read twice.
		minutes -= 2;
		return Promise.resolve();
	};
	const checkpoints = { newest: () => Promise.resolve(undefined), save };
	return { saved, context: { checkpoints, now: () => 60_000 * ++minutes } };
}

/** The data as floats, with one value of one sample replaced. */
function poisoned(sample: number, value: number): TrainingJob["data"] {
	const values = Float32Array.from(storedBytes(data.train));
	values[sample * elementCount(data.sampleShape) + pixel] = value;
	const floats = inMemory(values);
	const validation = { ...data.validation, samples: inMemory(Float32Array.from(storedBytes(data.validation))) };
	return { ...data, train: { ...data.train, samples: floats }, validation };
}

const normalization = { mean: 76.5, std: 51 };
const twenty = Array.from({ length: 20 }, (_, index) => 9 * index + 4);

/** The step, from 1 on, that first sees each sample. */
async function firstSeen(): Promise<ReadonlyMap<number, number>> {
	const { options, seed } = jobOf({});
	const loader = createInlineLoader({ ...options, split: data.train, sampleShape: data.sampleShape, seed });
	const { indices } = await loader.chunk(0, epoch);
	await loader.close();
	return new Map([...indices].map((sample, place) => [sample, Math.floor(place / batch) + 1]));
}

describe("in each of 20 samples, stopped or rolled back in turn", () => {
	const actionOf = (index: number): string => (index % 2 === 0 ? "stop" : "rollback");

	test.each([
		["NaN", [NaN, NaN]],
		["infinity", [Infinity, -Infinity]],
	])("%s: seen at its step, named, never saved; no smaller rate is tried on it", async (_, values) => {
		const steps = await firstSeen();
		for (const [index, sample] of twenty.entries()) {
			const value = values[(index >> 1) % 2] ?? NaN;
			const { saved, context } = finiteOnly();
			const divergence = { action: actionOf(index) };
			const job = jobOf({ divergence }, { data: poisoned(sample, value), normalization });
			const { error, notes } = await train(job, context);
			const step = steps.get(sample) ?? 0;
			expect(error?.category).toBe("training");
			expect(error?.hint).toBe(
				`Training sample ${sample} (counted from 0) holds ${value} at step ${step}: mend it or leave it out.`,
			);
			expect(saved.length).toBe(step - 1);
			expect(notes).toEqual([]);
		}
	});

	/** A linear network, and the class that a high value of the poisoned pixel speaks against most. */
	const linear = buildModel(
		{ family: "mlp", ...families.mlp.options.parse({ hidden: [] }) },
		{ sampleShape: data.sampleShape, classes: data.classes.length, seed: 1 },
	);
	const weights = weightsOf(linear).get("logits.weight") ?? new Float32Array();
	const ofPixel = data.classes.map((_, one) => weights[one * elementCount(data.sampleShape) + pixel] ?? 0);
	const wrong = ofPixel.indexOf(Math.min(...ofPixel));
	const spiked = (sample: number, divergence: object): TrainingJob => {
		const spiky = poisoned(sample, 1e7);
		const train = { ...spiky.train, labels: spiky.train.labels.with(sample, wrong) };
		const optimizer = { name: "adam", learningRate: 1e-6 };
		return jobOf({ optimizer, divergence, epochs: 1 }, { model: linear, data: { ...spiky, train }, normalization });
	};

	test("a spike: seen at its step; where no rate helps, that is told", async () => {
		const steps = await firstSeen();
		for (const [index, sample] of twenty.entries()) {
			const action = actionOf(index);
			const { error, notes } = await train(spiked(sample, { action, spike: 20 }), finiteOnly().context);
			const step = steps.get(sample) ?? 0;
			// There is no loss before the first to measure it by.
			if (step === 1) continue;
			expect(error?.where).toBe(`loss at step ${step}`);
			expect(error?.expected).toContain("at most 20 times the median");
			expect(notes).toHaveLength(action === "stop" ? 0 : 3);
			if (action === "rollback") expect(error?.hint).toContain("look at the samples of that step");
		}
	});

	test("a spike is let pass where nobody asked", async () => {
		expect((await train(spiked(4, {}))).error).toBeUndefined();
	});
});

const exploding = { name: "sgd", learningRate: 1000 };

test("a rate that explodes: stopped, nothing that is not finite saved", async () => {
	const { error } = await train(jobOf({ optimizer: exploding }), finiteOnly().context);
	expect(error?.message).toMatch(/^(loss at|parameter\/.* by) step \d+: expected finite numbers.*1000 with sgd/s);
});

/** Fine until the middle of the run; then the loss explodes, and goes on to when the rate is 20 times smaller. */
const growing = {
	optimizer: { name: "sgd", learningRate: 0.02 },
	schedule: { name: "step", at: [0.5], factor: 1000 },
	augment: [{ name: "crop", padding: 1 }],
	divergence: { action: "rollback", spike: 5, factor: 0.05 },
};

describe("rolled back", () => {
	test.each([
		["from the start", { optimizer: exploding, divergence: { action: "rollback", factor: 0.001 } }],
		["after some looks", growing],
	])("%s: training ends, tells what it did, and saved nothing that is not finite", async (_, options) => {
		const { saved, context } = finiteOnly();
		const { result, notes, error } = await train(jobOf(options), context);
		expect(error).toBeUndefined();
		expect(notes).toHaveLength(result?.rollbacks?.length ?? 0);
		expect(notes[0]).toMatch(/^loss at step \d+: expected .* Training goes back to step \d+; its learning rate is/);
		expect(result?.history.losses.every(Number.isFinite)).toBe(true);
		expect(saved.length).toBeGreaterThanOrEqual(3 * epoch - 1);
		const steps = saved.map(({ step }) => step);
		expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
	});

	test("the step that it goes back to is that of a look, and nothing before it changes", async () => {
		const { result, events } = await train(jobOf(growing));
		const looks = [0, epoch, 2 * epoch];
		expect(result?.rollbacks?.every((to) => looks.includes(to))).toBe(true);
		expect(result?.rollbacks?.[0]).toBeGreaterThan(0);
		expect(result?.history.validations.map(({ step }) => step)).toEqual([epoch, 2 * epoch, 3 * epoch]);
		expect(events.filter(({ kind }) => kind === "validation").length).toBeGreaterThanOrEqual(3);
	});
});

describe.each(["last", "best"] as const)("the same bits, keep %s", (keep) => {
	const job = jobOf({ ...growing, keep });

	test("however it is cut into calls", async () => {
		expect(told((await train(job, { now: slowClock() })).result)).toEqual(told((await train(job)).result));
	});

	test("stopped after every fifth call", async () => {
		const whole = told((await train(job)).result);
		const folder = await mkdtemp(join(tmpdir(), "limbeck-divergence-"));
		try {
			const checkpoints = checkpointFolder(folder, (message) => {
				throw new TypeError(message);
			});
			for (let stops = 0; stops < 5 * epoch; stops++) {
				const { result, error } = await train(job, { checkpoints, now: slowClock() }, 5);
				if (error !== undefined) expect(error.category).toBe("interrupted");
				if (result !== undefined) {
					expect(told(result)).toEqual(whole);
					expect(stops).toBeGreaterThan((3 * epoch) / 5);
					return;
				}
			}
			expect.unreachable("it never ends");
		} finally {
			await rm(folder, { recursive: true });
		}
	});
});

test.each([
	{ optimizer: { name: "adam" } },
	{ optimizer: { name: "sgd", learningRate: 0.05 }, clipNorm: 1 },
	{ optimizer: { name: "sgd", learningRate: 0.05 }, schedule: { name: "constant" } },
	{ optimizer: { name: "adamw" }, schedule: { name: "constant" }, warmupEpochs: 1 },
])("where nothing diverges, both policies give the same bits: %o", async (options) => {
	const stop = await train(jobOf(options));
	const rollback = await train(jobOf({ ...options, divergence: { action: "rollback", spike: 50 } }));
	expect(told(rollback.result)).toEqual(told(stop.result));
});
