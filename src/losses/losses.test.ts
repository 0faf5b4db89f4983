import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { createDraws } from "../../test/support/draws.js";
import { expectGradients } from "../../test/support/gradient-check.js";
import {
	type Batch,
	buildOn,
	crossEntropy,
	dist,
	dkd,
	drawBatch,
	expectClose,
	logitMatching,
	matrix,
	run,
	softTargets,
	standardized,
} from "../../test/support/losses.js";
import {
	distillationOptions,
	hardLossOptions,
	type LossOptions,
	labelNeedOf,
	losses,
	lossOf,
	overClasses,
} from "./index.js";
import { partOptions } from "./mixture.js";
import { singleLosses, withRole } from "./table.js";

/** An objective as a recipe writes it, its defaults filled in. */
function lossFrom(written: { readonly name: keyof typeof losses; readonly [option: string]: unknown }): LossOptions {
	return losses[written.name].options.parse(written);
}

const partNames: readonly string[] = partOptions.options.map(({ shape }) => shape.name.value);

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
	lossFrom({ name: "soft-labels", hardWeight: 0, temperature: 3 }),
	lossFrom({ name: "teacher-values", hardWeight: 0 }),
];
/** Options of objectives of labels that are no classes. */
const ofOthers: readonly LossOptions[] = [
	lossFrom({ name: "teacher-values", bounded: true, certainty: false, hardWeight: 0.7 }),
];
/** Every objective of the table on outputs; those inside models are in inner.test.ts. */
const defaults = withRole(singleLosses, "labels", "teacher", "internal").map(({ options }) =>
	options.parse({ name: options.shape.name.value }),
);
const all: readonly LossOptions[] = [
	...defaults,
	...ofOthers,
	...[softTargets(20, 0.3), standardized(1, 0.2), mixture],
	...fromTeacher,
];

test.each(Object.entries(losses))("%s is offered where its role says, and suits a task", (name, { role, tasks }) => {
	const isIn = ({ options }: { readonly options: readonly { readonly shape: { readonly name: z.ZodLiteral } }[] }) =>
		options.some(({ shape }) => shape.name.value === name);
	expect([isIn(hardLossOptions), isIn(distillationOptions)]).toEqual([role === "labels", role === "teacher"]);
	expect(partNames.includes(name)).toBe(role !== "internal" && name !== "mixture");
	expect(tasks).not.toHaveLength(0);
});

test.each(all)("what $name reads is what its role says", (options) => {
	const { role } = lossOf(options);
	const needs = lossOf(options).needs(options);
	expect(needs).toContain("student");
	expect(needs.includes("teacher")).toBe(role !== "labels");
});

test("an option that weighs the labels does without them at 0, in a mixture too", () => {
	const need = { name: "dist", option: { name: "hardWeight", value: 1 } };
	expect(labelNeedOf(dist())).toEqual(need);
	expect(labelNeedOf(losses.mixture.options.parse({ name: "mixture", of: [logitMatching, dist()] }))).toEqual(need);
	expect(labelNeedOf(dkd({ hardWeight: 0 }))).toEqual({ name: "dkd" });
	for (const options of all) {
		const { labelWeight } = lossOf(options);
		if (labelWeight !== undefined) expect(labelNeedOf({ ...options, [labelWeight]: 0 })).toBeUndefined();
	}
});

test("soft targets can be over some classes; other objectives stay", () => {
	expect(overClasses(softTargets(4), [2, 3])).toEqual({ ...softTargets(4), classes: [2, 3] });
	expect(overClasses(dist(), [2, 3])).toEqual(dist());
});

/** The smallest batch and the fewest classes that an objective takes, and whether its samples count one by one. */
function domainOf({ name }: LossOptions): { readonly rows: number; readonly classes: number; readonly alone: boolean } {
	// A correlation over two samples is −1 or 1, a step.
	if (name === "dist") return { rows: 3, classes: 2, alone: false };
	return { rows: 1, classes: name === "dkd" || name === "mixture" ? 3 : 2, alone: true };
}

describe.each(all)("%j", (options) => {
	test("mean over the batch: a batch twice over has the same loss, and half the gradient for each copy", async () => {
		const batch = drawBatch(1, 3, 5);
		const { student, teacher, labels, marks = [], variance = [] } = batch;
		const once = await run(options, batch);
		const twice = await run(options, {
			student: [...student, ...student],
			teacher: [...teacher, ...teacher],
			labels: [...labels, ...labels],
			marks: [...marks, ...marks],
			variance: [...variance, ...variance],
		});
		expect(twice.value).toBeCloseTo(once.value, 12);
		const halves = once.gradient.map((row) => row.map((x) => x / 2));
		expectClose(twice.gradient.flat(), [...halves, ...halves].flat());
	});

	const least = domainOf(options);
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

test.each(all.filter((options) => domainOf(options).alone))(
	"%j of a batch is the mean of its samples' losses",
	async (options) => {
		const { student, teacher, labels } = drawBatch(2, 4, 3);
		const { value } = await run(options, { student, teacher, labels });
		let sum = 0;
		for (const [i, label] of labels.entries()) {
			const [z = [], v = []] = [student[i], teacher[i]];
			sum += (await run(options, { student: [z], teacher: [v], labels: [label] })).value;
		}
		expect(value).toBeCloseTo(sum / labels.length, 12);
	},
);

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
