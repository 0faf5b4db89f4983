import { describe, expect, test } from "vitest";
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
import { inMemory } from "../data/samples.js";
import { mixturesOf } from "../data/transforms/mixup.js";
import { buildModel, families } from "../models/index.js";
import type { OnnxModel } from "../onnx/model.js";
import { optimizerOptions } from "../optim/optimizers.js";
import { createPredictor } from "./predict.js";
import { soleGraphTeacher } from "./teacher.js";
import { buildTrainingGraph, type TrainingGraphOptions } from "./training-graph.js";

const data = syntheticData();
const [steps, batch] = [10, 16];
const task = { sampleShape: data.sampleShape, classes: data.classes.length, seed: 1 };
const batches = stepsOf(data, steps * batch);

function network(options: object = {}): OnnxModel {
	return buildModel({ family: "mlp", ...families.mlp.options.parse({ hidden: [24, 16], ...options }) }, task);
}

const training = (options: Partial<FlatOptions> = {}): TrainingGraphOptions =>
	graphOptions({
		...plainTraining,
		...task,
		model: network(),
		batch,
		totalSteps: steps,
		...options,
	});

const softTargets = { name: "soft-targets", temperature: 4, hardWeight: 0.1, standardize: false } as const;

const bytesOf = (model: OnnxModel): readonly (readonly [string, string])[] =>
	[...weightsOf(model)].map(([name, { buffer, byteOffset, byteLength }]) => [
		name,
		Buffer.from(buffer, byteOffset, byteLength).toString("hex"),
	]);

describe("the same steps give the same bits", () => {
	const dropping = training({
		model: network({ inputDropout: 0.2, hiddenDropout: 0.5 }),
		optimizer: optimizerOptions.parse({ name: "adam" }),
		schedule: { name: "cosine", final: 0 },
		warmupSteps: 3,
		clipNorm: 1,
		maxNorm: 2,
	});

	test.each([
		[1, [10]],
		[1, [3, 7]],
		[4, [10]],
		[4, [5, 5]],
		[4, [3, 7]],
		[4, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
		[1, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], true],
		[4, [5, 5], true],
	])("with %d a turn, cut into calls of %j, in two sets of arrays: %j", async (stepsATurn, chunks, inPlace = false) => {
		const whole = await takeSteps({ ...dropping, stepsATurn: 2 }, batches);
		const cut = await takeSteps({ ...dropping, stepsATurn }, { ...batches, chunks, inPlace });
		expect(cut.losses).toEqual(whole.losses);
		expect(bytesOf(cut.model)).toEqual(bytesOf(whole.model));
	});

	const cnn = { family: "cnn", ...families.cnn.options.parse({ channels: [4] }) } as const;
	const taught = soleGraphTeacher(network(), data.normalization);
	const nets = [
		["a fully connected net with masks", dropping],
		["a convolutional net with running averages", training({ model: buildModel(cnn, task) })],
		["a net taught by another", training({ loss: softTargets, teacher: taught })],
	] as const;
	test.each(nets)("in calls of one step as in a loop: %s", async (_, options) => {
		const loop = await takeSteps(options, batches);
		const calls = await takeSteps({ ...options, stepByStep: true }, { ...batches, chunks: [3, 7], inPlace: true });
		expect(calls.losses).toEqual(loop.losses);
		expect(bytesOf(calls.model)).toEqual(bytesOf(loop.model));
	});

	test("but not with another seed of the masks", async () => {
		const one = await takeSteps(dropping, batches);
		const other = await takeSteps(dropping, { ...batches, seed: 2 });
		expect(bytesOf(other.model)).not.toEqual(bytesOf(one.model));
	});
});

test("the loss told is the one before the step's update", async () => {
	const predictor = await createPredictor(runtime, network(), { ...training(), where: "network" });
	const logits = await predictor.logits({ count: batch, samples: data.train.samples });
	await predictor.release();
	let expected = 0;
	for (let row = 0; row < batch; row++) {
		const z = logits.subarray(row * task.classes, (row + 1) * task.classes);
		const sum = z.reduce((total, value) => total + Math.exp(value), 0);
		expected += (Math.log(sum) - (z[batches.labels[row] ?? 0] ?? NaN)) / batch;
	}
	const { losses } = await takeSteps(training(), batches);
	expect(losses[0]).toBeCloseTo(expected, 5);
});

test("a step changes every weight of the student and none of the teacher's", async () => {
	const model = network();
	const teacher = network({ hidden: [32] });
	const before = bytesOf(teacher);
	const options = { model, teacher: soleGraphTeacher(teacher, data.normalization), loss: softTargets };
	const trained = await takeSteps(training(options), {
		...batches,
		chunks: [1],
	});
	const start = new Map(bytesOf(model));
	for (const [name, bytes] of bytesOf(trained.model)) expect(bytes, name).not.toBe(start.get(name));
	expect(bytesOf(teacher)).toEqual(before);
});

