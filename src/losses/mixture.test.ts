import { expect, test } from "vitest";
import { drawBatch, expectClose, run } from "../../test/support/losses.js";
import { distillationOptions, type LossOptions, losses, temperatureOf } from "./index.js";

const batch = drawBatch(31, 3, 5);
const soft = losses["soft-targets"].options.parse({ name: "soft-targets", hardWeight: 0 });

const mixtureOf = (of: readonly object[]): LossOptions => losses.mixture.options.parse({ name: "mixture", of });

test("a mixture is the weighted sum: value and gradient", async () => {
	const mixed = await run(
		mixtureOf([
			{ name: "cross-entropy", weight: 0.5 },
			{ ...soft, weight: 3 },
		]),
		batch,
	);
	const [hard, taught] = [await run({ name: "cross-entropy" }, batch), await run(soft, batch)];
	expect(mixed.value).toBeCloseTo(0.5 * hard.value + 3 * taught.value, 12);
	const sum = hard.gradient.flat().map((x, i) => 0.5 * x + 3 * (taught.gradient.flat()[i] ?? NaN));
	expectClose(mixed.gradient.flat(), sum);
});

test.each([
	[0, 0],
	[0.1, 1],
	[0.2, 2],
	[0.9, 2],
])("a weight may change over training: at %d the teacher counts %d times", async (progress, factor) => {
	const schedule = { name: "linear", to: 2, end: 0.2 };
	const mixed = await run(mixtureOf([{ name: "cross-entropy" }, { ...soft, schedule }]), batch, "double", progress);
	const [hard, taught] = [await run({ name: "cross-entropy" }, batch), await run(soft, batch)];
	expect(mixed.value).toBeCloseTo(hard.value + factor * taught.value, 5);
});

const hints = { name: "hints", pairs: [{ student: "a", teacher: "b" }] };

test.each([
	["nothing on outputs", [hints], "an objective on the student's outputs among them"],
	["nothing of the teacher", [{ name: "label-smoothing" }], "an objective that asks the teacher among them"],
	["an objective without weight", [{ ...soft, weight: 0 }], "expected number to be >0"],
	["nothing at all", [], "expected array to have >=1 items"],
])("%s is refused", (_, of, message) => {
	expect(() => distillationOptions.parse({ name: "mixture", of })).toThrow(message);
});

test("hints count as asking the teacher", () => {
	expect(() => distillationOptions.parse({ name: "mixture", of: [{ name: "cross-entropy" }, hints] })).not.toThrow();
});

test("its temperature is the highest of its parts'", () => {
	expect(temperatureOf(mixtureOf([soft, { name: "dkd", temperature: 8 }, { name: "cross-entropy" }]))).toBe(8);
	expect(temperatureOf({ ...soft, temperature: 2 })).toBe(2);
	expect(temperatureOf({ name: "logit-matching" })).toBeUndefined();
});
