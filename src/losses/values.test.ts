import { describe, expect, test } from "vitest";
import {
	additive,
	crossEntropy,
	dist,
	dkd,
	expectClose,
	labelSmoothing,
	logitMatching,
	run,
	softTargets,
	standardized,
} from "../../test/support/losses.js";

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

	test("additive: the cross entropy of the sum of both logits; at 0 its gradient is that of the teacher's own loss", async () => {
		// v + z = (0, ln 3): q = (1/4, 3/4), label 0 costs ln 4.
		const sum = await run(additive, { student: [[0, ln3 - ln2]], teacher: [[0, ln2]], labels: [0] });
		expect(sum.value).toBeCloseTo(2 * ln2, 12);
		const { gradient } = await run(additive, { student: [[0, 0]], teacher: [[0, ln3]], labels: [0] });
		expectClose(gradient.flat(), [-3 / 4, 3 / 4]);
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

	test("label smoothing: the target is (1 − ε) one-hot + ε / classes", async () => {
		// q = (1/4, 1/2, 1/4), label 1, ε = 0.3: targets 0.1, 0.8, 0.1 cost 0.2 ln 4 + 0.8 ln 2 = 1.2 ln 2.
		const student = [[0, ln2, 0]];
		const { value, gradient } = await run(labelSmoothing(0.3), { student, teacher: student, labels: [1] });
		expect(value).toBeCloseTo(1.2 * ln2, 12);
		// q − target
		expectClose(gradient.flat(), [0.15, -0.3, 0.15]);
	});

	test("standardised: z-scores with n − 1 stand for both networks' logits", async () => {
		// (0, 2 s) has the mean s and the deviation √2 s: z-scores ∓1/√2, whatever s > 0, so the student is the teacher's like.
		const same = await run(standardized(2), { student: [[0, 2]], teacher: [[7, 19]], labels: [0] });
		expect(same.value).toBeCloseTo(0, 7);
		// The other way round, at T = 2/√2: softened logits ∓1/2 against ±1/2. KL = (p − q) · 1 with p = e / (e + 1).
		const p = Math.E / (Math.E + 1);
		const turned = await run(standardized(Math.SQRT2), { student: [[2, 0]], teacher: [[0, 5]], labels: [0] });
		expect(turned.value).toBeCloseTo(2 * (2 * p - 1), 7);
	});

	test("DKD: the true class against the rest, and the others among themselves", async () => {
		// Teacher e^v = (2, 1, 1): b = (1/2, 1/2), others (1/2, 1/2). Student e^z = (1, 1, 2): b = (1/4, 3/4), others
		// (1/3, 2/3). KL of the first: ½ ln 2 + ½ ln ⅔ = ½ ln 4/3; of the second: ½ ln 3/2 + ½ ln ¾ = ½ ln 9/8.
		const batch = { student: [[0, 0, ln2]], teacher: [[ln2, 0, 0]], labels: [0] };
		const part = (alpha: number, beta: number): Promise<{ readonly value: number }> =>
			run(dkd({ temperature: 1, hardWeight: 0, warmup: 0, alpha, beta }), batch);
		expect((await part(1, 0)).value).toBeCloseTo(0.5 * Math.log(4 / 3), 12);
		expect((await part(0, 1)).value).toBeCloseTo(0.5 * Math.log(9 / 8), 12);
		expect((await part(2, 3)).value).toBeCloseTo(Math.log(4 / 3) + 1.5 * Math.log(9 / 8), 12);
	});

	test("DKD: the teacher's part grows in the warm-up, the labels' does not", async () => {
		const batch = { student: [[0, 0, 0]], teacher: [[ln2, 0, 0]], labels: [0] };
		const at = async (progress: number, hardWeight: number): Promise<number> =>
			(await run(dkd({ warmup: 0.5, hardWeight }), batch, "double", progress)).value;
		const full = await at(0.5, 0);
		expect(full).toBeGreaterThan(0);
		expect(await at(0.125, 0)).toBeCloseTo(full / 4, 6);
		expect(await at(0.9, 0)).toBeCloseTo(full, 6);
		expect(await at(0, 1)).toBeCloseTo(ln3, 6);
	});

	test("DIST: 1 − correlation of samples' rows, and of classes' columns", async () => {
		// Probabilities (2, 1, 1) / 4 and (1, 2, 1) / 4, twice: rows (1, 0, 0) against (0, 1, 0), less their means, have
		// the correlation −1/2. Columns are constant in both networks: a correlation of 0.
		const batch = {
			student: [
				[0, ln2, 0],
				[0, ln2, 0],
			],
			teacher: [
				[ln2, 0, 0],
				[ln2, 0, 0],
			],
			labels: [0, 0],
		};
		const { value } = await run(dist({ temperature: 1, hardWeight: 0, beta: 2, gamma: 5 }), batch);
		expect(value).toBeCloseTo(2 * 1.5 + 5, 9);
		// Columns the other way round in one network: correlations −1, −1 and, constant in both, 0.
		const crossed = {
			student: [
				[ln2, 0, 0],
				[0, ln2, 0],
			],
			teacher: [
				[0, ln2, 0],
				[ln2, 0, 0],
			],
			labels: [0, 0],
		};
		const columns = await run(dist({ temperature: 1, hardWeight: 0, beta: 0, gamma: 3 }), crossed);
		expect(columns.value).toBeCloseTo((3 * (2 + 2 + 1)) / 3, 9);
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
