import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { randomTensor, runModel } from "../../../test/support/models.js";
import type { DataSet, Split } from "../../data/data-set.js";
import { inMemory } from "../../data/samples.js";
import { buildModel } from "../../models/index.js";
import type { OnnxModel } from "../../onnx/model.js";
import { specialistModel } from "../../specialists/dustbin.js";
import { writeClusters } from "./clusters.js";
import { halves, specialistTraining } from "./task.js";

const classes = ["a", "b", "c", "d"];
const split = (...labels: readonly number[]): Split => ({
	count: labels.length,
	labels: Int32Array.from(labels),
	samples: inMemory(new Float32Array(6 * labels.length)),
});
// 3 of 10 training samples are of the classes b and d.
const data: DataSet = {
	name: "letters",
	classes,
	sampleShape: [6],
	normalization: { mean: 0, std: 1 },
	fingerprint: "",
	train: split(0, 1, 2, 3, 0, 2, 2, 0, 1, 0),
	validation: split(3, 2, 1),
};
const generalist = buildModel(
	{ family: "mlp", hidden: [5], activation: "relu", initializer: "he-normal", inputDropout: 0, hiddenDropout: 0 },
	{ sampleShape: [6], classes: 4, seed: 1 },
);
const clusters = join(await mkdtemp(join(tmpdir(), "limbeck-task-")), "clusters.json");
await writeClusters(clusters, { classes, specialists: [[0], [1, 3]] });

const part = { clusters, index: 1, softmax: "dustbin" } as const;
const hard = { name: "cross-entropy" } as const;

const logitsOf = async (model: OnnxModel): Promise<Float32Array> =>
	Object.values(await runModel(model, { input: randomTensor("samples", [2, 6]) }))[0]?.data as Float32Array;

test("a specialist learns its classes and the dustbin, half and half", async () => {
	const training = await specialistTraining(part, hard, generalist, data);
	expect(training.data.classes).toEqual(["b", "d", "(other classes)"]);
	expect([...training.data.train.labels]).toEqual([2, 0, 2, 1, 2, 2, 2, 2, 0, 2]);
	expect([...training.data.validation.labels]).toEqual([1, 2, 0]);
	const groups = training.sampling.groups.map((group) => [...group]);
	expect(groups).toEqual([
		[1, 3, 8],
		[0, 2, 4, 5, 6, 7, 9],
	]);
});

test("what half of special samples does to the dustbin is taken back: 3 of 10 were half, so log(7/3)", async () => {
	const { model, finish } = await specialistTraining(part, hard, generalist, data);
	const before = await logitsOf(model);
	expect(before).toEqual(await logitsOf(specialistModel(generalist, { special: [1, 3], classes: 4 })));
	const after = await logitsOf(finish(model));
	const added = Array.from(after, (value, at) => value - (before[at] ?? 0));
	for (const [at, shift] of added.entries()) expect(shift).toBeCloseTo(at % 3 === 2 ? Math.log(7 / 3) : 0, 5);
});

test("with a full softmax it learns all classes, and soft targets over those that are not its own", async () => {
	const loss = { name: "soft-targets", temperature: 2, hardWeight: 0.5, standardize: false } as const;
	const full = await specialistTraining({ ...part, softmax: "full" }, loss, generalist, data);
	expect(full.data).toBe(data);
	expect(full.model).toBe(generalist);
	expect(full.loss).toEqual({ ...loss, classes: [0, 2] });
	const binned = await specialistTraining(part, hard, generalist, data);
	expect([full.sampling, full.outputs]).toEqual([binned.sampling, binned.outputs]);
	expect(await logitsOf(full.finish(full.model))).toEqual(await logitsOf(binned.finish(binned.model)));
});

test("a specialist without samples is refused by its classes", () => {
	expect(() => halves(split(0, 0, 2), [1, 3])).toThrow("specialist of classes 1, 3: expected training samples");
	expect(() => halves(split(1, 3), [1, 3])).toThrow("got 2 and 0");
});
