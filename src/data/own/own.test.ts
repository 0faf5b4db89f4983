import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetWriteFile } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { createDraws } from "../../../test/support/draws.js";
import { npy, temporaryFolder, zip } from "../../../test/support/own-data.js";
import { classData, classTest } from "../class-data.js";
import type { DataSet, Split, TestSet } from "../data-set.js";
import { dataSetOf } from "../index.js";
import { readSamples } from "../open-samples.js";
import { dataOptions } from "../options.js";
import { loadTestSet } from "../test-sets.js";

const count = 60;
const kinds = ["cat", "dog", "owl"] as const;
const draws = createDraws(3, "own data");
/** `[count, 2]` and a class for each. */
const features = Float32Array.from(draws.reals(2 * count, -4, 9));
const labelOf = (row: number): number => (row * 7) % 3;

interface Loaded {
	readonly data: DataSet;
	readonly test: TestSet;
}

async function load(choice: Readonly<Record<string, unknown>>, cache?: string): Promise<Loaded> {
	const options = dataOptions.parse(choice);
	const env = { XDG_CACHE_HOME: cache ?? (await temporaryFolder()) };
	const entry = dataSetOf(options);
	return {
		data: classData(await entry.load({ ...options, env }), "test"),
		test: classTest(await loadTestSet({ ...options, env }), "test"),
	};
}

/** A split's samples as plain numbers, from memory or file. */
function valuesOf(split: Split, { sampleShape }: Pick<DataSet, "sampleShape">): readonly number[] {
	return Array.from(
		readSamples(
			split,
			sampleShape,
			Uint32Array.from({ length: split.count }, (_, row) => row),
		).data,
	);
}

/** Everything about data that training or evaluation sees. */
function contents({ data, test }: Loaded): unknown {
	const { classes, sampleShape, normalization, fingerprint, train, validation } = data;
	const splits = [train, validation, test].map((split) => [Array.from(split.labels), valuesOf(split, data)]);
	return { classes, sampleShape, normalization, fingerprint, splits };
}

const csvText = (text = "a,b,kind"): string =>
	[
		text,
		...Array.from(
			{ length: count },
			(_, row) => `${features[2 * row]},${features[2 * row + 1]},${kinds[labelOf(row)] ?? ""}`,
		),
		"",
	].join("\n");

async function csvFile(text = csvText(), name = "table.csv"): Promise<string> {
	const path = join(await temporaryFolder(), name);
	await writeFile(path, text);
	return path;
}

describe("the same table", () => {
	test("in every format", async () => {
		const folder = await temporaryFolder();
		const path = (name: string): string => join(folder, name);
		const names = Uint32Array.from(Array.from({ length: count }, (_, row) => kinds[labelOf(row)] ?? "").join(""), (c) =>
			c.charCodeAt(0),
		);
		await writeFile(path("t.csv"), csvText());
		await writeFile(path("t.tsv"), csvText().replaceAll(",", "\t"));
		await writeFile(path("x.npy"), npy("<f4", [count, 2], features));
		await writeFile(path("y.npy"), npy("<U3", [count], names));
		await writeFile(
			path("t.npz"),
			zip({ "x.npy": npy("<f8", [count, 2], Float64Array.from(features)), "y.npy": npy("<U3", [count, 1], names) }),
		);
		const column = (i: number): number[] => Array.from({ length: count }, (_, row) => features[2 * row + i] ?? 0);
		parquetWriteFile({
			filename: path("t.parquet"),
			columnData: [
				{ name: "a", data: column(0), type: "FLOAT" },
				{ name: "kind", data: Array.from({ length: count }, (_, row) => kinds[labelOf(row)] ?? ""), type: "STRING" },
				{ name: "b", data: column(1), type: "DOUBLE" },
			],
			rowGroupSize: 25,
		});
		const loaded = await load({ name: "csv", file: path("t.csv"), label: "kind" });
		const expected = contents(loaded);
		expect(loaded.data).toMatchObject({ name: "csv", classes: kinds, sampleShape: [2] });
		expect([loaded.data.train.count, loaded.data.validation.count, loaded.test.count]).toEqual([42, 6, 12]);
		expect(contents(await load({ name: "csv", file: path("t.tsv"), label: "kind" }))).toEqual(expected);
		expect(contents(await load({ name: "npz", file: path("t.npz") }))).toEqual(expected);
		expect(contents(await load({ name: "npy", file: path("x.npy"), labels: path("y.npy") }))).toEqual(expected);
		expect(contents(await load({ name: "parquet", file: path("t.parquet"), label: "kind" }))).toEqual(expected);
	});

	test("in memory and in a file", async () => {
		const file = await csvFile();
		const cache = await temporaryFolder();
		const inMemory = await load({ name: "csv", file, label: "kind" });
		const inFile = await load({ name: "csv", file, label: "kind", memory: 0 }, cache);
		expect(inMemory.data.train.samples.kind).toBe("memory");
		expect(inFile.data.train.samples.kind).toBe("file");
		expect(contents(inFile)).toEqual(contents(inMemory));
		// What is kept serves a run with more memory as well.
		const kept = await load({ name: "csv", file, label: "kind" }, cache);
		expect(kept.data.train.samples.kind).toBe("memory");
		expect(contents(kept)).toEqual(contents(inMemory));
	});
});

