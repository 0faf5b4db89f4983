import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { expectGradients } from "../../test/support/gradient-check.js";
import { evaluate, integers, numbers, type RealTensor, real, scalar } from "../../test/support/graphs.js";
import { gradients } from "../autodiff/gradients.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { createGraph } from "../ops/index.js";
import { type LossOptions, losses, lossOf } from "./index.js";

/** A batch: `batch` rows of logits, and a label for each. */
interface Batch {
	readonly student: readonly (readonly number[])[];
	readonly teacher: readonly (readonly number[])[];
	readonly labels: readonly number[];
}

interface Result {
	readonly value: number;
	/** ∂ loss / ∂ student, `[batch, classes]`, row by row. */
	readonly gradient: readonly (readonly number[])[];
}

const matrix = (rows: readonly (readonly number[])[], type: RealTensor["type"] = "double"): RealTensor =>
	real(type, [rows.length, rows[0]?.length ?? 0], rows.flat());

function build(g: Graph, options: LossOptions, student: Value, { teacher, labels }: Batch): Value {
	const type = student.type === "float" ? "float" : "double";
	return lossOf(options).build(
		g,
		{
			student,
			teacher: g.parameter("teacher", matrix(teacher, type)),
			labels: g.parameter("labels", integers([labels.length], labels)),
		},
		options,
	);
}

async function run(options: LossOptions, batch: Batch, type: RealTensor["type"] = "double"): Promise<Result> {
	const g = createGraph();
	const student = g.parameter("student", matrix(batch.student, type));
	const loss = build(g, options, student, batch);
	expect(loss.dims).toEqual([]);
	const [gradient] = gradients(g, loss, [student]);
	if (gradient === undefined) throw new Error("no gradient");
	const outputs = await evaluate(g, { loss, gradient });
	const flat = numbers(outputs, "gradient");
	const classes = batch.student[0]?.length ?? 0;
	return {
		value: scalar(outputs, "loss"),
		gradient: batch.student.map((_, row) => flat.slice(row * classes, (row + 1) * classes)),
	};
}

function drawBatch(seed: number, batch: number, classes: number, spread = 3): Batch {
	const draws = createDraws(seed, "logits");
	const rows = (): Batch["student"] => Array.from({ length: batch }, () => draws.reals(classes, -spread, spread));
	return {
		student: rows(),
		teacher: rows(),
		labels: Array.from({ length: batch }, () => draws.integer(0, classes - 1)),
	};
}

function softmax(logits: readonly number[], temperature: number): readonly number[] {
	const powers = logits.map((z) => Math.exp(z / temperature));
	const sum = powers.reduce((a, b) => a + b, 0);
	return powers.map((power) => power / sum);
}

function expectClose(got: readonly number[], expected: readonly number[], tolerance = 1e-12): void {
	expect(got).toHaveLength(expected.length);
	for (const [i, value] of expected.entries()) expect(Math.abs((got[i] ?? NaN) - value)).toBeLessThan(tolerance);
}

const softTargets = (temperature: number, hardWeight = 0): LossOptions => ({
	name: "soft-targets",
	temperature,
	hardWeight,
});
const crossEntropy: LossOptions = { name: "cross-entropy" };
const logitMatching: LossOptions = { name: "logit-matching" };
const all: readonly LossOptions[] = [crossEntropy, logitMatching, softTargets(1), softTargets(4), softTargets(20, 0.3)];
const fromTeacher = [logitMatching, softTargets(1), softTargets(4)];

test("every objective is in the tests below", () => {
	expect(new Set(all.map(({ name }) => name))).toEqual(new Set(Object.keys(losses)));
});

