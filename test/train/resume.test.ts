/** R2, R4 to R6: a training that is stopped and taken up again, and checkpoints that are damaged. */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { createInlineLoader } from "../../src/data/loader.js";
import { buildModel, families } from "../../src/models/index.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { checkpointFolder } from "../../src/pipeline/checkpoint-folder.js";
import { trainModel } from "../../src/train/trainer.js";
import type { TrainingContext, TrainingJob, TrainingResult } from "../../src/train/training.js";
import { trainingShape } from "../../src/train/training-options.js";
import { createDraws } from "../support/draws.js";
import { runtime } from "../support/graphs.js";
import { syntheticData } from "../support/synthetic.js";

let folder = "";
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "limbeck-resume-"));
});
afterEach(async () => {
	await rm(folder, { recursive: true });
});

const data = syntheticData();
const steps = 40;

/** All that draws random numbers, and all that carries state from step to step. */
const job: TrainingJob = {
	model: buildModel(
		{ family: "mlp", ...families.mlp.options.parse({ hidden: [6], inputDropout: 0.1, hiddenDropout: 0.3 }) },
		{ sampleShape: data.sampleShape, classes: data.classes.length, seed: 1 },
	),
	data,
	normalization: { mean: 0.3, std: 0.2 },
	options: z.strictObject(trainingShape).parse({
		batch: 8,
		epochs: (steps * 8) / data.train.count,
		augment: [{ name: "crop", padding: 1 }, { name: "mixup" }],
		keep: "best",
		clipNorm: 1,
	}),
	loss: { name: "cross-entropy" },
	seed: 3,
	threads: 1,
};

/** A clock on which every call takes a minute: then a call has one step, and each is kept. */
function slowClock(): () => number {
	let minutes = 0;
	return () => {
		minutes += 1;
		return 60_000 * minutes;
	};
}

interface Setting extends Partial<TrainingContext> {
	/** The step to stop after; never where absent. */
	readonly stopAfter?: number;
}

async function train({ stopAfter, ...context }: Setting = {}): Promise<TrainingResult> {
	const stop = new AbortController();
	return trainModel(job, {
		runtime,
		createLoader: createInlineLoader,
		now: slowClock(),
		stop: stop.signal,
		onEvent: (event) => {
			if (event.kind === "progress" && event.step === stopAfter) stop.abort();
		},
		...context,
	});
}

/** All of a result but the time that it took. */
function told({ model, history, ...result }: TrainingResult): object {
	const sha256 = createHash("sha256").update(encodeModel(model)).digest("hex");
	return { ...result, seconds: 0, sha256, losses: [...history.losses], validations: history.validations };
}

const checkpoints = (warnings: string[] = []): ReturnType<typeof checkpointFolder> =>
	checkpointFolder(folder, (message) => warnings.push(message));
const whole = told(await train());

describe("a training that is stopped goes on to the same end", () => {
	const stopAt = (step: number): Promise<TrainingResult | undefined> =>
		train({ stopAfter: step, checkpoints: checkpoints() }).catch((error: unknown) => {
			expect(error).toMatchObject({ category: "interrupted", where: `training, after step ${step}` });
			return undefined;
		});

	test("stopped after every step in turn", async () => {
		for (let step = 1; step < steps; step++) expect(await stopAt(step)).toBeUndefined();
		const seen: number[] = [];
		const onEvent: TrainingContext["onEvent"] = (event) => {
			if (event.kind === "progress") seen.push(event.step);
		};
		expect(told(await train({ checkpoints: checkpoints(), onEvent }))).toEqual(whole);
		expect(seen).toEqual([steps]);
	});

	test.each([1, 7, 20, 39])("stopped once, after step %d", async (step) => {
		await stopAt(step);
		expect(told(await train({ checkpoints: checkpoints() }))).toEqual(whole);
	});

	test("taken in calls of many steps", async () => {
		expect(told(await train({ now: () => 0 }))).toEqual(whole);
	});

	test("the last two checkpoints are kept, and nothing else", async () => {
		for (const step of [3, 4, 5]) await stopAt(step);
		const names = (await readdir(folder)).map((name) => name.slice(0, "step-00000000".length));
		expect(names.sort()).toEqual(["step-00000004", "step-00000005"]);
	});
});

/** Leaves the checkpoints of steps 19 and 20. */
async function stopTwice(): Promise<void> {
	for (const stopAfter of [19, 20]) await train({ stopAfter, checkpoints: checkpoints() }).catch(() => undefined);
}

describe("a damaged checkpoint", () => {
	beforeEach(stopTwice);
	const newest = async (): Promise<string> => join(folder, (await readdir(folder)).sort().at(-1) ?? "");

	test("cut at any length: the one before is used, with a warning that names it", async () => {
		const path = await newest();
		const bytes = await readFile(path);
		const draws = createDraws(1, "lengths");
		for (let tries = 0; tries < 100; tries++) {
			await writeFile(path, bytes);
			await truncate(path, draws.integer(0, bytes.length - 1));
			const warnings: string[] = [];
			expect((await checkpoints(warnings).newest())?.step).toBe(19);
			expect(warnings).toEqual([expect.stringContaining(path)]);
		}
		expect(told(await train({ checkpoints: checkpoints() }))).toEqual(whole);
	});

	test("with any bit flipped: seen", async () => {
		const path = await newest();
		const bytes = await readFile(path);
		const draws = createDraws(2, "bits");
		for (let tries = 0; tries < 200; tries++) {
			const flipped = Buffer.from(bytes);
			const at = draws.integer(0, bytes.length - 1);
			flipped[at] = (flipped[at] ?? 0) ^ (1 << draws.integer(0, 7));
			await writeFile(path, flipped);
			expect((await checkpoints().newest())?.step).toBe(19);
		}
	});

	test("all of them: training begins anew", async () => {
		for (const name of await readdir(folder)) await truncate(join(folder, name), 100);
		expect(told(await train({ checkpoints: checkpoints() }))).toEqual(whole);
	});
});

test("a checkpoint of another training is refused", async () => {
	await stopTwice();
	const model = buildModel(
		{ family: "mlp", ...families.mlp.options.parse({ hidden: [7] }) },
		{ sampleShape: data.sampleShape, classes: data.classes.length, seed: 1 },
	);
	await expect(
		trainModel(
			{ ...job, model },
			{ runtime, createLoader: createInlineLoader, now: () => 0, checkpoints: checkpoints() },
		),
	).rejects.toThrow(/^checkpoint: parameter\/.*: expected float\[.*\], got \[/);
});
