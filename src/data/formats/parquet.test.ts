import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetWriteFile } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/own-data.js";
import { openParquet } from "./parquet.js";

async function written(): Promise<string> {
	const filename = join(await temporaryFolder(), "table.parquet");
	parquetWriteFile({
		filename,
		columnData: [
			{ name: "a", data: [0.5, 1.5, 2.5, 3.5, 4.5], type: "DOUBLE" },
			{ name: "n", data: [1n, 2n, 3n, 4n, 5n], type: "INT64" },
			{ name: "on", data: [true, false, true, false, true], type: "BOOLEAN" },
			{ name: "kind", data: ["x", "y", "x", null, "z"], type: "STRING" },
			{ name: "when", data: Array.from({ length: 5 }, (_, day) => new Date(day)), type: "TIMESTAMP" },
		],
		rowGroupSize: 2,
	});
	return filename;
}

describe("openParquet", () => {
	test("columns and row groups", async () => {
		const table = await openParquet(await written());
		expect(table.columns).toEqual([
			{ name: "a", kind: "number" },
			{ name: "n", kind: "number" },
			{ name: "on", kind: "boolean" },
			{ name: "kind", kind: "text" },
			{ name: "when", kind: "other" },
		]);
		expect(table.count).toBe(5);
		expect(table.groups.map(({ rowStart, rowEnd }) => [rowStart, rowEnd])).toEqual([
			[0, 2],
			[2, 4],
			[4, 5],
		]);
		const cells = async (column: string): Promise<readonly unknown[]> =>
			Promise.all(table.groups.map(async (group) => Array.from(await table.read(column, group))));
		expect(await cells("a")).toEqual([[0.5, 1.5], [2.5, 3.5], [4.5]]);
		expect(await cells("n")).toEqual([[1n, 2n], [3n, 4n], [5n]]);
		expect(await cells("kind")).toEqual([["x", "y"], ["x", null], ["z"]]);
	});

	test("damaged files", async () => {
		const path = join(await temporaryFolder(), "other.parquet");
		await writeFile(path, "this is no Parquet file");
		await expect(openParquet(path)).rejects.toMatchObject({ category: "data", expected: "a whole Parquet file" });
		await expect(openParquet(`${path}.none`)).rejects.toMatchObject({ category: "data", got: "none" });
	});
});
