import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/own-data.js";
import { type CsvFormat, openCsv } from "./csv.js";

interface Read {
	readonly columns: readonly string[];
	readonly rows: readonly (readonly string[])[];
	readonly lines: readonly number[];
}

async function read(text: string, format: Partial<CsvFormat> = {}): Promise<Read> {
	const path = join(await temporaryFolder(), "table.csv");
	await writeFile(path, text);
	const table = await openCsv(path, { delimiter: ",", header: true, ...format });
	const rows: (readonly string[])[] = [];
	for await (const lot of table.rows()) rows.push(...lot);
	return {
		columns: table.columns,
		rows,
		lines: await Promise.all(rows.slice(0, 3).map((_, row) => table.lineOf(row))),
	};
}

describe("openCsv", () => {
	test("quotes, line breaks within them, empty lines, a byte order mark, CRLF", async () => {
		const text = '\ufeffa,"b ""c"""\r\n1,"x,y"\r\n\r\n2,"two\r\nlines"\r\n3,z\r\n';
		expect(await read(text)).toEqual({
			columns: ["a", 'b "c"'],
			rows: [
				["1", "x,y"],
				["2", "two\r\nlines"],
				["3", "z"],
			],
			lines: [2, 5, 6],
		});
	});

	test("another delimiter, no header", async () => {
		expect(await read("1;2\n3;4\n", { delimiter: ";", header: false })).toEqual({
			columns: ["1", "2"],
			rows: [
				["1", "2"],
				["3", "4"],
			],
			lines: [1, 2],
		});
	});

	test("more rows than go into a lot", async () => {
		const { rows } = await read(`n\n${Array.from({ length: 2500 }, (_, i) => `${i}\n`).join("")}`);
		expect(rows.map(([n]) => Number(n))).toEqual(Array.from({ length: 2500 }, (_, i) => i));
	});

	test.each([
		["a ragged row", "a,b\n1,2\n3\n", /line 3: expected as many cells as in the first line/],
		["a quote that stays open", 'a,b\n1,"2\n3,4\n', /line \d: expected cells whose quotes are closed/],
		["a quote within a cell", 'a,b\n1,2"\n', /line 2: expected cells whose quotes are closed/],
		["two columns of one name", "a,a\n1,2\n", /line 1: .*"a" twice.*header=false/],
		["an empty file", "", /expected a table, got an empty file/],
	])("refuses %s", async (_, text, message) => {
		await expect(read(text)).rejects.toThrow(message);
		await expect(read(text)).rejects.toMatchObject({ category: "data" });
	});
});
