/** Names in several spellings: of columns, labels, classes and groups. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetWriteFile } from "hyparquet-writer";
import { expect, test } from "vitest";
import { loadData } from "../../../test/cases/load.js";
import { npy, temporaryFolder, zip } from "../../../test/support/own-data.js";
import { applySettings } from "../../settings.js";
import { dataOptions } from "../options.js";

const count = 60;

type Loaded = Awaited<ReturnType<typeof loadData>>;

/** A table of two numbers and what is written in the row's other columns. */
async function load(header: string, cells: (row: number) => string, options: Readonly<Record<string, unknown>> = {}) {
	const file = join(await temporaryFolder(), "t.csv");
	const rows = Array.from(
		{ length: count },
		(_, row) => `${String((row * 37) % 101)},${String((row * 53) % 97)},${cells(row)}`,
	);
	await writeFile(file, [`a,b,${header}`, ...rows, ""].join("\n"));
	return loadData({ name: "csv", file, ...options });
}

const label = (row: number): string => String(row % 2);

test.each(["7.0", " 7", "7.", "+7"])("a group is one by the one spelling of labels: 7 and %s", async (other) => {
	const groupOf = (row: number): string => (row < 6 ? (row < 3 ? "7" : other) : `p${String(row >> 1)}`);
	const { data, test: held } = await load("label,who", (row) => `${label(row)},${groupOf(row)}`, { group: "who" });
	const holding = [data.train, data.validation, held].filter(({ origin }) => origin?.rows.some((row) => row < 6));
	expect(holding).toHaveLength(1);
});

const versions = ["1.1", "1.10", "2.0", "3"];
const versioned = (options?: Readonly<Record<string, unknown>>): Promise<Loaded> =>
	load("label", (row) => versions[row % 4] ?? "", options);

test("numbers in several spellings are one class, with a hint that keeps them apart", async () => {
	const { data } = await versioned();
	expect(data.classes).toEqual(["1.1", "2", "3"]);
	const [notice] = data.notices ?? [];
	expect(notice?.code).toBe("label-variants");
	const setting = /--set (data\.classes=)'(.*)'\.$/.exec(notice?.hint ?? "");
	const named = applySettings({}, [`${setting?.[1] ?? ""}${setting?.[2] ?? ""}`], dataOptions) as Loaded; // What was set.
	const apart = await versioned({ classes: named.data.classes });
	expect(apart.data.classes).toEqual(["1.1", "1.10", "2", "3"]);
	expect(apart.codes).toEqual([]);
	expect([0, 1, 2, 3].map((c) => apart.test.labels.filter((one) => one === c).length)).toEqual([3, 3, 3, 3]);
});

test("spellings that differ in blanks alone have no such hint", async () => {
	const { data } = await load("label", (row) => ["cat", "cat ", "dog"][row % 3] ?? "");
	expect(data.notices?.map(({ code, hint }) => [code, hint])).toEqual([["label-variants", undefined]]);
});

test("of classes that only their spelling tells apart, none is meant by a third", async () => {
	const third = load("label", (row) => ["1.1", "1.10", "1.100"][row % 3] ?? "", { classes: ["1.1", "1.10"] });
	await expect(third).resolves.toMatchObject({ data: { classes: ["1.1", "1.10"] } });
	const other = load("label", (row) => ["1.10", "1.100", "1.1000"][row % 3] ?? "", { classes: ["1.10", "1.100"] });
	await expect(other).rejects.toThrow(/labels that are classes of the data \(1\.10, 1\.100\), got "1\.1"/);
});

test("a question mark is a missing label, unless it is the name of a class", async () => {
	const cells = (row: number): string => ["cat", "dog", "?"][row % 3] ?? "";
	await expect(load("label", cells)).rejects.toThrow(/line 4, column label: expected a label, got "\?"/);
	expect((await load("label", cells, { classes: ["cat", "dog", "?"] })).data.classes).toHaveLength(3);
});

test.each(
	[
		["a", "a"],
		["a", "a "],
		["é", "e\u0301"],
	].map((pair) => [pair]),
)("a class is named once: %j", (classes) => {
	const parsed = dataOptions.safeParse({ name: "csv", file: "t.csv", classes });
	expect(parsed.error?.issues).toMatchObject([{ path: ["classes"], message: "each class once" }]);
});

const parquetFile = async (...names: readonly string[]): Promise<string> => {
	const filename = join(await temporaryFolder(), "t.parquet");
	const numbers = (of: (row: number) => number): number[] => Array.from({ length: count }, (_, row) => of(row));
	const [first = "", ...others] = names;
	parquetWriteFile({
		filename,
		columnData: [
			{ name: first, data: numbers((row) => row % 2), type: "INT32" },
			...others.map((name, at) => ({ name, data: numbers((row) => row * (at + 1)), type: "DOUBLE" as const })),
		],
	});
	return filename;
};

test("columns of a Parquet file are compared as those of a text table", async () => {
	const file = await parquetFile(" label", "e\u0301 ", "b");
	const { data } = await loadData({ name: "parquet", file, label: "label " });
	expect(data.features).toEqual(["é", "b"]);
	const doubles = await parquetFile("label", " x", "x");
	await expect(loadData({ name: "parquet", file: doubles })).rejects.toThrow(
		/a name of its own for every column, got " x" and "x", which differ in spaces or Unicode form alone/,
	);
});

test("what is said of labels names their array", async () => {
	const texts = ["1", "1.0", "2"];
	const codes = Uint32Array.from(
		{ length: 3 * count },
		(_, at) => texts[Math.floor(at / 3) % 3]?.codePointAt(at % 3) ?? 0,
	);
	const x = npy(
		"<f4",
		[count, 1],
		Float32Array.from({ length: count }, (_, row) => row),
	);
	const file = join(await temporaryFolder(), "t.npz");
	await writeFile(file, zip({ "x.npy": x, "y.npy": npy("<U3", [count], codes) }));
	const { data } = await loadData({ name: "npz", file });
	expect(data.notices?.[0]?.text).toMatch(/^Labels of \S+t\.npz: array y that differ .*"1" and "1\.0"\.$/);
	await expect(loadData({ name: "npz", file, classes: ["1", "3"] })).rejects.toThrow(
		/t\.npz: array y: expected labels/,
	);
});
