/** Training of tasks other than classification: that losses are those of their formulas, wherever the teacher stands. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { runtime } from "../../test/support/graphs.js";
import { syntheticData } from "../../test/support/synthetic.js";
import type { AnyDataSet, Split } from "../data/data-set.js";
import { createInlineLoader } from "../data/loader.js";
import { openSamples } from "../data/open-samples.js";
import { losses } from "../losses/index.js";
import { meanBinaryKl, multiLabelMetrics } from "../metrics/multi-label.js";
import { buildModel, families } from "../models/index.js";
import type { OnnxModel } from "../onnx/model.js";
import { taskOf } from "../tasks/index.js";
import type { LabelData } from "../tasks/labels.js";
import type { TaskName } from "../tasks/names.js";
import { inOwnUnits } from "../tasks/regression/scale.js";
import { createPredictor } from "./predict.js";
import { trainModel } from "./trainer.js";
import type { TrainingJob, TrainingResult } from "./training.js";
import { trainingShape } from "./training-options.js";

const base = syntheticData(60, 20);
const names = ["a", "b", "c"];
const normalization = { mean: 0.3, std: 0.2 };

/** The synthetic images with other labels. */
function dataOf(task: TaskName, of: (label: number, at: number) => number): AnyDataSet {
	const relabelled = (split: Split): Split<LabelData> => {
		const values = Array.from({ length: 3 * split.count }, (_, at) =>
			of(split.labels[Math.floor(at / 3)] ?? 0, at % 3),
		);
		return { ...split, labels: task === "regression" ? Float64Array.from(values) : Uint8Array.from(values) };
	};
	return { ...base, task, classes: names, train: relabelled(base.train), validation: relabelled(base.validation) };
}

const marks = dataOf("multi-label", (label, at) => (label >= at ? 1 : 0));
const numbers = dataOf("regression", (label, at) => 1000 * (at + 1) + 50 * label);
const scale = taskOf(numbers).scaleOf?.(numbers.train.labels, 3);

const network = (seed: number, hidden = 16): OnnxModel =>
	buildModel(
		{ family: "mlp", ...families.mlp.options.parse({ hidden: [hidden] }) },
		{ sampleShape: base.sampleShape, classes: 3, seed, fewest: 1 },
	);

/** All samples in each batch, so that order does not matter. */
const optionsOf = (options: object = {}): TrainingJob["options"] =>
	z.strictObject(trainingShape).parse({ epochs: 3, batch: 60, ...options });

function train(data: AnyDataSet, changes: Partial<TrainingJob>): Promise<TrainingResult> {
	const { alone } = taskOf(data).objectives;
	const job = { model: network(1), data, normalization, options: optionsOf(), loss: alone, seed: 1, threads: 1 };
	const context = { runtime, createLoader: createInlineLoader, openSamples, now: () => 0 };
	return trainModel({ ...job, ...(data === numbers ? { scale, isScaled: true } : {}), ...changes }, context);
}

async function answersOf(model: OnnxModel, { train: { count, samples } }: AnyDataSet): Promise<Float32Array> {
	const options = { sampleShape: base.sampleShape, classes: 3, normalization, where: "test", threads: 1 };
	const predictor = await createPredictor(runtime, model, options);
	try {
		return await predictor.logits({ count, samples });
	} finally {
		await predictor.release();
	}
}

const firstLoss = ({ history }: TrainingResult): number => history.losses[0] ?? Number.NaN;
const standard = (value: number, at: number): number =>
	(value - (scale?.mean[at % 3] ?? 0)) / (scale?.std[at % 3] ?? 1);
const meanSquare = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
	Array.from(a).reduce((sum, value, at) => sum + (value - (b[at] ?? 0)) ** 2, 0) / a.length;

