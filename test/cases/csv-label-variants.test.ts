import { join } from "node:path";
import { expect, test } from "vitest";
import { caseFolder } from "./case.js";
import { loadData } from "./load.js";

test("labels that differ in blanks, or in how a number is written, are one class, and that is told", async () => {
	const folder = await caseFolder("csv-label-variants");
	const blank = await loadData({ name: "csv", file: join(folder, "blank.csv") });
	expect(blank.data.classes).toEqual(["cat", "dog", "eel"]);
	expect(blank.codes).toEqual(["label-variants"]);
	expect(blank.data.notices?.[0]?.text).toContain('"cat" and "cat "');
	const numbers = await loadData({ name: "csv", file: join(folder, "float-and-int.csv") });
	expect(numbers.data.classes).toEqual(["0", "1", "2"]);
	expect(numbers.codes).toEqual(["label-variants"]);
	// The same features: the same splits, whatever the spelling.
	expect(numbers.data.fingerprint).toBe(blank.data.fingerprint);
});

test("a label NaN is a missing one", async () => {
	const file = join(await caseFolder("csv-label-variants"), "nan-text.csv");
	await expect(loadData({ name: "csv", file })).rejects.toThrow(/line 2, column label: expected a label, got "NaN"/);
});