describe("values worked by hand", () => {
	const [ln2, ln3] = [Math.log(2), Math.log(3)];

	test("cross entropy: −mean log q_y", async () => {
		// Logits ln 1, ln 2, ln 1 give q = (1/4, 1/2, 1/4); label 1 costs ln 2. Equal logits cost ln 3. Mean: (ln 2 + ln 3) / 2.
		const student = [
			[0, ln2, 0],
			[5, 5, 5],
		];
		const { value, gradient } = await run(crossEntropy, { student, teacher: student, labels: [1, 0] });
		expect(value).toBeCloseTo((ln2 + ln3) / 2, 12);
		// (q − one-hot) / batch
		expectClose(gradient.flat(), [1 / 8, -1 / 4, 1 / 8, -1 / 3, 1 / 6, 1 / 6]);
	});

	test("soft targets at T = 1: KL(p ‖ q)", async () => {
		// p = (1/4, 3/4), q = (1/2, 1/2): ¼ ln ½ + ¾ ln 3/2 = ¾ ln 3 − ln 2.
		const { value } = await run(softTargets(1), { student: [[0, 0]], teacher: [[0, ln3]], labels: [0] });
		expect(value).toBeCloseTo(0.75 * ln3 - ln2, 12);
	});

	test("soft targets at T = 2 (Hinton et al. 2015, §2): T² KL of the softened distributions", async () => {
		// v / T = (0, ln 3) as above, so the divergence is the same, and T² = 4.
		const { value } = await run(softTargets(2), { student: [[0, 0]], teacher: [[0, 2 * ln3]], labels: [0] });
		expect(value).toBeCloseTo(4 * (0.75 * ln3 - ln2), 12);
	});

	test("soft targets with hard labels: (1 − w) T² KL + w CE at T = 1", async () => {
		// KL as above; the labels' cross entropy of equal logits is ln 2.
		const batch = { student: [[0, 0]], teacher: [[0, 2 * ln3]], labels: [0] };
		const { value } = await run(softTargets(2, 0.25), batch);
		expect(value).toBeCloseTo(0.75 * 4 * (0.75 * ln3 - ln2) + 0.25 * ln2, 12);
	});

	test("logit matching: ½ mean_i (z_i − v_i)² of zero-mean logits", async () => {
		// z = (1, −1, 0) has mean 0; v = (3, 0, 0) becomes (2, −1, −1). Differences (−1, 0, 1): ½ · 2/3.
		const { value, gradient } = await run(logitMatching, {
			student: [[1, -1, 0]],
			teacher: [[3, 0, 0]],
			labels: [0],
		});
		expect(value).toBeCloseTo(1 / 3, 12);
		// (z_i − v_i) / N
		expectClose(gradient.flat(), [-1 / 3, 0, 1 / 3]);
	});
});

describe.each(all)("%j", (options) => {
	test("mean over the batch: a batch twice over has the same loss, and half the gradient for each copy", async () => {
		const { student, teacher, labels } = drawBatch(1, 3, 5);
		const once = await run(options, { student, teacher, labels });
		const twice = await run(options, {
			student: [...student, ...student],
			teacher: [...teacher, ...teacher],
			labels: [...labels, ...labels],
		});
		expect(twice.value).toBeCloseTo(once.value, 12);
		const halves = once.gradient.map((row) => row.map((x) => x / 2));
		expectClose(twice.gradient.flat(), [...halves, ...halves].flat());
	});

	test("a batch's loss is the mean of its samples' losses", async () => {
		const { student, teacher, labels } = drawBatch(2, 4, 3);
		const { value } = await run(options, { student, teacher, labels });
		let sum = 0;
		for (const [i, label] of labels.entries()) {
			const [z = [], v = []] = [student[i], teacher[i]];
			sum += (await run(options, { student: [z], teacher: [v], labels: [label] })).value;
		}
		expect(value).toBeCloseTo(sum / labels.length, 12);
	});

	const sizes = createDraws(3, "sizes");
	const shapes = Array.from({ length: 20 }, () => [sizes.integer(1, 5), sizes.integer(2, 8)] as const);
	test.each(shapes)("its gradient is central differences' for [%i, %i]", async (rows, classes) => {
		const batch = drawBatch(rows * 10 + classes, rows, classes);
		await expectGradients({
			at: [matrix(batch.student)],
			build: (g, [student]) => {
				if (student === undefined) throw new Error("no input");
				return build(g, options, student, batch);
			},
		});
	});

	test.each(["float", "double"] as const)("is finite for %s logits of ±1000, and so is its gradient", async (type) => {
		const student = [
			[1000, -1000, 0],
			[-1000, 1000, 1000],
			[1000, 1000, 1000],
			[0, 0, -1000],
		];
		const { value, gradient } = await run(
			options,
			{ student, teacher: student.toReversed(), labels: [0, 1, 2, 2] },
			type,
		);
		expect(value).toSatisfy(Number.isFinite);
		expect(gradient.flat()).toSatisfy((all: readonly number[]) => all.every(Number.isFinite));
	});
});

test("cross entropy of a certain, wrong answer is the difference of the logits, not infinity", async () => {
	const { value } = await run(crossEntropy, { student: [[1000, -1000]], teacher: [[0, 0]], labels: [1] }, "float");
	expect(value).toBe(2000);
});

test.each(fromTeacher)("%j is zero, with no gradient, where the student equals the teacher", async (options) => {
	const { student, labels } = drawBatch(4, 3, 6);
	const { value, gradient } = await run(options, { student, teacher: student, labels });
	expect(value).toBeCloseTo(0, 14);
	expectClose(gradient.flat(), Array<number>(18).fill(0), 1e-14);
});

test.each(fromTeacher)("%j is positive elsewhere", async (options) => {
	expect((await run(options, drawBatch(5, 3, 6))).value).toBeGreaterThan(0.01);
});