describe("the split", () => {
	test("every sample falls into one part, by class, the same whenever and whatever the validation share", async () => {
		const file = await csvFile();
		const one = await load({ name: "csv", file, label: "kind" });
		const parts = [one.data.train, one.data.validation, one.test];
		const all = parts.flatMap((split) => valuesOf(split, one.data));
		expect([...all].sort((a, b) => a - b)).toEqual(Array.from(features).sort((a, b) => a - b));
		for (const { labels } of parts) {
			expect([0, 1, 2].map((label) => labels.filter((one) => one === label).length)).toEqual(
				Array(3).fill(labels.length / 3),
			);
		}
		const other = await load({ name: "csv", file, label: "kind", validationFraction: 0.3 });
		expect(valuesOf(other.test, other.data)).toEqual(valuesOf(one.test, one.data));
		expect(other.data.validation.count).toBe(18);
	});

	test.each(["memory", "a file"])("every sample says which row of the file it was, in %s", async (where) => {
		const file = await csvFile();
		const cache = await temporaryFolder();
		const options = { name: "csv", file, label: "kind", ...(where === "memory" ? {} : { memory: 0 }) };
		// Made, and the second time as it was kept.
		for (const { data, test } of [await load(options, cache), await load(options, cache)]) {
			for (const split of [data.train, data.validation, test]) {
				const { rows = [], count: all } = split.origin ?? {};
				expect(all).toBe(count);
				expect(valuesOf(split, data)).toEqual(
					Array.from(rows).flatMap((row) => [features[2 * row], features[2 * row + 1]]),
				);
			}
		}
	});

	test("a test file of its own, its columns in another order", async () => {
		const test = await csvFile("kind,b,a\nowl,1,2\ncat,3,4\n");
		const loaded = await load({ name: "csv", file: await csvFile(), label: "kind", test });
		expect(valuesOf(loaded.test, loaded.data)).toEqual([2, 1, 4, 3]);
		expect(Array.from(loaded.test.labels)).toEqual([2, 0]);
		expect(loaded.data.train.count + loaded.data.validation.count).toBe(count);
	});

	test("test arrays in the same archive, bytes with their channels last", async () => {
		const file = join(await temporaryFolder(), "t.npz");
		const [x, y] = [Uint8Array.from({ length: 12 * 4 }, (_, i) => i), Uint8Array.from({ length: 12 }, (_, i) => i % 2)];
		const arrays = {
			"x_train.npy": npy("|u1", [12, 1, 2, 2], x),
			"y_train.npy": npy("|u1", [12], y),
			"x_test.npy": npy("|u1", [2, 1, 2, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)),
			"y_test.npy": npy("<i8", [2], BigInt64Array.of(1n, 0n)),
		};
		await writeFile(file, zip(arrays));
		const names = { features: "x_train", label: "y_train", testFeatures: "x_test", testLabel: "y_test" };
		const { data, test } = await load({ name: "npz", file, ...names, layout: "channels-last" });
		expect(data).toMatchObject({ sampleShape: [2, 1, 2], classes: ["0", "1"] });
		expect(test.samples.type).toBe("uint8");
		expect(valuesOf(test, data)).toEqual([1, 3, 2, 4, 5, 7, 6, 8]);
	});
});

