/** Tables as other programs write them: what is read, what is told, what is refused and with which hint. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadData } from "../../../test/cases/load.js";
import { temporaryFolder } from "../../../test/support/own-data.js";

const classes = ["cat", "dog"] as const;

/** Thirty rows of two numbers, a label and a line number for a table's lines to be made of. */
function lines(line: (a: number, b: number, label: string, row: number) => string): string[] {
	return Array.from({ length: 30 }, (_, row) => {
		return line(((row * 37) % 101) / 8, ((row * 53) % 97) / 4 - 9, classes[row % 2] ?? "", row);
	});
}

async function load(rows: readonly string[], options: Readonly<Record<string, unknown>> = {}, name = "t.csv") {
	const file = join(await temporaryFolder(), name);
	await writeFile(file, `${rows.join("\n")}\n`);
	return loadData({ name: "csv", file, ...options });
}

const plain = ["a,b,label", ...lines((a, b, label) => `${String(a)},${String(b)},${label}`)];
const german = (value: number): string => String(value).replace(".", ",");

describe("what is read as the plain table, and told", () => {
	test.each([
		["semicolons", ["a;b;label", ...lines((a, b, l) => `${String(a)};${String(b)};${l}`)], ["separator"]],
		[
			"decimal commas",
			["a;b;label", ...lines((a, b, l) => `${german(a)};${german(b)};${l}`)],
			["separator", "decimal-comma"],
		],
		[
			"Excel's first line, and decimal commas in quotes",
			["sep=;", "a;b;label", ...lines((a, b, l) => `"${german(a)}";"${german(b)}";${l}`)],
			["separator", "passed-over", "decimal-comma"],
		],
		["tabs in .csv", ["a\tb\tlabel", ...lines((a, b, l) => `${String(a)}\t${String(b)}\t${l}`)], ["separator"]],
		["bars", ["a|b|label", ...lines((a, b, l) => `${String(a)}|${String(b)}|${l}`)], ["separator"]],
		["spaces", ["a b label", ...lines((a, b, l) => `${String(a)} ${String(b)} ${l}`)], ["separator"]],
		["blanks after commas", ["a, b, label", ...lines((a, b, l) => `${String(a)}, ${String(b)}, ${l}`)], []],
		["quoted numbers", ['"a","b","label"', ...lines((a, b, l) => `"${String(a)}","${String(b)}","${l}"`)], []],
		[
			"decimal commas in quotes between commas",
			["a,b,label", ...lines((a, b, l) => `"${german(a)}","${german(b)}",${l}`)],
			["decimal-comma"],
		],
		[
			"R's names of rows",
			['"","a","b","label"', ...lines((a, b, l, row) => `"${String(row + 1)}",${String(a)},${String(b)},${l}`)],
			["passed-over"],
		],
		[
			"two indices of pandas",
			[
				",Unnamed: 0.1,a,b,label",
				...lines((a, b, l, row) => `${String(row)},${String(row)},${String(a)},${String(b)},${l}`),
			],
			["passed-over"],
		],
		[
			"an id that never recurs, and a UUID",
			[
				"PassengerId,row_uuid,a,b,label",
				...lines((a, b, l, row) => `${String(row * 7)},u-${String(row)}-x,${String(a)},${String(b)},${l}`),
			],
			["passed-over"],
		],
		[
			"a separator at each end",
			["a,b,label,", ...lines((a, b, l) => `${String(a)},${String(b)},${l},`)],
			["passed-over"],
		],
	])("%s", async (_, rows, codes) => {
		const [wanted, found] = [await load(plain), await load(rows)];
		expect(found.codes).toEqual(codes);
		expect(found.data.fingerprint).toBe(wanted.data.fingerprint);
	});

	test("an id that recurs is a feature, which is told; so is one that is kept", async () => {
		const rows = ["shop_id,a,label", ...lines((a, _, l, row) => `${String(row % 7)},${String(a)},${l}`)];
		const { data, codes } = await load(rows);
		expect([data.sampleShape, codes]).toEqual([[2], ["id-as-feature"]]);
		const ids = ["id,a,label", ...lines((a, _, l, row) => `${String(row * 7)},${String(a)},${l}`)];
		expect((await load(ids)).data.sampleShape).toEqual([1]);
		expect((await load(ids, { keep: ["id"] })).data.sampleShape).toEqual([2]);
	});

	test("columns of one value, and of nearly one", async () => {
		const rows = ["a,c,n,label", ...lines((a, _, l, row) => `${String(a)},3,${row === 2 ? "1" : "0"},${l}`)];
		const { codes } = await load(rows);
		expect(codes[0]).toBe("constant-column");
	});

	test.each([
		["the label names a column that is no place", ["4", "9"], { label: "9" }],
		["columns counted from 0", ["0", "1", "2"], { label: "2" }],
		["two columns counted from 1, above text", ["1", "2"], { label: "2" }],
		["years", ["2019", "2020", "2021"], { unlabelled: true }],
		["numbers beside names", ["3", "8", "label"], {}],
	])("a first line of numbers is a header where %s", async (_, names, options) => {
		const rows = lines((a, b, l, row) =>
			[String(a), String(b), names.length === 2 ? l : String(row % 2)].slice(-names.length).join(","),
		);
		const { data, test: held } = await load([names.join(","), ...rows], options);
		expect(data.train.count + data.validation.count + held.count).toBe(30);
	});

	test("labels: NFC, needless zeros, leading zeros, case, a name that stands for nothing", async () => {
		const labels = ["é", "e\u0301", "1", "1.00", "01", "Cat", "cat", "None"];
		const rows = [
			"a,label",
			...Array.from({ length: 80 }, (_, i) => `${String((i * 37) % 101)},${labels[i % 8] ?? ""}`),
		];
		await expect(load(rows)).rejects.toThrow(/line 9, column label: expected a label, got "None".*data\.classes/);
		const { data, codes } = await load(rows, { classes: ["é", "1", "01", "Cat", "cat", "None"] });
		expect(data.classes).toHaveLength(6);
		expect(codes).toEqual(["label-variants", "labels-alike"]);
	});

	test("a test file's labels are spelt as the training file's", async () => {
		const test = join(await temporaryFolder(), "test.csv");
		await writeFile(test, "id,a,b,label\n7,1,2,cat \n8,2,3,dog\n");
		const loaded = await load(plain, { test });
		expect(Array.from(loaded.test.labels)).toEqual([0, 1]);
		expect(loaded.codes).toEqual(["passed-over"]);
	});
});