describe("soft targets", () => {
	test.each([0.5, 1, 4, 20])(
		"T = %d (Hinton et al. 2015, §2.1): the gradient is T (q − p) / batch, T² times (q − p) / T",
		async (temperature) => {
			const batch = drawBatch(6, 3, 5);
			const { gradient } = await run(softTargets(temperature), batch);
			const expected = batch.student.map((z, row) => {
				const [q, p] = [softmax(z, temperature), softmax(batch.teacher[row] ?? [], temperature)];
				return q.map((value, i) => (temperature * (value - (p[i] ?? NaN))) / batch.student.length);
			});
			expectClose(gradient.flat(), expected.flat());
		},
	);

	test("high T, zero-mean logits (Hinton et al. 2015, §2.1): the gradient becomes logit matching's, the error as 1 / T", async () => {
		const zeroMean = (row: readonly number[]): readonly number[] => {
			const mean = row.reduce((a, b) => a + b, 0) / row.length;
			return row.map((x) => x - mean);
		};
		const drawn = drawBatch(7, 3, 5);
		const batch = { ...drawn, student: drawn.student.map(zeroMean), teacher: drawn.teacher.map(zeroMean) };
		const limit = (await run(logitMatching, batch)).gradient.flat();
		const errorAt = async (temperature: number): Promise<number> => {
			const { gradient } = await run(softTargets(temperature), batch);
			return Math.hypot(...gradient.flat().map((x, i) => x - (limit[i] ?? NaN)));
		};
		const [e1, e2, e4] = [await errorAt(200), await errorAt(400), await errorAt(800)];
		expect(e1 / Math.hypot(...limit)).toBeLessThan(0.02);
		expect(e1 / e2).toBeCloseTo(2, 1);
		expect(e2 / e4).toBeCloseTo(2, 1);
	});

	test("the hard weight mixes linearly: value and gradient", async () => {
		const batch = drawBatch(8, 3, 5);
		const [soft, hard, mixed] = await Promise.all(
			[softTargets(3, 0), softTargets(3, 1), softTargets(3, 0.3)].map((options) => run(options, batch)),
		);
		if (soft === undefined || hard === undefined || mixed === undefined) throw new Error("three results");
		expect(mixed.value).toBeCloseTo(0.7 * soft.value + 0.3 * hard.value, 12);
		const hardGradient = hard.gradient.flat();
		expectClose(
			mixed.gradient.flat(),
			soft.gradient.flat().map((x, i) => 0.7 * x + 0.3 * (hardGradient[i] ?? NaN)),
		);
	});

	test("hard weight 1 is cross entropy, at T = 1 whatever the temperature", async () => {
		const batch = drawBatch(9, 3, 5);
		const [mixed, hard] = [await run(softTargets(7, 1), batch), await run(crossEntropy, batch)];
		expect(mixed.value).toBeCloseTo(hard.value, 12);
		expectClose(mixed.gradient.flat(), hard.gradient.flat());
	});

	test("T = 1, hard weight 0: KL(p ‖ q), summed over the classes, not averaged", async () => {
		const batch = drawBatch(10, 3, 5);
		const divergences = batch.teacher.map((v, row) => {
			const [p, q] = [softmax(v, 1), softmax(batch.student[row] ?? [], 1)];
			return p.reduce((sum, share, i) => sum + share * Math.log(share / (q[i] ?? NaN)), 0);
		});
		const { value } = await run(softTargets(1), batch);
		expect(value).toBeCloseTo(divergences.reduce((a, b) => a + b, 0) / 3, 12);
	});

	test("with the factor T² (Hinton et al. 2015, §2) the gradient's size keeps its order when T doubles", async () => {
		const batch = drawBatch(11, 8, 10);
		const size = async (temperature: number): Promise<number> =>
			Math.hypot(...(await run(softTargets(temperature), batch)).gradient.flat());
		const ratio = (await size(40)) / (await size(20));
		expect(ratio).toBeGreaterThan(0.8);
		expect(ratio).toBeLessThan(1.25);
	});
});

test("logit matching ignores what is added to all logits of a sample", async () => {
	const { student, teacher, labels } = drawBatch(12, 3, 5);
	const shifted = (rows: Batch["student"], by: number): Batch["student"] =>
		rows.map((row, i) => row.map((x) => x + by * (i + 1)));
	const plain = await run(logitMatching, { student, teacher, labels });
	const moved = await run(logitMatching, { student: shifted(student, 2), teacher: shifted(teacher, -5), labels });
	expect(moved.value).toBeCloseTo(plain.value, 12);
	expectClose(moved.gradient.flat(), plain.gradient.flat());
});
