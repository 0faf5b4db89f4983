import { join } from "node:path";
import { expect, test } from "vitest";
import { caseFolder } from "./case.js";
import { loadData } from "./load.js";

test("semicolons between cells and commas in numbers are found and told", async () => {
	const file = join(await caseFolder("csv-semicolon"), "german.csv");
	const found = await loadData({ name: "csv", file });
	expect(found.codes).toEqual(["separator", "decimal-comma"]);
	expect(found.data.sampleShape).toEqual([2]);
	const said = await loadData({ name: "csv", file, delimiter: ";", decimal: "," });
	expect(said.codes).toEqual([]);
	expect(said.data.fingerprint).toBe(found.data.fingerprint);
	await expect(loadData({ name: "csv", file, decimal: "." })).rejects.toThrow(/"1,512".*data\.decimal=','/);
});
