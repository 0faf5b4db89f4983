import { describe, expect, test } from "vitest";
import { evaluate, numbers, real } from "../../test/support/graphs.js";
import { createGraph } from "../ops/index.js";
import { checkAnswers, formOfValues } from "../predict/output-form.js";
import { settingOf } from "../predict/setting.js";
import { combineLogits } from "../tasks/classification/combine.js";
import type { Combination } from "../tasks/combination.js";
import { logitsOf, type Reading } from "./outputs.js";

const rows = (...values: readonly (readonly number[])[]) => ({
	data: Float32Array.from(values.flat()),
	width: values[0]?.length ?? 0,
	where: "a.onnx",
});

describe("what rows of numbers are", () => {
	test.each([
		[
			"probabilities",
			[
				[0.2, 0.8],
				[1, 0],
			],
		],
		[
			"log-probabilities",
			[
				[Math.log(0.2), Math.log(0.8)],
				[0, -Infinity],
			],
		],
		[
			"logits",
			[
				[0.2, 0.8],
				[3, 1],
			],
		],
		[
			"logits",
			[
				[-1, 2],
				[0.5, 0.5],
			],
		],
	] as const)("%s: %j", (form, values) => {
		expect(formOfValues(rows(...values)).form).toBe(form);
	});

	test("nearly probabilities are for the user to name", () => {
		expect(() => formOfValues({ ...rows([0.5, 0.5], [0.52, 0.5]), setting: settingOf("model") })).toThrow(
			"a.onnx: expected probabilities that sum to 1 ± 0.001, or else logits, got numbers that are not negative, " +
				"with a row that sums to 1.020. Say what they are: --set model.outputs=logits or --set model.outputs=probabilities.",
		);
	});

	test.each([
		[
			"NaN",
			[
				[0, 1],
				[0, NaN],
			],
			"a.onnx: sample 1: expected finite numbers, got NaN for class 1",
		],
		["infinity", [[Infinity, 1]], "a.onnx: sample 0: expected finite numbers, got Infinity for class 0"],
		["−∞ among logits", [[5, -Infinity]], "a.onnx: sample 0: expected finite numbers, got -Infinity for class 1"],
	] as const)("%s is refused by its sample", (_, values, message) => {
		expect(() => formOfValues(rows(...values))).toThrow(message);
	});

	test.each([
		[
			"a sum that is not one",
			[
				[0.5, 0.5],
				[0.5, 0.49],
			],
			"sample 8: expected probabilities of 2 classes that sum to 1 ± 0.001, got a sum of 0.9900",
		],
		[
			"a negative one",
			[[1.25, -0.25]],
			"sample 7: expected probabilities of 2 classes that sum to 1 ± 0.001, got -0.25",
		],
	] as const)("probabilities with %s are refused by their sample", (_, values, message) => {
		expect(() => {
			checkAnswers({ ...rows(...values), first: 7 }, "probabilities");
		}).toThrow(message);
	});
});

async function read(values: readonly (readonly number[])[], reading: Reading): Promise<readonly number[]> {
	const g = createGraph();
	const dims = [values.length, values[0]?.length ?? 0];
	const logits = logitsOf(g, g.input("answer", { type: "float", dims }), reading);
	return numbers(await evaluate(g, { logits }, { answer: real("float", dims, values.flat()) }), "logits");
}

describe("logits", () => {
	test("of probabilities: log max(p, 10⁻¹²)", async () => {
		const [a = NaN, b = NaN, c] = await read([[0.25, 0.75, 0]], { form: "probabilities" });
		expect(a - b).toBeCloseTo(Math.log(1 / 3), 5);
		expect(c).toBeCloseTo(-27.631, 3);
	});

	test("of log-probabilities: themselves, and finite", async () => {
		expect(await read([[-0.5, -40, -Infinity]], { form: "log-probabilities" })).toEqual([-0.5, -40, -1000]);
	});

	test("of the outputs that are chosen, in the order chosen", async () => {
		expect(await read([[1, 2, 3, 4]], { form: "logits", select: [3, 1] })).toEqual([4, 2]);
	});
});

async function combined(
	members: readonly (readonly number[])[],
	weights: readonly number[],
	combination: Combination,
): Promise<readonly number[]> {
	const g = createGraph();
	const dims = [1, members[0]?.length ?? 0];
	const values = members.map((_, k) => g.input(`z${k}`, { type: "float", dims }));
	const feeds = Object.fromEntries(members.map((z, k) => [`z${k}`, real("float", dims, z)]));
	return numbers(await evaluate(g, { logits: combineLogits(g, values, weights, combination) }, feeds), "logits");
}

describe("ensembles (Hinton et al. 2015, §2)", () => {
	const logs = (...p: readonly number[]): readonly number[] => p.map(Math.log);
	test.each([
		["arithmetic", [1, 1], [0.5, 0.5]],
		["arithmetic", [3, 1], [0.35, 0.65]],
		// √(0.2 · 0.8) : √(0.8 · 0.2)
		["geometric", [1, 1], [0.5, 0.5]],
		// 0.2^¾ 0.8^¼ : 0.8^¾ 0.2^¼ = 1 : 2
		["geometric", [3, 1], [1 / 3, 2 / 3]],
	] as const)("%s mean of (0.2, 0.8) and (0.8, 0.2), weights %j", async (combination, weights, expected) => {
		// A constant added to a member's logits changes nothing.
		const members = [logs(0.2, 0.8), logs(0.8, 0.2).map((z) => z + 7)];
		const got = (await combined(members, weights, combination)).map(Math.exp);
		for (const [at, p] of expected.entries()) expect(got[at]).toBeCloseTo(p, 5);
	});

	test("the sum of logits, each times its weight", async () => {
		const members = [
			[1, -2],
			[10, 4],
		];
		expect(await combined(members, [1, 0.5], "sum")).toEqual([6, 0]);
		expect(await combined([[3, 5]], [2], "sum")).toEqual([6, 10]);
	});

	test.each(["arithmetic", "geometric", "sum"] as const)("%s: finite at logits of ±1000", async (combination) => {
		const got = await combined(
			[
				[1000, -1000, 0],
				[1000, 1000, -1000],
			],
			[1, 1],
			combination,
		);
		expect(got.every(Number.isFinite)).toBe(true);
		expect(got.indexOf(Math.max(...got))).toBe(0);
	});

	test("a member that is certain decides the arithmetic mean no more than its share", async () => {
		const got = await combined(
			[
				[1000, 0],
				[0, 0],
			],
			[1, 1],
			"arithmetic",
		);
		expect(got[1]).toBeCloseTo(Math.log(0.25), 5);
	});
});
