import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runtime } from "../../test/support/graphs.js";
import { temporaryFolder } from "../../test/support/own-data.js";
import { asTheyAre, type Row, swapped, twoClassData, writeTwoClassModel } from "../../test/support/two-class-data.js";
import { dataOptions } from "../data/options.js";
import { LimbeckError } from "../errors.js";
import { evaluateModels } from "./evaluate.js";
import type { EvaluateOutcome, EvaluateStep } from "./evaluation.js";

/** Three right and one wrong, for a model whose logits are the features. */
const threeOfFour: readonly Row[] = [
	[2, 0, "a"],
	[2, 0, "a"],
	[0, 2, "b"],
	[2, 0, "b"],
];

async function evaluated(rows: readonly Row[], step: Partial<EvaluateStep> = {}): Promise<EvaluateOutcome> {
	const folder = await temporaryFolder();
	const data = dataOptions.parse({ name: "csv", ...(await twoClassData(folder, rows)) });
	const right = await writeTwoClassModel(join(folder, "right.onnx"), asTheyAre.nodes, asTheyAre);
	const wrong = await writeTwoClassModel(join(folder, "wrong.onnx"), swapped.nodes, swapped);
	let time = 0;
	return evaluateModels({ data, models: { right, wrong }, threads: 1, ...step }, { runtime, now: () => (time += 2) });
}

describe("evaluateModels", () => {
	test("errors, likelihood, size and speed of every model", async () => {
		const { test: count, models, details, comparisons } = await evaluated(threeOfFour);
		expect(count).toBe(4);
		expect(models["right"]).toMatchObject({ errors: 1, accuracy: 0.75, parameters: 4, multiplyAdds: 4 });
		expect(models["wrong"]).toMatchObject({ errors: 3, accuracy: 0.25, latencyMs: { p50: 2, p99: 2 } });
		// −log σ(2) three times, and −log σ(−2).
		const [good, bad] = [Math.log1p(Math.exp(-2)), Math.log1p(Math.exp(2))];
		expect(models["right"]?.nll).toBeCloseTo((3 * good + bad) / 4, 6);
		// Calls of four, the whole split, in 2 ms each.
		expect(models["right"]?.throughput).toBe(2000);
		expect({ details, comparisons }).toEqual({ details: {}, comparisons: [] });
	});

	test("details: temperature from validation, top-k, classes, confusions", async () => {
		const { details } = await evaluated(threeOfFour, { details: { top: [1, 2] } });
		const { right, wrong } = details;
		expect(right).toMatchObject({
			topK: { "1": 0.75, "2": 1 },
			perClass: [
				{ name: "a", samples: 2, correct: 2, accuracy: 1 },
				{ name: "b", samples: 2, correct: 1, accuracy: 0.5 },
			],
			confused: [{ label: "b", predicted: "a", count: 1 }],
			classNames: "absent",
		});
		// At T = 2 / log 3 a margin of 2 has a confidence of ¾, which is what is right.
		expect(right?.calibration?.temperature).toBeCloseTo(2 / Math.log(3), 6);
		expect(right?.calibration?.nll).toBeCloseTo(0.75 * Math.log(4 / 3) + 0.25 * Math.log(4), 6);
		expect(right?.calibration?.ece).toBeCloseTo(0, 6);
		expect(right?.reliability.map(({ count, accuracy }) => [count, accuracy])).toEqual([[4, 0.75]]);
		// The other model is right in a quarter of the validation samples: no temperature is high enough.
		expect(wrong?.calibration?.temperature).toBe(10_000);
		expect(right?.accuracyInterval).toEqual({ low: 0.25, high: 1 });
	});

	test("the temperature does not come from the test split", async () => {
		const { details } = await evaluated([[2, 0, "a"], ...Array.from({ length: 3 }, (): Row => [2, 0, "b"])], {
			details: {},
		});
		expect(details["right"]?.calibration?.temperature).toBeCloseTo(2 / Math.log(3), 6);
		expect(details["right"]?.topK).toEqual({ "1": 0.25 });
	});

	test("pairs: McNemar's test, the paired interval, fidelity", async () => {
		const { comparisons, fidelity } = await evaluated(threeOfFour, {
			compare: [
				["right", "wrong"],
				["right", "right"],
			],
			fidelity: [["wrong", "right"]],
		});
		// 3 against 1: 2 · (C(4, 0) + C(4, 1)) / 2⁴.
		expect(comparisons[0]).toMatchObject({ onlyA: 3, onlyB: 1, p: 0.625, difference: { value: 0.5, high: 1 } });
		expect(comparisons[0]?.difference.low).toBeLessThan(0);
		expect(comparisons[1]).toEqual({
			a: "right",
			b: "right",
			onlyA: 0,
			onlyB: 0,
			p: 1,
			difference: { value: 0, low: 0, high: 0 },
		});
		// Of margins ±2 the KL is (σ(2) − σ(−2)) · 2.
		expect(fidelity[0]?.agreement).toBe(0);
		expect(fidelity[0]?.klToTeacher).toBeCloseTo(2 * Math.tanh(1), 6);
	});
});

describe("evaluateModels refuses", () => {
	test("classes in another order", async () => {
		const folder = await temporaryFolder();
		const data = dataOptions.parse({ name: "csv", ...(await twoClassData(folder, threeOfFour)) });
		const file = join(folder, "net.onnx");
		await writeTwoClassModel(file, asTheyAre.nodes, { ...asTheyAre, classes: ["b", "a"] });
		const call = evaluateModels({ data, models: { net: file }, threads: 1 }, { runtime, now: () => 0 });
		await expect(call).rejects.toThrow(LimbeckError);
		await expect(call).rejects.toThrow('got the same classes in another, ["b", "a"]');
	});

	test("values that are not finite, by sample and count", async () => {
		const folder = await temporaryFolder();
		const rows: readonly Row[] = [
			[4, 0, "a"],
			[4, 1, "a"],
			[0, -5, "b"],
			[-1, 9, "b"],
		];
		const data = dataOptions.parse({ name: "csv", ...(await twoClassData(folder, rows)) });
		const file = await writeTwoClassModel(join(folder, "root.onnx"), [["Sqrt", ["x"], ["y"]]]);
		const call = evaluateModels({ data, models: { root: file }, threads: 1 }, { runtime, now: () => 0 });
		await expect(call).rejects.toThrow(
			`${file} on the test split: expected finite logits, got NaN at sample 2, class 1 (2 of 4 samples have such values)`,
		);
	});
});
