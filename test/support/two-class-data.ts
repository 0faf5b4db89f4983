/** Data whose features are the logits that a model of ours passes on, so that every figure can be worked by hand. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeModelFile } from "../../src/onnx/file.js";
import type { Tensor } from "../../src/onnx/tensor.js";
import { foreignModel, info, type NodeParts } from "./models.js";

/** A row of the table: two features, and the class. */
export type Row = readonly [x: number, y: number, label: "a" | "b"];

const table = (rows: readonly Row[]): string => ["x,y,label", ...rows.map((row) => row.join())].join("\n");

/**
 * Writes a table for training whose rows have the features (k + 2, k), which as logits are all the same, 90 of class a and
 * 30 of class b, and one for the test. Whatever is taken for validation has three of a for one of b: its best temperature is 2 / log 3.
 *
 * @returns the options of the data.
 */
export async function twoClassData(folder: string, test: readonly Row[]): Promise<{ file: string; test: string }> {
	const files = { file: join(folder, "train.csv"), test: join(folder, "test.csv") };
	const rows = Array.from({ length: 120 }, (_, k): Row => [k + 3, k + 1, k % 4 === 0 ? "b" : "a"]);
	await writeFile(files.file, table(rows));
	await writeFile(files.test, table(test));
	return files;
}

/** Writes a model of two features and two logits. @returns its path. */
export async function writeTwoClassModel(
	path: string,
	nodes: readonly NodeParts[],
	{ constants = {}, classes }: { constants?: Readonly<Record<string, Tensor>>; classes?: readonly string[] } = {},
): Promise<string> {
	const model = foreignModel({
		opset: 17,
		nodes,
		inputs: [info("x", ["n", 2])],
		outputs: [info("y", ["n", 2])],
		constants,
	});
	const metadata = new Map(classes === undefined ? [] : [["limbeck.classes", JSON.stringify(classes)]]);
	await writeModelFile(path, { ...model, metadata });
	return path;
}

const matrix = (...values: readonly number[]): Tensor => ({
	type: "float",
	dims: [2, 2],
	data: Float32Array.from(values),
});

/** A model whose logits are the features. */
export const asTheyAre = { nodes: [["MatMul", ["x", "w"], ["y"]]], constants: { w: matrix(1, 0, 0, 1) } } as const;

/** A model whose logits are the features, one in the other's place. */
export const swapped = { nodes: [["MatMul", ["x", "w"], ["y"]]], constants: { w: matrix(0, 1, 1, 0) } } as const;
