/** R10: trainings whose rates explode, stopped or rolled back. Bad numbers in the data: test/faults/numbers.ts. */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeModel } from "../../src/onnx/encode.js";
import { checkpointFolder } from "../../src/pipeline/checkpoint-folder.js";
import type { Checkpoint, Checkpoints } from "../../src/train/checkpoint/checkpoint.js";
import type { TrainingContext, TrainingResult } from "../../src/train/training.js";
import { epoch, exploding, growing, jobOf, slowClock, spikedJob, train } from "../support/diverging.js";

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

test("a spike is let pass where nobody asked", async () => {
	expect((await train(spikedJob(4, {}))).error).toBeUndefined();
});

test("a rate that explodes: stopped, nothing that is not finite saved", async () => {
	const { error } = await train(jobOf({ optimizer: exploding }), finiteOnly().context);
	expect(error?.message).toMatch(/^(loss at|parameter\/.* by) step \d+: expected finite numbers.*1000 with sgd/s);
});

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
	let undisturbed: Promise<object> | undefined;
	const whole = (): Promise<object> => (undisturbed ??= train(job).then(({ result }) => told(result)));

	test("however it is cut into calls", async () => {
		expect(told((await train(job, { now: slowClock() })).result)).toEqual(await whole());
	});

	test("stopped after every twentieth call", async () => {
		const folder = await mkdtemp(join(tmpdir(), "limbeck-divergence-"));
		try {
			const checkpoints = checkpointFolder(folder, (message) => {
				throw new TypeError(message);
			});
			for (let stops = 0; stops < epoch; stops++) {
				const { result, error } = await train(job, { checkpoints, now: slowClock() }, 20);
				if (error !== undefined) expect(error.category).toBe("interrupted");
				if (result !== undefined) {
					expect(told(result)).toEqual(await whole());
					expect(stops).toBeGreaterThan((3 * epoch) / 20 - 1);
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
	{ optimizer: { name: "adamw" }, schedule: { name: "constant" }, warmupEpochs: 0.5 },
])("where nothing diverges, both policies give the same bits: %o", async (options) => {
	const stop = await train(jobOf({ epochs: 1, ...options }));
	const rollback = await train(jobOf({ epochs: 1, ...options, divergence: { action: "rollback", spike: 50 } }));
	expect(told(rollback.result)).toEqual(told(stop.result));
});
