import { describe, expect, test } from "vitest";
import { foreignModel, info, runModel } from "../../test/support/models.js";
import { importModel } from "../import/index.js";
import type { OnnxModel } from "../onnx/model.js";
import { featuresKey, normalizationOf, preprocessingKey } from "../predict/metadata.js";
import { alignFeatures } from "./features.js";

const names = ["a", "b", "c"];

/** y = x · (1, 10, 100), of columns a, b, c. */
function model(features: readonly string[] | undefined, dims: readonly (string | number)[] = ["batch", 3]): OnnxModel {
	const weight = { type: "float", dims: [3, 1], data: Float32Array.of(1, 10, 100) } as const;
	const made = foreignModel({
		opset: 17,
		nodes: [["MatMul", ["x", "w"], ["y"]]],
		inputs: [info("x", dims)],
		outputs: [info("y", ["batch", 1])],
		constants: { w: weight },
	});
	const normalization = JSON.stringify({ mean: [1, 2, 3], std: 1 });
	const metadata = new Map([
		[preprocessingKey, normalization],
		...(features === undefined ? [] : [[featuresKey, JSON.stringify(features)] as const]),
	]);
	return { ...made, metadata };
}

/** What a model makes of a row. */
async function answer(one: OnnxModel, ...row: readonly number[]): Promise<unknown> {
	const input = one.graph.inputs[0]?.name ?? "";
	const x = { type: "float", dims: [1, row.length], data: Float32Array.from(row) } as const;
	const [y] = Object.values(await runModel(one, { [input]: x }));
	return y?.data[0];
}

test("the same columns in the same order change nothing", () => {
	const given = model(names);
	const aligned = alignFeatures(given, ["a", " b", "c"], "net.onnx");
	expect(aligned.model).toBe(given);
	expect(aligned.notices).toEqual([]);
});

test("the same columns in another order are put into the model's, with what they are normalised with, and told", async () => {
	const { model: aligned, notices, features } = alignFeatures(model(names), ["c", "a", "b"], "net.onnx");
	expect(notices).toMatchObject([{ code: "columns-reordered", text: expect.stringContaining("net.onnx") as string }]);
	expect(features).toEqual(["c", "a", "b"]);
	expect(normalizationOf(aligned, "")).toEqual({ mean: [3, 1, 2], std: 1 });
	expect(await answer(aligned, 3, 1, 2)).toBe(321);
	expect(await answer(importModel(aligned), 3, 1, 2)).toBe(321);
	// And back again, and on.
	const back = alignFeatures(alignFeatures(aligned, names, "net.onnx").model, ["b", "a", "c"], "net.onnx").model;
	expect(normalizationOf(back, "")).toEqual({ mean: [2, 1, 3], std: 1 });
	expect(await answer(back, 2, 1, 3)).toBe(321);
});

describe("refused by the first few names of both sides", () => {
	test.each([
		["a column too few", ["a", "b"], /without "c"/],
		["a column too many", ["a", "b", "c", "d"], /does not know: "d".*data\.ignore='\["d"\]'/s],
		["other names", ["x", "y", "z"], /without "a", "b", "c"; columns that the model does not know: "x", "y", "z"/],
		["a column twice", ["a", "b", "b"], /without "c"/],
	])("%s", (_, features, text) => {
		let error: unknown;
		try {
			alignFeatures(model(names), features, "net.onnx");
		} catch (thrown) {
			error = thrown;
		}
		expect(error).toMatchObject({ category: "model" });
		const { got, hint } = error as { got: string; hint: string };
		expect(`${got}\n${hint}`).toMatch(text);
	});

	test("another order where a sample has a shape of its own", () => {
		expect(() => alignFeatures(model(names, ["batch", 1, 3]), ["b", "a", "c"], "net.onnx")).toThrow(/shape of its own/);
	});
});

test.each([
	["a model without names", undefined, names],
	["data without names", names, undefined],
] as const)("%s: columns are taken in order, and that is told", (_, own, features) => {
	const given = model(own);
	const aligned = alignFeatures(given, features, "net.onnx");
	expect(aligned.model).toBe(given);
	expect(aligned.features).toEqual(names);
	expect(aligned.notices).toMatchObject([{ code: "columns-by-position" }]);
	expect(alignFeatures(model(undefined), undefined, "net.onnx").notices).toEqual([]);
});