describe("what is refused, with a hint that works", () => {
	const bad = (cell: string, of = plain): string[] =>
		of.map((row, i) => (i === 4 ? row.replace(/^[^,;]*/, cell) : row));
	test.each([
		["percentages", bad("5%"), /line 5, column a.*"5%".*without the sign/],
		["dates", bad("2020-01-31"), /numbers, such as days or seconds/],
		["infinity", bad("inf"), /"inf".*in place of what is infinite/],
		["missing numbers", bad("NaN"), /"NaN".*Fill such cells in/],
		["other bases", bad("0x1f"), /"0x1f"/],
		["thousands in groups", bad('"1,512"'), /"1,512".*without separators between thousands/],
		["both decimal marks", bad('"0,5"'), /"0,5".*the same decimal mark/],
		[
			"two columns",
			[plain[0] ?? "", "x,y,cat", ...plain.slice(2)],
			/"x"; other columns.*"b" \("y"\).*ignore='\["a","b"\]'/,
		],
		["no header", plain.slice(1), /line 1: expected names of the columns.*data\.header=false/],
		["remarks before the table", ["# made by hand", ...plain], /line 2:.*remarks/],
		[
			"R's names of rows, unnamed",
			[plain[0] ?? "", ...plain.slice(1).map((row, i) => `${String(i)},${row}`)],
			/row\.names=FALSE/,
		],
		[
			"columns that are one in NFC",
			["\u00e9,e\u0301,label", ...plain.slice(1)],
			/"\\u00e9" and "e\\u0301", which differ/,
		],
		[
			"commas of unclear meaning",
			["a\tb\tlabel", ...lines((_, b, l, row) => `1,${String(512 + row)}\t${String(Math.round(b))}\t${l}`)],
			/decimal or separates thousands.*data\.decimal=','/,
		],
		[
			"one class that is all the same",
			["a,b,label", ...lines((a, b, l) => (l === "cat" ? "1,1,cat" : `${String(a)},${String(b)},dog`))],
			/equal training samples of class "cat"/,
		],
	])("%s", async (_, rows, message) => {
		await expect(load(rows)).rejects.toThrow(message);
	});

	test.each([
		["1,4,9", "label"],
		["12,13", "label"],
		["12,13,14", "label"],
		["1,2", "2"],
		["4,1", "1"],
	])("a first line %s of data is no header, for label %s", async (first, label) => {
		const width = first.split(",").length;
		const rows = lines((a, b, _, row) => [Math.round(a), row % 2, Math.round(b)].slice(0, width).join(","));
		await expect(load([first, ...rows], { label })).rejects.toThrow(/line 1: expected names.*--set data\.header=false/);
	});

	test("a header said to be missing, and one that is", async () => {
		await expect(load(plain, { header: false, label: "3" })).rejects.toThrow(/leave data\.header=false out/);
		expect((await load(plain.slice(1), { header: false, label: "3" })).data.sampleShape).toEqual([2]);
		// Columns that are called by numbers in order have a header.
		const numbered = ["0,1,label", ...plain.slice(1)];
		expect((await load(numbered)).data.sampleShape).toEqual([2]);
	});
});