describe("multi-label", () => {
	const labels = marks.train.labels as Uint8Array;

	test("without a teacher the loss is the binary cross-entropy", async () => {
		const logits = await answersOf(network(1), marks);
		const { nll } = multiLabelMetrics({ logits, marks: labels, labels: 3 }, [0, 0, 0]);
		expect(firstLoss(await train(marks, {}))).toBeCloseTo(nll, 5);
	});

	test("a teacher's probabilities are softened, with the factor T²", async () => {
		const loss = losses["soft-labels"].options.parse({ name: "soft-labels", temperature: 3, hardWeight: 0 });
		const [student, teacher] = [await answersOf(network(1), marks), await answersOf(network(2), marks)];
		const soften = (logits: Float32Array): Float32Array => logits.map((value) => value / 3);
		const expected = 9 * meanBinaryKl(soften(teacher), soften(student));
		expect(firstLoss(await train(marks, { loss, teacher: network(2) }))).toBeCloseTo(expected, 5);
	});

	test("learns", async () => {
		const options = optionsOf({ epochs: 100, optimizer: { name: "adam", learningRate: 0.01 } });
		const { validation } = await train(marks, { options });
		expect(validation.meanAveragePrecision).toBeGreaterThan(0.95);
	});
});

describe("regression", () => {
	const labels = Array.from(numbers.train.labels, standard);

	test("without a teacher the loss is the squared error in units of the labels' deviation", async () => {
		expect(firstLoss(await train(numbers, {}))).toBeCloseTo(
			meanSquare(await answersOf(network(1), numbers), labels),
			4,
		);
	});

	test("a network of a file answers in the labels' own units, and is trained in them", async () => {
		if (scale === undefined) throw new TypeError("expected a scale");
		const model = inOwnUnits(network(1), scale);
		const [own, scaled] = [await train(numbers, { model, isScaled: false }), await train(numbers, {})];
		expect(firstLoss(own)).toBeCloseTo(firstLoss(scaled), 3);
		const answers = await answersOf(model, numbers);
		expect(meanSquare(Array.from(answers, standard), labels)).toBeCloseTo(firstLoss(own), 3);
	});

	test.each([
		["asked once", {}],
		["in the training graph", { jitter: 1 }],
	] as const)("a teacher %s is compared in the same units", async (how, changes) => {
		if (scale === undefined) throw new TypeError("expected a scale");
		const loss = losses["teacher-values"].options.parse({ name: "teacher-values", hardWeight: 0 });
		const teacher = inOwnUnits(network(2), scale);
		const options = optionsOf(changes);
		const result = await train(numbers, { loss, teacher, options });
		expect(result.teacher?.how).toBe(how === "asked once" ? "stored" : "in-graph");
		if (how !== "asked once") return;
		const expected = meanSquare(await answersOf(network(1), numbers), await answersOf(network(2), numbers));
		expect(firstLoss(result)).toBeCloseTo(expected, 3);
	});

	test("an ensemble that is unsure teaches less", async () => {
		if (scale === undefined) throw new TypeError("expected a scale");
		const members = [2, 3].map((seed) => ({
			model: inOwnUnits(network(seed), scale),
			where: `member ${String(seed)}`,
			normalization,
			outputs: "auto" as const,
			order: {},
			weight: 1,
		}));
		const lossOf = (certainty: boolean) =>
			losses["teacher-values"].options.parse({ name: "teacher-values", hardWeight: 0, certainty });
		const teacher = { members, combine: "arithmetic" as const };
		const sure = firstLoss(await train(numbers, { loss: lossOf(false), teacher }));
		const unsure = firstLoss(await train(numbers, { loss: lossOf(true), teacher }));
		const [two, three] = [await answersOf(network(2), numbers), await answersOf(network(3), numbers)];
		const own = await answersOf(network(1), numbers);
		const expected = own.reduce((sum, value, at) => {
			const [a = 0, b = 0] = [two[at], three[at]];
			return sum + (value - (a + b) / 2) ** 2 / (1 + ((a - b) / 2) ** 2) / own.length;
		}, 0);
		expect(unsure).toBeLessThan(sure);
		expect(unsure).toBeCloseTo(expected, 3);
	});

	test("learns numbers far from 0", async () => {
		const options = optionsOf({ epochs: 150, optimizer: { name: "adam", learningRate: 0.01 } });
		const { validation } = await train(numbers, { options });
		// The labels differ from their means by 56.
		expect(validation.rmse).toBeLessThan(40);
	});
});
