import { expect, test } from "vitest";
import { type EvaluationReport, evaluationTable } from "./evaluation.js";
import { operations } from "./numbers.js";

const report: EvaluationReport = {
	model: "net.onnx",
	data: "digits",
	split: "test",
	samples: 2000,
	errors: 40,
	accuracy: 0.98,
	balancedAccuracy: 0.9,
	macroF1: 0.8,
	nll: 0.0712,
	brier: 0.03,
	ece: 0.0105,
	parameters: 1_234_567,
	bytes: 4_938_268,
	multiplyAdds: 40_551_040,
	latencyMs: { p50: 0.0614, p99: 0.09 },
	throughput: 50_000,
	accuracyInterval: { low: 0.9735, high: 0.986 },
	topK: { 1: 0.98, 5: 0.999 },
	calibration: { temperature: 1.2345, nll: 0.07, ece: 0.004 },
	reliability: [
		{ lower: 0.6, upper: 0.8, count: 100, confidence: 0.75, accuracy: 0.5 },
		{ lower: 0.8, upper: 1, count: 1900, confidence: 1, accuracy: 1 },
	],
	perClass: [
		{ name: "0", samples: 4, correct: 3, accuracy: 0.75 },
		{ name: "one", samples: 0, correct: 0 },
	],
	confused: [{ label: "4", predicted: "9", count: 12 }],
	classNames: "same",
	environment: { limbeck: "0.1.0", node: "v20", onnxruntime: "1.30", cpu: "one", threads: 2, platform: "linux-x64" },
};

test("a line for each measure", () => {
	const text = evaluationTable(report, false);
	expect(text).toMatch(/^net\.onnx on the test split of digits\n\nerrors +40 of 2,000\naccuracy +98\.00 %$/m);
	expect(text).toMatch(/^accuracy, 95 % interval +97\.35 to 98\.60 %\ntop-5 accuracy +99\.90 %$/m);
	expect(text).toMatch(/^temperature, fitted on validation +1\.23[45]$/m);
	expect(text).toMatch(/^multiply-adds of a sample +40\.6 M$/m);
	expect(text).not.toContain("top-1");
	expect(text).not.toContain("Reliability");
});

test("details: a bar of 40 places for each bin, filled up to the accuracy, with a mark at the confidence", () => {
	const text = evaluationTable(report, true);
	expect(text).toMatch(/^0\.60–0\.80 +100 +0\.750 +0\.500 +█{20}·{10}│·{9}$/m);
	expect(text).toMatch(/^0\.80–1\.00 +1,900 +1\.000 +1\.000 +█{39}│$/m);
	expect(text).toMatch(/^class +right +of +accuracy\n0 +3 +4 +75\.00 %\none +0 +0 +–$/m);
	expect(text).toMatch(/^4 → 9 +12$/m);
});

test("says what is not known, and that classes have other names", () => {
	const unknown = { ...report, multiplyAdds: null, multiplyAddsUnknown: "QLinearConv", classNames: "other" } as const;
	const text = evaluationTable(unknown, false);
	expect(text).toMatch(/^multiply-adds of a sample +unknown$/m);
	expect(text).toContain("Multiply-adds are unknown because of QLinearConv.");
	expect(text).toContain("names its classes otherwise");
	expect(evaluationTable({ ...report, confused: [] }, true)).not.toContain("Most confused");
});

test.each([
	[0, "0"],
	[999, "999"],
	[6352, "6.35 k"],
	[40_551_040, "40.6 M"],
	[4.1e9, "4.10 G"],
	[undefined, "unknown"],
])("%s multiply-adds are %s", (value, text) => {
	expect(operations(value)).toBe(text);
});
