import { expect, test } from "vitest";
import { caseFolder, runIn, small } from "./case.js";

test("a table in Latin-1 is refused with line and byte: its labels ä and ö would be one class", async () => {
	const folder = await caseFolder("csv-latin1-merges-classes");
	const { code, stdout, stderr } = await runIn(folder, ["distill", "--data", "latin1.csv", ...small]);
	expect(stderr).toMatch(/latin1\.csv: line 2, byte 14[^]*text in UTF-8[^]*"ä" in Windows-1252[^]*iconv/);
	expect([code, stdout]).toEqual([3, ""]);
});
