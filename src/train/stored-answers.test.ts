import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { runtime } from "../../test/support/graphs.js";
import { syntheticData } from "../../test/support/synthetic.js";
import { weightsOf } from "../../test/support/training.js";
import { createInlineLoader } from "../data/loader.js";
import { buildModel, families } from "../models/index.js";
import { openTargets } from "../targets/store.js";
import type { AnswerStore } from "./stored-answers.js";
import { soleTeacher } from "./teacher.js";
import { trainModel } from "./trainer.js";
import type { TrainingEvent, TrainingJob } from "./training.js";
import { trainingShape } from "./training-options.js";

const data = syntheticData();
const network = (hidden: number) =>
	buildModel(
		{ family: "mlp", ...families.mlp.options.parse({ hidden: [hidden] }) },
		{ sampleShape: data.sampleShape, classes: 4, seed: 1 },
	);

let folder = "";
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "limbeck-answers-"));
});
afterAll(() => rm(folder, { recursive: true }));

const store = (more: Partial<AnswerStore> = {}): AnswerStore => ({
	folder,
	precision: "float32",
	...more,
});

/** Trains a student; gives its weights, in order, and what was told of the teacher. */
async function taught(options: object, more: Partial<TrainingJob> = {}) {
	const events: TrainingEvent[] = [];
	const job: TrainingJob = {
		model: network(16),
		teacher: network(32),
		data,
		normalization: { mean: 0.3, std: 0.2 },
		options: z.strictObject(trainingShape).parse({ epochs: 5, batch: 30, ...options }),
		loss: { name: "soft-targets", temperature: 4, hardWeight: 0, standardize: false },
		seed: 1,
		threads: 1,
		...more,
	};
	const context = { runtime, createLoader: createInlineLoader, openTargets, now: () => 0 };
	const { model } = await trainModel(job, { ...context, onEvent: (event) => events.push(event) });
	const told = events.filter((event) => event.kind === "teacher");
	return { weights: [...weightsOf(model).values()].flatMap((values) => [...values]), told: told[0] };
}

const distance = (a: readonly number[], b: readonly number[]): number =>
	Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN))));

describe("a teacher whose answers are stored", () => {
	test("teaches the same bits as one that is asked, and is asked once for all seeds", async () => {
		const asked = await taught({});
		const first = await taught({}, { store: store() });
		expect(first.weights).toEqual(asked.weights);
		expect(first.told).toMatchObject({ how: "stored", answers: { asked: data.train.count, kind: "logits" } });
		const again = await taught({}, { store: store(), seed: 2 });
		expect(again.told?.answers).toMatchObject({ asked: 0, cost: [{ mean: 0 }, { temperature: 4, max: 0 }] });
	});

	test("answers to the very view that the student sees", async () => {
		const options = { jitter: 2, augment: [{ name: "flip" }], views: 3, viewSeed: 5 };
		const live = await taught(options);
		expect(live.told).toMatchObject({ how: "in-graph" });
		const stored = await taught(options, { store: store() });
		expect(stored.told).toMatchObject({ how: "stored", answers: { asked: 3 * data.train.count } });
		expect(distance(stored.weights, live.weights)).toBeLessThan(1e-4);
		const other = await taught({ ...options, viewSeed: 6 });
		expect(distance(other.weights, live.weights)).toBeGreaterThan(1e-2);
		// More views: of those that five epochs and the rest of a batch show, only the ones that were not there.
		const more = await taught({ ...options, views: 9 }, { store: store() });
		expect(more.told?.answers?.asked).toBe(3 * data.train.count);
	});

	test("is known by its weights, its input, and whom it answers with", async () => {
		const [one, two] = [
			soleTeacher(network(32), { mean: 0.3, std: 0.2 }),
			soleTeacher(network(33), { mean: 0.3, std: 0.2 }),
		];
		const members = [...one.members, ...two.members];
		const askedOf = async (teacher: TrainingJob["teacher"]) =>
			(await taught({ epochs: 1 }, { store: store(), ...(teacher === undefined ? {} : { teacher }) })).told?.answers
				?.asked;
		expect(await askedOf(one)).toBe(0);
		for (const other of [
			two,
			soleTeacher(network(32), { mean: 0.3, std: 0.21 }),
			{ members, combine: "arithmetic" },
			{ members, combine: "geometric" },
			{ members: members.map((member, k) => ({ ...member, weight: 1 + k })), combine: "geometric" },
		] as const) {
			expect(await askedOf(other)).toBe(data.train.count);
			expect(await askedOf(other)).toBe(0);
		}
	});

	test("teaches nearly the same by half the bytes, and by the two most probable classes", async () => {
		const asked = await taught({});
		const half = await taught({}, { store: store({ precision: "float16" }) });
		expect(distance(half.weights, asked.weights)).toBeLessThan(1e-2);
		const top = await taught({}, { store: store({ precision: "float16", topK: 2 }) });
		expect(top.told?.answers?.kind).toBe("log-probabilities");
		expect(top.told?.answers?.cost[0]?.mean).toBeGreaterThan(half.told?.answers?.cost[0]?.mean ?? NaN);
	});

	test("cannot answer to fresh views and to mixed batches, which are refused by name", async () => {
		const usage = (where: string): Error => expect.objectContaining({ category: "usage", where }) as Error;
		await expect(taught({ jitter: 1 }, { store: store() })).rejects.toThrow(usage("views"));
		const mixed = taught({ augment: [{ name: "mixup" }], views: 2 }, { store: store() });
		await expect(mixed).rejects.toThrow(usage("augment: mixup"));
	});
});
