import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { expectGradients } from "../../test/support/gradient-check.js";
import { type Batch, buildOn, drawBatch, expectClose, matrix, run, softmax } from "../../test/support/losses.js";
import { type LossOptions, losses } from "./index.js";

const softTargets = (temperature: number, hardWeight = 0): LossOptions => ({
	name: "soft-targets",
	temperature,
	hardWeight,
	standardize: false,
});
const standardized = (temperature: number, hardWeight = 0): LossOptions => ({
	name: "soft-targets",
	temperature,
	hardWeight,
	standardize: true,
});
const labelSmoothing = (smoothing: number): LossOptions => ({ name: "label-smoothing", smoothing });
const dkd = (options: object = {}): LossOptions => losses.dkd.options.parse({ name: "dkd", ...options });
const dist = (options: object = {}): LossOptions => losses.dist.options.parse({ name: "dist", ...options });
const crossEntropy: LossOptions = { name: "cross-entropy" };
const logitMatching: LossOptions = { name: "logit-matching" };
const mixture: LossOptions = losses.mixture.options.parse({
	name: "mixture",
	of: [
		{ name: "cross-entropy", weight: 0.5 },
		{ name: "soft-targets", hardWeight: 0, schedule: { name: "cosine", from: 0.2, end: 0.8 } },
		{ name: "dkd", weight: 0.3, hardWeight: 0, schedule: { name: "linear", from: 2, to: 1 } },
	],
});
const fromTeacher = [
	logitMatching,
	softTargets(1),
	softTargets(4),
	standardized(2),
	dkd({ hardWeight: 0 }),
	dkd({ hardWeight: 0, alpha: 0, warmup: 0.9 }),
	dist({ hardWeight: 0 }),
	dist({ hardWeight: 0, beta: 0, temperature: 1 }),
];
const all: readonly LossOptions[] = [
	...[crossEntropy, labelSmoothing(0.1), softTargets(20, 0.3), standardized(1, 0.2), dkd(), dist(), mixture],
	...fromTeacher,
];

test("every objective on outputs is in the tests below; those inside models are in inner.test.ts", () => {
	const inside = ["hints", "attention-transfer"];
	expect(new Set([...inside, ...all.map(({ name }) => name)])).toEqual(new Set(Object.keys(losses)));
});

/** The smallest batch and the fewest classes that an objective takes, and whether its samples count one by one. */
function domainOf({ name }: LossOptions): { readonly rows: number; readonly classes: number; readonly alone: boolean } {
	// A correlation over two samples is −1 or 1, a step.
	if (name === "dist") return { rows: 3, classes: 2, alone: false };
	return { rows: 1, classes: name === "dkd" || name === "mixture" ? 3 : 2, alone: true };
}

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

	const least = domainOf(options);
	test.runIf(least.alone)("a batch's loss is the mean of its samples' losses", async () => {
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
	const shapes = Array.from(
		{ length: 20 },
		() => [sizes.integer(least.rows, 5), sizes.integer(least.classes, 8)] as const,
	);
	test.each(shapes)("its gradient is central differences' for [%i, %i]", async (rows, classes) => {
		const batch = drawBatch(rows * 10 + classes, rows, classes);
		await expectGradients({
			at: [matrix(batch.student)],
			build: (g, [student]) => {
				if (student === undefined) throw new Error("no input");
				return buildOn(g, options, student, batch);
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

test.each([4, 1])(
	"DIST at T = %d has a gradient of a bearable size where the student says the same of all",
	async (temperature) => {
		const { teacher, labels } = drawBatch(13, 4, 5);
		const student = teacher.map(() => [0, 0, 0, 0, 0]);
		const { value, gradient } = await run(dist({ hardWeight: 0, temperature }), { student, teacher, labels }, "float");
		// Nothing is known of rows and columns that are constant: the distance of a correlation of 0.
		expect(value).toBeCloseTo(2 * temperature ** 2, 4);
		expect(Math.max(...gradient.flat().map(Math.abs))).toBeLessThan(1000);
	},
);

describe("impossible uses", () => {
	const batch = { student: [[0, 1]], teacher: [[1, 0]], labels: [0] };
	test.each([
		["DKD with two classes", dkd(), "objective dkd: expected 3 classes or more, got 2. Its second part"],
		["DIST with one sample", dist(), "objective dist: expected 2 samples a batch or more, to correlate over samples"],
		["DIST without weights", dist({ beta: 0, gamma: 0 }), "expected beta or gamma above 0"],
	])("%s", async (_, options, message) => {
		await expect(run(options, batch)).rejects.toThrow(message);
	});

	test("DIST of one sample is fine over its classes alone", async () => {
		expect((await run(dist({ gamma: 0 }), batch)).value).toBeGreaterThan(1);
	});
});
