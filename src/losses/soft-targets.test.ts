import { describe, expect, test } from "vitest";
import {
	crossEntropy,
	drawBatch,
	expectClose,
	logitMatching,
	run,
	softmax,
	softTargets,
} from "../../test/support/losses.js";

const soft = { name: "soft-targets", temperature: 3, hardWeight: 0, standardize: false } as const;

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

	test("over some classes they are those of a classifier of these alone; labels still choose among all", async () => {
		const batch = drawBatch(9, 4, 5);
		const some = [3, 0, 1];
		const columns = (rows: typeof batch.student): typeof batch.student =>
			rows.map((row) => some.map((c) => row[c] ?? NaN));
		const part = { ...batch, student: columns(batch.student), teacher: columns(batch.teacher) };
		const [restricted, alone] = [await run({ ...soft, classes: some }, batch), await run(soft, part)];
		expect(restricted.value).toBeCloseTo(alone.value, 12);
		expectClose(columns(restricted.gradient).flat(), alone.gradient.flat());
		expectClose(
			restricted.gradient.flatMap((row) => [row[2] ?? NaN, row[4] ?? NaN]),
			new Array<number>(8).fill(0),
		);
		const hard = await run({ ...soft, hardWeight: 1, classes: some }, batch);
		expect(hard.value).toBeCloseTo((await run(crossEntropy, batch)).value, 12);
		await expect(run({ ...soft, classes: [1, 5] }, batch)).rejects.toThrow("expected classes below 5");
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
