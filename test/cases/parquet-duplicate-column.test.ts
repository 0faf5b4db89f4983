import { join } from "node:path";
import { expect, test } from "vitest";
import { caseFolder } from "./case.js";
import { loadData } from "./load.js";

test("two columns of one name are refused, as in a text table", async () => {
	const file = join(await caseFolder("parquet-duplicate-column"), "joined.parquet");
	await expect(loadData({ name: "parquet", file })).rejects.toThrow(
		/a name of its own for every column, got "value" twice/,
	);
	await expect(loadData({ name: "parquet", file })).rejects.toMatchObject({ category: "data" });
});