test("normalisation is that of the training samples; a constant column has deviation 1", async () => {
	const rows = Array.from({ length: 40 }, (_, row) => `${1e6 + row},7,${row % 2}`);
	const { data } = await load({ name: "csv", file: await csvFile(["a,b,label", ...rows].join("\n")) });
	const values = valuesOf(data.train, data).filter((_, i) => i % 2 === 0);
	const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
	const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
	const { normalization } = data;
	expect([normalization.mean].flat()).toEqual([expect.closeTo(mean, 6), 7]);
	expect([normalization.std].flat()).toEqual([expect.closeTo(std, 9), 1]);
});

test("classes: numbers by value, text by bytes; a shape for the columns", async () => {
	const table = (labels: readonly string[]): string =>
		["a,b,label", ...Array.from({ length: 18 }, (_, row) => `1,${row},${labels[row % 3] ?? ""}`)].join("\n");
	const numbers = await load({ name: "csv", file: await csvFile(table(["10", "9", "-1"])), shape: [1, 2, 1] });
	expect(numbers.data).toMatchObject({ classes: ["-1", "9", "10"], sampleShape: [1, 2, 1] });
	const texts = await load({ name: "csv", file: await csvFile(table(["b", "é", "B"])) });
	expect(texts.data.classes).toEqual(["B", "b", "é"]);
});

