import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetWriteFile } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { npy, temporaryFolder } from "../../../test/support/own-data.js";
import { dataSetOf } from "../index.js";
import { dataOptions } from "../options.js";
import { loadTestSet } from "../test-sets.js";

/** Samples and rows of labels in files of their own, `[40, 2]` to train on, and `[10, width]` for the test. */
async function rowsOf(width: number, descr: "|u1" | "<f8"): Promise<Readonly<Record<string, string>>> {
	const folder = await temporaryFolder();
	const put = async (name: string, bytes: Buffer): Promise<string> => {
		const path = join(folder, name);
		await writeFile(path, bytes);
		return path;
	};
	const numbers = (count: number, from: number) => Float32Array.from({ length: count }, (_, k) => Math.sin(from + k));
	const marks = (count: number) => Array.from({ length: count }, (_, k) => (k % 3 === 0 ? 1 : 0));
	const labels = (rows: number, columns: number): Buffer => {
		const cells = marks(rows * columns);
		return npy(descr, [rows, columns], descr === "|u1" ? Uint8Array.from(cells) : Float64Array.from(cells));
	};
	return {
		file: await put("x.npy", npy("<f4", [40, 3], numbers(120, 0))),
		labels: await put("y.npy", labels(40, 2)),
		test: await put("tx.npy", npy("<f4", [10, 3], numbers(30, 1000))),
		testLabels: await put("ty.npy", labels(10, width)),
	};
}

/** Rows of which the label is a list of numbers. */
async function lists(listOf: (row: number) => readonly number[]): Promise<string> {
	const filename = join(await temporaryFolder(), "lists.parquet");
	const rows = Array.from({ length: 40 }, (_, row) => row);
	parquetWriteFile({
		filename,
		schema: [
			{ name: "root", num_children: 2 },
			{ name: "a", type: "DOUBLE", repetition_type: "REQUIRED" },
			{ name: "y", repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
			{ name: "list", repetition_type: "REPEATED", num_children: 1 },
			{ name: "element", type: "DOUBLE", repetition_type: "OPTIONAL" },
		],
		columnData: [
			{ name: "a", data: rows.map((row) => Math.sin(row)) },
			{ name: "y", data: rows.map(listOf) },
		],
	});
	return filename;
}

describe("rows of labels are as wide as those to train on", () => {
	it.each([
		["multi-label", "|u1", 1],
		["multi-label", "|u1", 3],
		["regression", "<f8", 1],
		["regression", "<f8", 3],
	] as const)("%s, arrays of %s: %i columns where there are 2 for training", async (task, descr, width) => {
		const choice = dataOptions.parse({ name: "npy", task, ...(await rowsOf(width, descr)) });
		const env = { XDG_CACHE_HOME: await temporaryFolder() };
		await expect(loadTestSet({ ...choice, env })).rejects.toThrow(
			new RegExp(`ty\\.npy: expected 2 columns of labels, as there are for training: .*, got ${String(width)}$`),
		);
		const sound = dataOptions.parse({ name: "npy", task, ...(await rowsOf(2, descr)) });
		const { labels } = await loadTestSet({ ...sound, env });
		expect(Array.from(labels)).toEqual(Array.from({ length: 20 }, (_, k) => (k % 3 === 0 ? 1 : 0)));
	});

	it.each([
		["too few numbers", [1], /row 8, column y: expected 2 numbers, as the first sample has, got 1/],
		["too many", [1, 2, 3], /row 8, column y: expected 2 numbers, as the first sample has, got 3/],
		["none", [], /row 8, column y: expected 2 numbers, as the first sample has, got 0/],
	])("%s in a list of a Parquet file", async (_, odd, message) => {
		const load = (file: string) => {
			const choice = dataOptions.parse({ name: "parquet", task: "regression", file, label: "y" });
			return dataSetOf(choice).load(choice);
		};
		const { classes, train } = await load(await lists((row) => [row, -row]));
		expect(classes).toEqual(["y 0", "y 1"]);
		expect(train.labels).toHaveLength(2 * train.count);
		await expect(load(await lists((row) => (row === 7 ? odd : [row, -row])))).rejects.toThrow(message);
	});
});
