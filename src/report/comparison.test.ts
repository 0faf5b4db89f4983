import { expect, test } from "vitest";
import type { Comparison } from "../distill/evaluation.js";
import { type ComparedModel, type ComparisonReport, comparisonTable, judgePairs } from "./comparison.js";

const model = (name: string, errors: number): ComparedModel => ({
	name,
	file: `${name}.onnx`,
	errors,
	accuracy: 1 - errors / 2000,
	balancedAccuracy: 0.9,
	macroF1: 0.8,
	nll: 0.1,
	brier: 0.05,
	ece: 0.01,
	parameters: 5000,
	bytes: 21_000,
	multiplyAdds: 4900,
	latencyMs: { p50: 0.1, p99: 0.2 },
	throughput: 9000,
	accuracyInterval: { low: 0.97, high: 0.99 },
	topK: { 1: 0.98, 5: 0.999 },
	calibration: { temperature: 1.5, nll: 0.09, ece: 0.005 },
	reliability: [],
	perClass: [],
	confused: [],
	classNames: "same",
});

const outcome = (p: number, value: number): Comparison => ({
	onlyA: 1,
	onlyB: 2,
	p,
	difference: { value, low: value - 0.01, high: value + 0.01 },
});

const environment = { limbeck: "0", node: "v20", onnxruntime: "1", cpu: "one", threads: 1, platform: "linux-x64" };
const two: ComparisonReport = {
	data: "digits",
	split: "test",
	samples: 2000,
	environment,
	models: [model("a", 40), model("b", 60)],
	pairs: judgePairs([["a", "b"]], [outcome(0.03, 0.01)]),
};

test("one pair is judged by its own p, several by Holm's", () => {
	expect(two.pairs[0]).toMatchObject({ a: "a", b: "b", p: 0.03, corrected: 0.03, significant: true });
	const pairs = [
		["a", "b"],
		["a", "c"],
		["b", "c"],
	] as const;
	// 0.02 · 3, 0.03 · 2 and 0.04 · 1, none below the one before.
	const judged = judgePairs(pairs, [outcome(0.03, 0.01), outcome(0.02, 0.02), outcome(0.04, 0.01)]);
	expect(judged.map(({ corrected }) => corrected)).toEqual([0.06, 0.06, 0.06]);
	expect(judged.every(({ significant }) => !significant)).toBe(true);
	// At the level itself nothing is significant.
	expect(judgePairs([["a", "b"]], [outcome(0.05, 0)])[0]?.significant).toBe(false);
});

test("says who is better, by how much", () => {
	const text = comparisonTable(two);
	expect(text).toMatch(/^ +errors +accuracy +95 % interval +top-5 +NLL +Brier +ECE +T +NLL\/T +ECE\/T +parameters/m);
	expect(text).toMatch(/^a +40 +98\.00 % +97\.00 to 99\.00 +99\.90 % +0\.1000 +0\.0500 +0\.0100 +1\.50 +0\.0900/m);
	expect(text).toContain(
		"a has 20 fewer errors than b (McNemar's p = 0.030; a − b: 1.00 points of accuracy, 95 % interval 0.00 to 2.00).",
	);
	expect(text).not.toContain("Holm");
	expect(text).not.toContain("agreement");
});

test("the better one may be the second", () => {
	const pairs = judgePairs([["a", "b"]], [outcome(1e-9, -0.01)]);
	expect(comparisonTable({ ...two, pairs })).toContain("b has 20 fewer errors than a (McNemar's p < 0.0001;");
});

test("says plainly that nothing is shown, and names the correction", () => {
	const pairs = judgePairs(
		[
			["a", "b"],
			["a", "c"],
		],
		[outcome(0.03, 0.01), outcome(0.5, 0)],
	);
	const text = comparisonTable({ ...two, pairs });
	expect(text).toContain("No significant difference between a and b (corrected p = 0.060;");
	expect(text).toContain("Holm's correction for 2 comparisons");
});

test("with a teacher: fidelity, and the teacher itself without; a column for each where width is short", () => {
	const models = two.models.map((one) => ({ ...one, agreement: 0.97, klToTeacher: 0.02 }));
	const text = comparisonTable({ ...two, models, teacher: model("t", 30) }, 80);
	expect(text).toMatch(/^ +a +b +teacher: t$/m);
	expect(text).toMatch(/^agreement +97\.00 % +97\.00 % +–$/m);
	expect(text).toMatch(/^KL to teacher +0\.0200 +0\.0200 +–$/m);
	expect(text.split("\n").every((line) => line.length <= 80)).toBe(true);
});