test("what the patterns do not name stays to the bit, and has no gradient", async () => {
	const model = network();
	const before = new Map(bytesOf(model));
	const { model: after } = await takeSteps(training({ model, train: ["logits.*"] }), batches);
	for (const [name, bytes] of bytesOf(after))
		expect(bytes === before.get(name), name).toBe(!name.startsWith("logits."));
	const graphOf = (train: Partial<FlatOptions>) => buildTrainingGraph(training({ model, stepsATurn: 4, ...train }));
	expect(graphOf({ train: ["logits.*"] }).carried.filter(({ name }) => name.includes("hidden"))).toEqual([]);
	const bodyNodes = (graph: ReturnType<typeof graphOf>): number =>
		graph.model.graph.nodes.reduce((sum, { attributes }) => {
			const body = attributes.get("body");
			return sum + (body?.kind === "graph" ? body.value.nodes.length : 0);
		}, 0);
	expect(bodyNodes(graphOf({ train: ["logits.*"] }))).toBeLessThan(bodyNodes(graphOf({})) / 1.5);
});

test.each([
	["the student's", undefined],
	["its own", { mean: 0.4, std: 0.2 }],
])(
	"a teacher with %s normalisation teaches alike, stored or running along (Hinton et al. 2015, §2)",
	async (_, own) => {
		const teacher = network({ hidden: [32] });
		const asked = { ...training(), ...(own && { normalization: own }), where: "teacher" };
		const predictor = await createPredictor(runtime, teacher, asked);
		const teacherLogits = await predictor.logits({ count: steps * batch, samples: data.train.samples });
		await predictor.release();
		const running = soleGraphTeacher(teacher, own ?? training().normalization);
		const live = await takeSteps(training({ teacher: running, loss: softTargets }), batches);
		const stored = await takeSteps(training({ teacher: "stored", loss: softTargets }), { ...batches, teacherLogits });
		expect(live.losses[0]).toBeGreaterThan(0);
		for (const [step, value] of live.losses.entries()) expect(stored.losses[step]).toBeCloseTo(value, 4);
	},
);

/** Σ_b −log softmax(z_b)[y_b] / batch. */
function crossEntropyOf(logits: Float32Array, labels: Int32Array): number {
	return labels.reduce((sum, label, row) => {
		const z = logits.subarray(row * task.classes, (row + 1) * task.classes);
		return sum + (Math.log(z.reduce((total, value) => total + Math.exp(value), 0)) - (z[label] ?? NaN)) / labels.length;
	}, 0);
}

test("mixup: λ x + (1 − λ) x′ and the same of the losses (Zhang et al. 2018)", async () => {
	const mixtures = mixturesOf(8, 5, 0, steps, batch);
	const { losses } = await takeSteps(training({ augment: [{ name: "mixup" }] }), { ...batches, mixtures });
	const share = mixtures.shares[0] ?? NaN;
	expect(Math.min(share, 1 - share)).toBeGreaterThan(0.05);
	const partners = mixtures.partners.subarray(0, batch);
	const mixed = Float32Array.from({ length: batch * 64 }, (_, i) => {
		const partner = partners[Math.floor(i / 64)] ?? NaN;
		const [own, other] = [batches.pixels[i] ?? NaN, batches.pixels[64 * partner + (i % 64)] ?? NaN];
		return (share * own + (1 - share) * other) / 255;
	});
	const predictor = await createPredictor(runtime, network(), { ...training(), where: "network" });
	const logits = await predictor.logits({ count: batch, samples: inMemory(mixed) });
	await predictor.release();
	const own = batches.labels.slice(0, batch);
	const other = Int32Array.from(partners, (partner) => own[partner] ?? NaN);
	const expected = share * crossEntropyOf(logits, own) + (1 - share) * crossEntropyOf(logits, other);
	expect(losses[0]).toBeCloseTo(expected, 5);
});

test("an objective that needs a teacher is refused without one", () => {
	const loss = { name: "soft-targets", temperature: 4, hardWeight: 0, standardize: false } as const;
	expect(() => buildTrainingGraph(training({ loss }))).toThrow("objective soft-targets: expected a teacher, got none");
});

test("weights within the limit of max-norm after every step", async () => {
	const { model } = await takeSteps(training({ maxNorm: 0.5 }), batches);
	for (const [name, values] of weightsOf(model)) {
		if (!name.endsWith(".weight")) continue;
		const inputs = model.graph.initializers.find((one) => one.name === name)?.tensor.dims[1] ?? 0;
		for (let at = 0; at < values.length; at += inputs) {
			expect(Math.hypot(...values.subarray(at, at + inputs))).toBeLessThan(0.500001);
		}
	}
});
