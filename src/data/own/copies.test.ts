import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createDraws } from "../../../test/support/draws.js";
import { npy, pictures, temporaryFolder, zip } from "../../../test/support/own-data.js";
import { classData, classTest } from "../class-data.js";
import type { DataSet, TestSet } from "../data-set.js";
import { dataSetOf } from "../index.js";
import { dataOptions } from "../options.js";
import { loadTestSet } from "../test-sets.js";
import { createContents } from "./contents.js";

interface Loaded {
	readonly data: DataSet;
	readonly held: TestSet;
	readonly codes: readonly string[];
}

async function load(choice: Readonly<Record<string, unknown>>): Promise<Loaded> {
	const options = dataOptions.parse(choice);
	const env = { XDG_CACHE_HOME: await temporaryFolder() };
	const data = classData(await dataSetOf(options).load({ ...options, env }), "test");
	const held = classTest(await loadTestSet({ ...options, env }), "test");
	expect(held.notices).toEqual(data.notices);
	return { data, held, codes: data.notices?.map(({ code }) => code) ?? [] };
}

/** Rows `[x, y, label]`, every one different, of two classes. */
function rows(count: number, name = "copies"): readonly string[] {
	const values = createDraws(3, name).reals(2 * count, -1, 1);
	return Array.from({ length: count }, (_, row) => `${values.slice(2 * row, 2 * row + 2).join()},${String(row % 2)}`);
}

async function table(lines: readonly string[], name = "t.csv"): Promise<string> {
	const path = join(await temporaryFolder(), name);
	await writeFile(path, ["x,y,label", ...lines, ""].join("\n"));
	return path;
}

const originsOf = ({ data, held }: Loaded): readonly (readonly number[])[] =>
	[data.train, data.validation, held].map(({ origin }) => Array.from(origin?.rows ?? []));

describe("a split of ours", () => {
	test("is as ever without copies, and nothing is told", async () => {
		const file = await table(rows(60));
		const [one, other] = [await load({ name: "csv", file }), await load({ name: "csv", file, duplicates: "random" })];
		expect(originsOf(one)).toEqual(originsOf(other));
		expect([...one.codes, ...other.codes]).toEqual([]);
	});

	test("moves few samples where few have copies, in memory and prepared", async () => {
		const lines = rows(100);
		const file = await table([...lines, ...lines.slice(0, 10)]);
		const random = originsOf(await load({ name: "csv", file, duplicates: "random" }));
		const loaded = await load({ name: "csv", file });
		const together = originsOf(loaded);
		expect(loaded.codes).toEqual(["copies-together"]);
		expect(originsOf(await load({ name: "csv", file, memory: 0 }))).toEqual(together);
		for (const own of together) for (const row of own) if (row < 10) expect(own).toContain(row + 100);
		const stayed = together.flatMap((own, part) => own.filter((row) => random[part]?.includes(row)));
		expect(stayed.length).toBeGreaterThan(95);
	});

	test("leaves repeated measurements where they fall: copies with other labels, which are counted", async () => {
		const lines = Array.from({ length: 80 }, (_, row) => `${String(row % 4)},0,${String(Math.floor(row / 4) % 2)}`);
		const file = await table(lines);
		const { codes } = await load({ name: "csv", file });
		expect(codes).toEqual([
			"constant-column",
			...["validation-in-training", "test-in-training", "copies-in-training", "contradicting-labels"],
		]);
		expect((await load({ name: "csv", file, duplicates: "together" })).codes).toContain("copies-together");
	});

	test("leaves copies where they fall where too few samples differ, and refuses that where it was asked for", async () => {
		const file = await table(rows(4).flatMap((row) => new Array<string>(10).fill(row)));
		expect((await load({ name: "csv", file })).codes).toContain("test-in-training");
		await expect(load({ name: "csv", file, duplicates: "together" })).rejects.toMatchObject({ category: "data" });
	});

	test("keeps copies of pictures and of rows of arrays together as well", async () => {
		const directory = await temporaryFolder();
		for (const name of ["a", "b"]) {
			await pictures(join(directory, name), 10);
			for (const k of ["0", "1", "2"]) {
				await cp(join(directory, name, `${k}.png`), join(directory, name, `copy-${k}.png`));
			}
		}
		const { codes, data, held } = await load({ name: "folder", directory, size: 8, channels: 1 });
		expect(codes).toEqual(["copies-together"]);
		expect([data.train.count, data.validation.count, held.count].reduce((a, b) => a + b, 0)).toBe(26);
		const file = join(await temporaryFolder(), "a.npz");
		const x = Uint8Array.from({ length: 80 }, (_, at) => Math.floor((at % 40) / 2));
		const y = Uint8Array.from({ length: 40 }, (_, row) => row % 2);
		await writeFile(file, zip({ "x.npy": npy("|u1", [40, 2], x), "y.npy": npy("|u1", [40], y) }));
		expect((await load({ name: "npz", file })).codes).toEqual(["copies-together"]);
	});
});

describe("a test set that the user set apart", () => {
	const other = rows(12, "apart");

	test("with some training samples: counted and told, with the place", async () => {
		const lines = rows(60);
		const test = await table([...other, ...lines.slice(0, 4)], "test.csv");
		const { data, codes } = await load({ name: "csv", file: await table(lines), test });
		expect(codes).toEqual(["test-in-training"]);
		expect(data.notices?.[0]?.text).toMatch(/^4 of 16 test samples .*test\.csv: line 14/);
	});

	test.each([
		["the same file", (lines: readonly string[]) => lines],
		["a part of it in another order", (lines: readonly string[]) => lines.slice(5, 25).reverse()],
	])("that is %s: refused", async (_, part) => {
		const lines = rows(60);
		const test = await table(part(lines), "test.csv");
		await expect(load({ name: "csv", file: await table(lines), test })).rejects.toMatchObject({
			category: "data",
			where: test,
		});
	});

	test("that is the same file is refused though its rows have copies; part of such is only told", async () => {
		const lines = rows(20).flatMap((row) => [row, row, row]);
		const file = await table(lines);
		await expect(load({ name: "csv", file, test: file })).rejects.toThrow(/the training samples themselves/);
		const test = await table(lines.slice(0, 9), "test.csv");
		expect((await load({ name: "csv", file, test })).codes).toContain("test-in-training");
	});

	test("of folders: a copy of the training folder is refused", async () => {
		const directory = await temporaryFolder();
		for (const name of ["a", "b"]) await pictures(join(directory, "train", name), 8);
		await mkdir(join(directory, "test"));
		for (const name of ["a", "b"]) {
			await cp(join(directory, "train", name), join(directory, "test", name), { recursive: true });
		}
		await expect(load({ name: "folder", directory, size: 8, channels: 1 })).rejects.toThrow(/training samples/);
	});
});

test("a table of contents finds the first of equals, whatever their number", () => {
	const contents = createContents(5000);
	for (let row = 0; row < 5000; row++) if (row !== 7) contents.add(row, Float32Array.of(row % 1000, 0.5));
	expect(Array.from(contents.first)).toEqual(
		Array.from({ length: 5000 }, (_, row) => (row === 7 ? -1 : row % 1000 === 7 ? 1007 : row % 1000)),
	);
});
