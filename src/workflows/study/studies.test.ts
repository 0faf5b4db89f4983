import { describe, expect, it, test } from "vitest";
import { fitRecipe } from "../../distill/data-fit.js";
import { parametersOf, unitsFor } from "./shallow.js";
import { parseStudyRecipe, type StudyName, studies, studyOf } from "./studies.js";
import type { Measurements, NetworkMeasures } from "./study.js";
import { comparedErrors } from "./wording.js";

const names = Object.keys(studies) as readonly StudyName[]; // The table's own keys.

describe.each(names)("%s", (name) => {
	it.each(["quick", "full"] as const)("has a recipe of %s size, with three seeds", (size) => {
		const written = studyOf(name).sizes[size];
		expect(parseStudyRecipe(written)).toMatchObject({ name, seeds: 3 });
		expect(parseStudyRecipe(parseStudyRecipe(written))).toEqual(parseStudyRecipe(written));
	});

	it("refuses a field that it does not have, by its path", () => {
		const written = studyOf(name).sizes.quick;
		expect(() => parseStudyRecipe(written, "study", ["data.nonsense=1"])).toThrow("nonsense");
	});
});

test("the name of a recipe says which study it is of", () => {
	expect(() => parseStudyRecipe({ name: "tempo" })).toThrow(`one of ${names.join(", ")}`);
});

test("a network from a file needs no family, as in other recipes", () => {
	const pareto = parseStudyRecipe({ ...studies.pareto.sizes.quick, students: [{ file: "a.onnx" }] });
	expect(pareto).toMatchObject({ students: [{ family: "file", file: "a.onnx" }] });
	const boosting = parseStudyRecipe({ ...studies.boosting.sizes.quick, generalist: { file: "b.onnx" } });
	expect(boosting).toMatchObject({ generalist: { family: "file", file: "b.onnx" } });
	const set = parseStudyRecipe(studyOf("mnist").sizes.quick, "study", ['convolutional={"file":"c.onnx"}']);
	expect(set).toMatchObject({ convolutional: { family: "file", file: "c.onnx" } });
});

describe("differences in words", () => {
	// Pairs differ by 10, 12 and 14: 12 on average, deviation 2, t = 4.303: 12 ± 4.97.
	const [few, many] = [
		[100, 101, 102],
		[110, 113, 116],
	];

	it("tell how many fewer, and how sure that is", () => {
		expect(comparedErrors(few, many, "B")).toBe("makes 12.0 fewer errors than B (95 % interval 7.0 to 17.0)");
	});

	it("tell how many more, the same interval the other way", () => {
		expect(comparedErrors(many, few, "A")).toBe("makes 12.0 more errors than A (95 % interval 7.0 to 17.0)");
	});

	it("claim nothing where the interval has zero in it, or where there is one seed", () => {
		expect(comparedErrors([10, 20, 30], [11, 19, 33], "B")).toContain(", not significant)");
		expect(comparedErrors([10], [30], "B")).toBe("makes 20.0 fewer errors than B (one seed: no interval)");
		expect(comparedErrors([3, 4], [4, 3], "B")).toContain("makes as many errors as B");
	});
});

test("a deep net of about as many parameters as a shallow one, and not of more", () => {
	expect(parametersOf(784, [100], 10)).toBe(785 * 100 + 101 * 10);
	const units = unitsFor(79_510, 784, 3, 10);
	expect(parametersOf(784, [units, units, units], 10)).toBeLessThanOrEqual(79_510);
	expect(parametersOf(784, Array<number>(3).fill(units + 1), 10)).toBeGreaterThan(79_510);
});

describe("temperature", () => {
	const recipe = parseStudyRecipe({
		name: "temperature",
		teacher: {},
		widths: [30],
		temperatures: [1, 3, 20],
		seeds: 3,
	});

	/** Errors of each network by seed: on the test split, and on validation. */
	const table: Readonly<Record<string, readonly [test: readonly number[], validation: number]>> = {
		teacher: [[50, 50, 50], 20],
		"30-alone": [[200, 200, 200], 90],
		"30-smoothed": [[190, 190, 190], 80],
		"30-T1": [[150, 152, 151], 70],
		"30-T3": [[121, 120, 122], 50],
		// Best on the test split, and not on validation: it must not be chosen.
		"30-T20": [[100, 100, 100], 60],
		"30-logits": [[160, 160, 161], 75],
		"30-standardized": [[130, 130, 130], 55],
	};
	const measured: Measurements = {
		results: [],
		of: (name) =>
			(table[name]?.[0] ?? []).map(
				(errors): NetworkMeasures => ({
					errors,
					accuracy: 1 - errors / 2000,
					nll: 0.1,
					ece: 0.01,
					parameters: 10,
					bytes: 40,
					latencyMs: { p50: 1, p99: 1 },
					validationErrors: table[name]?.[1] ?? 0,
				}),
			),
	};
	const fitted = fitRecipe(recipe, { sampleShape: [1, 28, 28], train: 7000 }).recipe;
	const { answer, tables } = studyOf("temperature").findings(fitted, measured);

	it("chooses by validation, whatever the test split says", () => {
		expect(answer[0]).toMatch(/^At 30 units validation chooses T = 3, which makes 30.0 fewer errors than T = 1/);
		expect(tables[0]?.rows.filter(([, errors = ""]) => errors.endsWith("*")).map(([title]) => title)).toEqual([
			"soft targets, T = 3",
		]);
	});

	it("holds the paper's window against all other temperatures", () => {
		// In it 121, 120, 122; outside the means 125, 126, 125.5: 4, 6 and 3.5 fewer.
		expect(answer.at(-1)).toContain("T from 2.5 to 4, holds: on average 4.5 fewer errors");
	});
});
