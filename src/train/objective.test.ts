/** Objectives in training: what they look into, what they learn themselves, and what is refused before the first step. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { runtime } from "../../test/support/graphs.js";
import { syntheticData } from "../../test/support/synthetic.js";
import {
	type FlatOptions,
	graphOptions,
	plainTraining,
	stepsOf,
	takeSteps,
	weightsOf,
} from "../../test/support/training.js";
import { createInlineLoader } from "../data/loader.js";
import { mixturesOf } from "../data/transforms/mixup.js";
import { distillationOptions, type LossOptions } from "../losses/index.js";
import { buildModel, families } from "../models/index.js";
import type { OnnxModel } from "../onnx/model.js";
import { optimizerOptions } from "../optim/optimizers.js";
import type { GraphTeacher } from "./graph-teacher.js";
import { soleGraphTeacher } from "./teacher.js";
import { trainModel } from "./trainer.js";
import type { TrainingEvent, TrainingJob } from "./training.js";
import { buildTrainingGraph, type TrainingGraphOptions } from "./training-graph.js";
import { trainingShape } from "./training-options.js";

const data = syntheticData();
const [steps, batch] = [10, 16];
const task = { sampleShape: data.sampleShape, classes: data.classes.length, seed: 1 };
const batches = stepsOf(data, steps * batch);

function network(channels: readonly number[], seed = 1): OnnxModel {
	const options = families.cnn.options.parse({ channels, convolutions: 1 });
	return buildModel({ family: "cnn", ...options }, { ...task, seed });
}

const inGraph = (model: OnnxModel): GraphTeacher => soleGraphTeacher(model, plainTraining.normalization);

const training = (options: Partial<FlatOptions> = {}): TrainingGraphOptions =>
	graphOptions({
		...plainTraining,
		...task,
		model: network([4, 6]),
		teacher: inGraph(network([8, 8], 2)),
		batch,
		totalSteps: steps,
		...options,
	});

const ofTwo = buildModel({ family: "mlp", ...families.mlp.options.parse({}) }, { ...task, classes: 2 });
const mixtureOf = (...of: readonly object[]): LossOptions => distillationOptions.parse({ name: "mixture", of });
const ce = { name: "cross-entropy" };
const pair = (student: string, teacher = student): object => ({ pairs: [{ student, teacher }] });
const hints = (...names: readonly [string, string?]): object => ({ name: "hints", ...pair(...names) });

describe("hints", () => {
	const taught = training({
		loss: mixtureOf(ce, { ...hints("blocks.1"), weight: 0.5 }),
		optimizer: optimizerOptions.parse({ name: "adam", learningRate: 0.02 }),
	});

	test("a regressor is trained along, from the seed, and is no part of the student", async () => {
		const { carried } = buildTrainingGraph(taught);
		const own = carried.filter(({ initial }) => initial !== undefined);
		expect(own.map(({ parameter, dims }) => [parameter, dims])).toEqual([
			["objective/1/regressor0.weight", [8, 6, 1, 1]],
			["objective/1/regressor0.bias", [8]],
		]);
		expect(own[0]?.initial?.(1).data).not.toEqual(own[0]?.initial?.(2).data);
		const { model, losses } = await takeSteps(taught, batches);
		expect([...weightsOf(model).keys()]).toEqual([...weightsOf(network([4, 6])).keys()]);
		expect(losses.at(-1)).toBeLessThan((losses[0] ?? NaN) * 0.8);
	});

	test("the same steps give the same bits, however they are cut", async () => {
		const whole = await takeSteps(taught, batches);
		const cut = await takeSteps({ ...taught, stepsATurn: 4 }, { ...batches, chunks: [3, 7] });
		expect(cut.losses).toEqual(whole.losses);
	});

	test("the student comes to look like its teacher inside", async () => {
		const twin = { ...taught, model: network([8, 8], 3), loss: mixtureOf({ ...ce, weight: 0.01 }, hints("blocks.1")) };
		const { losses } = await takeSteps(twin, batches);
		expect(losses.at(-1)).toBeLessThan((losses[0] ?? NaN) / 2);
	});
});

test("attention transfer needs no regressor, and is 0 where the student is the teacher", async () => {
	const loss = mixtureOf(ce, { name: "attention-transfer", ...pair("blocks.0"), weight: 1000 });
	const [other, same] = [
		training({ loss }),
		training({ loss, teacher: inGraph(network([4, 6])), batchNorm: "running" }),
	];
	expect(buildTrainingGraph(other).carried.filter(({ initial }) => initial !== undefined)).toEqual([]);
	const alone = await takeSteps({ ...same, loss: { name: "cross-entropy" } }, batches);
	expect((await takeSteps(same, batches)).losses[0]).toBeCloseTo(alone.losses[0] ?? NaN, 4);
	expect((await takeSteps(other, batches)).losses[0]).toBeGreaterThan((alone.losses[0] ?? NaN) + 1);
});

test("a weight's schedule goes by the steps that are done", async () => {
	const at = 0.5;
	const schedule = { name: "steps", at: [at], factors: [0] };
	const annealed = mixtureOf(ce, { name: "logit-matching", schedule });
	const still = { optimizer: optimizerOptions.parse({ name: "sgd", learningRate: 1e-12 }) };
	const [both, one, other] = await Promise.all(
		[annealed, mixtureOf(ce, { name: "logit-matching" }), ce as LossOptions].map(
			async (loss) => (await takeSteps(training({ ...still, loss }), { ...batches, chunks: [3, 7] })).losses,
		),
	);
	for (let step = 0; step < steps; step++) {
		expect(both?.[step]).toBeCloseTo((step < at * steps ? one : other)?.[step] ?? NaN, 6);
	}
	expect(one?.[0]).not.toBeCloseTo(other?.[0] ?? NaN, 3);
});

test("where batches are mixed, what does not ask for labels counts once", async () => {
	const mixtures = mixturesOf(8, 5, 0, steps, batch);
	const mixed = training({ augment: [{ name: "mixup" }], loss: { name: "logit-matching" } });
	const sum = training({
		augment: [{ name: "mixup" }],
		loss: mixtureOf({ name: "logit-matching" }, { ...ce, weight: 1e-9 }),
	});
	const [once, shared] = [
		await takeSteps(mixed, { ...batches, mixtures }),
		await takeSteps(sum, { ...batches, mixtures }),
	];
	expect(once.losses[0]).toBeCloseTo(shared.losses[0] ?? NaN, 5);
});

describe("refused before the first step", () => {
	const soft = { name: "soft-targets", temperature: 4, hardWeight: 0, standardize: false } as const;
	test.each([
		[
			"T = 0",
			{ loss: { ...soft, temperature: 0 } },
			"objective soft-targets: temperature: expected a number more than 0",
		],
		[
			"a teacher of other classes",
			{
				loss: soft,
				teacher: inGraph(buildModel({ family: "mlp", ...families.mlp.options.parse({}) }, { ...task, classes: 3 })),
			},
			"objective soft-targets: expected a teacher of the student's 4 classes, got logits [16, 3]",
		],
		[
			"hints of a teacher that is not in the graph",
			{ loss: mixtureOf(ce, hints("blocks.1")), teacher: "stored" as const },
			"objective mixture: expected a teacher that stands in the training graph, to look inside it, got none there",
		],
		[
			"an unknown name in the student",
			{ loss: mixtureOf(ce, hints("block.1", "blocks.1")) },
			'a value of the student: expected the name of a value that a node of the model makes, got "block.1". ' +
				"Near names are blocks.1, blocks.0",
		],
		[
			"the name of a weight in the teacher",
			{ loss: mixtureOf(ce, hints("blocks.1", "blocks.1.conv1.weight")) },
			'a value of the teacher: expected the name of a value that a node of the model makes, got "blocks.1.conv1.weight"',
		],
		[
			"values that cannot be compared",
			{ loss: mixtureOf(ce, hints("blocks.1", "logits")) },
			"objective hints: blocks.1 and logits: expected two values of 2 axes or two of 4 axes, with as many rows",
		],
		[
			"dkd of two classes",
			{
				loss: distillationOptions.parse({ name: "dkd" }),
				classes: 2,
				model: ofTwo,
				teacher: inGraph(ofTwo),
			},
			"objective dkd: expected 3 classes or more, got 2",
		],
	])("%s", (_, options: Partial<FlatOptions>, message) => {
		expect(() => buildTrainingGraph(training(options))).toThrow(message);
	});
});

describe("trainModel", () => {
	const job = (teacher: OnnxModel): TrainingJob => ({
		model: network([4, 6]),
		teacher,
		data,
		normalization: data.normalization,
		options: z.strictObject(trainingShape).parse({ epochs: 1, batch: 32 }),
		loss: mixtureOf(ce, hints("blocks.1")),
		seed: 1,
		threads: 1,
	});
	const told = async (teacher: OnnxModel): Promise<readonly TrainingEvent[]> => {
		const events: TrainingEvent[] = [];
		const onEvent = (event: TrainingEvent): void => void events.push(event);
		await trainModel(job(teacher), { runtime, createLoader: createInlineLoader, now: () => 0, onEvent });
		return events;
	};

	test("a teacher that is looked into stands in the graph, even where every epoch shows the same views", async () => {
		expect(await told(network([8, 8], 2))).toContainEqual(
			expect.objectContaining({ kind: "teacher", how: "in-graph" }),
		);
	});

	test("a teacher that the graph cannot hold cannot be looked into", async () => {
		const { graph, ...rest } = network([8, 8], 2);
		const nodes = graph.nodes.map((node) =>
			node.opType === "Relu" ? { ...node, opType: "OptionalGetElement" } : node,
		);
		await expect(told({ ...rest, graph: { ...graph, nodes } })).rejects.toThrow(
			"objectives hints and attention-transfer: expected a teacher that the training graph can hold",
		);
	});
});
