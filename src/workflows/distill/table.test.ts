import { describe, expect, it } from "vitest";
import { digitsRecipe } from "../../../test/support/recipes.js";
import { wrapText } from "../../report/text.js";
import type { Report } from "./report.js";
import { reportTable } from "./table.js";

const network = {
	errors: 40,
	accuracy: 0.98,
	balancedAccuracy: 0.9,
	macroF1: 0.9,
	nll: 0.0712,
	brier: 0.03,
	ece: 0.0105,
	parameters: 1_234_567,
	bytes: 4_938_268,
	latencyMs: { p50: 0.0614, p99: 0.09 },
	throughput: 50_000,
	trainSeconds: 61.23,
	secondsPerEpoch: 3.06,
	validationErrors: 20,
	keptStep: 9,
	trainSamples: 7000,
};

function reportOf(studentErrors: number, seeds: readonly number[] = [1]): Report {
	const spread = seeds.length > 1 ? { std: network } : {};
	const test = { onlyA: 10, onlyB: 30, p: 0.0123, difference: { value: 0.01, low: 0.005, high: 0.015 } };
	return {
		schema: 1,
		kind: "distill",
		created: "2025-01-01T00:00:00.000Z",
		recipe: digitsRecipe({}),
		seeds,
		data: { name: "digits", train: 7000, validation: 1000, test: 2000, classes: 10, fingerprint: "" },
		teacher: { ...network, ...spread },
		baseline: { ...network, ...spread },
		student: { ...network, errors: studentErrors, agreement: 0.99, klToTeacher: 0.01 },
		mcnemar: seeds.map(() => test),
		environment: { limbeck: "0.1.0", node: "v20", onnxruntime: "1", cpu: "one", threads: 1, platform: "linux-x64" },
	};
}

describe("reportTable", () => {
	it("has a line for each network where there is room", () => {
		const [heading, teacher] = reportTable(reportOf(30)).split("\n");
		expect(heading).toMatch(/^ +errors +accuracy +NLL +ECE +parameters +kB +ms\/sample +trained in$/);
		expect(teacher).toMatch(/^teacher +40 +98\.00 % +0\.0712 +0\.0105 +1,234,567 +4,938 +0\.061 +61\.2 s$/);
	});

	it("has a column for each network where there is not", () => {
		const lines = reportTable(reportOf(30, [1, 2, 3]), 80).split("\n");
		expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
		expect(lines[0]).toMatch(/^ +teacher +student, alone +student, distilled$/);
		expect(lines[1]).toMatch(/^errors +40\.0 ± 40\.0 +40\.0 ± 40\.0 +30$/);
	});

	it("has the verdict before all else that it says, broken between words", () => {
		const diagnosis = [
			{ code: "too-few-steps", text: "The teacher took 21 steps: too few to judge it by.", hint: "Train it longer." },
			{ code: "unequal-classes", text: "The classes are very unequal." },
		];
		expect(
			reportTable({ ...reportOf(30), diagnosis }, 40)
				.split("\n")
				.slice(-10),
		).toEqual([
			"Verdict",
			"- The teacher took 21 steps: too few to",
			"  judge it by.",
			"  Train it longer.",
			"- The classes are very unequal.",
			"",
			"On 2,000 test samples, seen once, at the",
			"end.",
			"The distilled student agrees with the",
			"teacher on 99.00 %; KL to it 0.0100.",
		]);
	});

	it("of an earlier version, without a verdict, has the figures and concludes nothing", () => {
		expect(reportTable(reportOf(42))).toContain(
			"The student makes 42 errors, alone 40 (2,000 test samples; McNemar's p = 0.012).",
		);
	});

	it("has balanced accuracy and macro F1 beside accuracy where classes are very unequal", () => {
		const report = reportOf(30);
		const data = { ...report.data, balance: { majorityShare: 0.9, unequal: true } };
		expect(reportTable({ ...report, data })).toMatch(/^ +errors +accuracy +balanced accuracy +macro F1 +NLL/);
		expect(reportTable(report)).not.toContain("balanced accuracy");
	});
});

describe("wrapText", () => {
	it.each([
		["aa bb cc", 5, ["aa bb", "cc"]],
		["aa", 1, ["aa"]],
		["a toolong b", 3, ["a", "toolong", "b"]],
		["aa bb", Infinity, ["aa bb"]],
	])("breaks %s at %d", (text, width, lines) => {
		expect(wrapText(text, width)).toEqual(lines);
	});
});