describe("what is refused, and where it is", () => {
	const good = ["a,b,label", ...Array.from({ length: 30 }, (_, row) => `${row},1,${row % 2}`)];
	const withLine = (line: number, text: string): string =>
		good.map((row, i) => (i === line - 1 ? text : row)).join("\n");
	test.each([
		[
			"text among the numbers",
			withLine(7, "5,five,1"),
			{},
			/line 7, column b: expected a number, got "five".*data.ignore/,
		],
		["an empty cell", withLine(8, ",1,1"), {}, /line 8, column a: expected a number, got an empty cell/],
		["a number too large for float32", withLine(9, "1e39,1,1"), {}, /line 9, column a: .*float32, got Infinity/],
		["NaN", withLine(9, "NaN,1,1"), {}, /line 9, column a: expected a number, got "NaN"/],
		["a row without a label", withLine(5, "1,1,"), {}, /line 5, column label: expected a label/],
		["a ragged row", withLine(6, "1,1"), {}, /line 6: expected as many cells/],
		["a label column that does not exist", good.join("\n"), { label: "labels" }, /a, b, label, got "labels".*"label"/],
		["an ignored column that does not exist", good.join("\n"), { ignore: ["z"] }, /data.ignore/],
		["no features", good.join("\n"), { ignore: ["a", "b"] }, /columns of features/],
		["one class", good.slice(0, 2).join("\n"), {}, /two classes or more, got one, "0"/],
		["a class of two samples", withLine(5, "1,1,rare"), {}, /at least 3 samples of every class.*got 1 of class "rare"/],
		["another shape", good.join("\n"), { shape: [3] }, /a shape of 2 elements/],
	])("%s", async (_, text, options, message) => {
		const file = await csvFile(text);
		await expect(load({ name: "csv", file, ...options })).rejects.toThrow(message);
	});

	test.each([
		[
			"more labels than samples",
			{ "x.npy": npy("<f4", [2, 1], Float32Array.of(1, 2)), "y.npy": npy("|u1", [3], Uint8Array.of(0, 1, 1)) },
			/one label for each of 2 samples/,
		],
		[
			"labels that are no classes",
			{ "x.npy": npy("<f4", [2, 1], Float32Array.of(1, 2)), "y.npy": npy("<f4", [2], Float32Array.of(0.5, 1)) },
			/row 0: expected a class.*got 0.5/,
		],
		[
			"an element that is no number",
			{
				"x.npy": npy("<f4", [6, 2], Float32Array.of(1, 2, 3, NaN, 5, 6, 7, 8, 9, 0, 1, 2)),
				"y.npy": npy("|u1", [6], Uint8Array.of(0, 0, 0, 1, 1, 1)),
			},
			/row 1, element 1: .*got NaN/,
		],
		["no such array", { "a.npy": npy("|u1", [1], Uint8Array.of(0)) }, /an array named x, got arrays a/],
	])("an archive with %s", async (_, arrays, message) => {
		const file = join(await temporaryFolder(), "t.npz");
		await writeFile(file, zip(arrays));
		await expect(load({ name: "npz", file })).rejects.toThrow(message);
	});

	test("a Parquet file with text or empty cells among the features", async () => {
		const filename = join(await temporaryFolder(), "t.parquet");
		const labels = { name: "label", data: [0, 1, 0, 1, 0, 1], type: "INT32" as const };
		parquetWriteFile({ filename, columnData: [{ name: "a", data: ["x", "y", "z", "x", "y", "z"] }, labels] });
		await expect(load({ name: "parquet", file: filename })).rejects.toThrow(/column a: expected numbers, got text/);
		parquetWriteFile({
			filename,
			columnData: [{ name: "a", data: [1, 2, null, 4, 5, 6], type: "DOUBLE" }, labels],
		});
		await expect(load({ name: "parquet", file: filename })).rejects.toThrow(/row 3, column a: expected a number/);
	});
});

describe("the cache", () => {
	test("serves the same files and options, and no others", async () => {
		const [file, cache] = [await csvFile(), await temporaryFolder()];
		const own = join(cache, "limbeck", "own");
		const options = { name: "csv", file, label: "kind", memory: 0 };
		const first = contents(await load(options, cache));
		expect(await readdir(own)).toHaveLength(1);
		await load({ ...options, ignore: ["a"] }, cache);
		expect(await readdir(own)).toHaveLength(2);
		await writeFile(file, csvText().replace("cat", "owl"));
		await utimes(file, 1, 1);
		expect(contents(await load(options, cache))).not.toEqual(first);
		expect(await readdir(own)).toHaveLength(3);
	});

	test("is made again where it is not whole, and leaves nothing behind where making it fails", async () => {
		const [file, cache] = [await csvFile(), await temporaryFolder()];
		const own = join(cache, "limbeck", "own");
		const options = { name: "csv", file, label: "kind", memory: 0 };
		const first = contents(await load(options, cache));
		const [kept = ""] = await readdir(own);
		await writeFile(join(own, kept, "train.samples"), "short");
		expect(contents(await load(options, cache))).toEqual(first);
		await expect(
			load({ ...options, ignore: ["b"], file: await csvFile("a,b,kind\nx,1,2\n1,1,3\n") }, cache),
		).rejects.toThrow();
		expect(await readdir(own)).toEqual([kept]);
	});

	test("lets go of what nothing has used for a month", async () => {
		const [file, cache] = [await csvFile(), await temporaryFolder()];
		const old = join(cache, "limbeck", "own", "old");
		await mkdir(old, { recursive: true });
		await utimes(old, 1, 1);
		await load({ name: "csv", file, label: "kind", memory: 0 }, cache);
		expect(await readdir(join(cache, "limbeck", "own"))).not.toContain("old");
	});
});
