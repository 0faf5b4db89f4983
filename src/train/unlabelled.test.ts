import { expect, test } from "vitest";
import { z } from "zod";
import { runtime } from "../../test/support/graphs.js";
import { syntheticData } from "../../test/support/synthetic.js";
import { weightsOf } from "../../test/support/training.js";
import type { DataSet } from "../data/data-set.js";
import { createInlineLoader } from "../data/loader.js";
import { openSamples } from "../data/open-samples.js";
import type { LossOptions } from "../losses/index.js";
import { agreement, meanKl } from "../metrics/index.js";
import { buildModel, families } from "../models/index.js";
import { createPredictor } from "./predict.js";
import { trainModel } from "./trainer.js";
import type { TrainingEvent, TrainingJob, TrainingResult } from "./training.js";
import { trainingShape } from "./training-options.js";

const labelled = syntheticData(100, 30);
const none = new Int32Array();
const unlabelled: DataSet = {
	...labelled,
	train: { ...labelled.train, labels: none },
	validation: { ...labelled.validation, labels: none },
	unlabelled: true,
};
const networkOf = (seed: number): TrainingJob["model"] =>
	buildModel(
		{ family: "mlp", ...families.mlp.options.parse({ hidden: [8] }) },
		{ sampleShape: labelled.sampleShape, classes: 4, seed },
	);
const soft: LossOptions = { name: "soft-targets", temperature: 2, hardWeight: 0, standardize: false };

interface Trained extends TrainingResult {
	readonly checks: readonly Extract<TrainingEvent, { kind: "validation" }>[];
}

async function train(data: DataSet, training: object, loss = soft): Promise<Trained> {
	const events: TrainingEvent[] = [];
	const job: TrainingJob = {
		model: networkOf(1),
		data,
		teacher: networkOf(2),
		seed: 1,
		threads: 1,
		loss,
		normalization: data.normalization,
		options: z.strictObject(trainingShape).parse({ epochs: 4, batch: 20, ...training }),
	};
	const context = { runtime, createLoader: createInlineLoader, openSamples, now: () => 0 };
	const result = await trainModel(job, { ...context, onEvent: (event) => events.push(event) });
	return { ...result, checks: events.filter((event) => event.kind === "validation") };
}

async function logitsOf(model: TrainingJob["model"]): Promise<Float32Array> {
	const { sampleShape, normalization, validation } = labelled;
	const predictor = await createPredictor(runtime, model, { sampleShape, normalization, where: "test", threads: 1 });
	try {
		return await predictor.logits(validation);
	} finally {
		await predictor.release();
	}
}

test.each([
	["asked once", {}],
	["in the training graph", { jitter: 1 }],
])("without labels a network learns the same, and validation goes by the teacher, %s", async (_, training) => {
	const [with_, without] = [await train(labelled, training), await train(unlabelled, training)];
	expect(weightsOf(without.model)).toEqual(weightsOf(with_.model));
	expect(with_.validation.klToTeacher).toBeUndefined();
	expect(without.validation.errors).toBeUndefined();
	const [student, teacher] = [await logitsOf(without.model), await logitsOf(networkOf(2))];
	const figures = { agreement: agreement(student, teacher, 4), klToTeacher: meanKl(teacher, student, 4) };
	expect(without.validation).toEqual(figures);
	expect(without.checks).toHaveLength(4);
	expect(without.checks.at(-1)).toEqual({ kind: "validation", step: 20, epoch: 4, ...figures });
});

test("the best weights without labels are those closest to the teacher", async () => {
	const optimizer = { name: "sgd", learningRate: 2 };
	const { checks, keptStep, validation } = await train(unlabelled, { keep: "best", epochs: 10, optimizer });
	const divergences = checks.map((check) => ("klToTeacher" in check ? check.klToTeacher : NaN));
	const least = Math.min(...divergences);
	expect(validation.klToTeacher).toBe(least);
	expect(keptStep).toBe(checks[divergences.indexOf(least)]?.step);
	expect(least).toBeLessThan(Math.max(...divergences));
});

test.each<[LossOptions, object]>([
	[
		{ ...soft, hardWeight: 0.1 },
		{ where: "objective soft-targets", got: "hardWeight=0.1", hint: "Set its hardWeight=0." },
	],
	[{ name: "cross-entropy" }, { where: "objective cross-entropy", got: "one that needs them" }],
	[
		{
			name: "mixture",
			of: [
				{ ...soft, weight: 1 },
				{ name: "label-smoothing", smoothing: 0.1, weight: 1 },
			],
		},
		{ where: "objective label-smoothing" },
	],
])("an objective that needs labels is refused by its name: %o", async (loss, error) => {
	await expect(train(unlabelled, {}, loss)).rejects.toMatchObject({ category: "usage", ...error });
});
