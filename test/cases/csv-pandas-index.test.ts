import { join } from "node:path";
import { expect, test } from "vitest";
import { caseFolder } from "./case.js";
import { loadData } from "./load.js";

test("the index that pandas writes is no feature: the data are those of the table without it", async () => {
	const folder = await caseFolder("csv-pandas-index");
	const without = await loadData({ name: "csv", file: join(folder, "without.csv") });
	const csv = await loadData({ name: "csv", file: join(folder, "index.csv") });
	expect(csv.data.fingerprint).toBe(without.data.fingerprint);
	expect(csv.codes).toEqual(["passed-over"]);
	expect(without.codes).toEqual([]);
	const parquet = await loadData({ name: "parquet", file: join(folder, "index.parquet") });
	expect(parquet.data.sampleShape).toEqual([2]);
	expect(parquet.data.notices?.[0]?.text).toMatch(/"__index_level_0__"/);
});

test("unless it is asked for", async () => {
	const folder = await caseFolder("csv-pandas-index");
	const kept = await loadData({ name: "csv", file: join(folder, "index.csv"), keep: ["Unnamed: 0"] });
	expect(kept.data.sampleShape).toEqual([3]);
	expect(kept.codes).toEqual(["row-numbers"]);
});
