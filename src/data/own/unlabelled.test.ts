import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetWriteFile } from "hyparquet-writer";
import sharp from "sharp";
import { expect, test } from "vitest";
import { npy, temporaryFolder, zip } from "../../../test/support/own-data.js";
import { classData, classTest } from "../class-data.js";
import type { DataSet, Split, TestSet } from "../data-set.js";
import { dataSetOf } from "../index.js";
import { readSamples } from "../open-samples.js";
import { dataOptions } from "../options.js";
import { loadTestSet } from "../test-sets.js";
import { folder as entry } from "./folder.js";

interface Loaded {
	readonly data: DataSet;
	readonly test: TestSet;
}

async function load(choice: Readonly<Record<string, unknown>>, cache?: string): Promise<Loaded> {
	const options = dataOptions.parse({ unlabelled: true, ...choice });
	const env = { XDG_CACHE_HOME: cache ?? (await temporaryFolder()) };
	return {
		data: classData(await dataSetOf(options).load({ ...options, env }), "test"),
		test: classTest(await loadTestSet({ ...options, env }), "test"),
	};
}

function firstValues(split: Split, { sampleShape }: DataSet): readonly number[] {
	const size = sampleShape.reduce((product, dim) => product * dim, 1);
	const rows = Uint32Array.from({ length: split.count }, (_, row) => row);
	return Array.from(readSamples(split, sampleShape, rows).data).filter((_, at) => at % size === 0);
}

const ascending = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);

/** Pictures of one grey each, counted up from `first`. */
async function pictures(folder: string, count: number, first: number): Promise<void> {
	await mkdir(folder, { recursive: true });
	for (let grey = first; grey < first + count; grey++) {
		const background = { r: grey, g: grey, b: grey };
		await sharp({ create: { width: 2, height: 2, channels: 3, background } })
			.png()
			.toFile(join(folder, `${String(grey)}.png`));
	}
}

const asGreys = { name: "folder", size: 2, channels: 1 };

test("pictures without classes: a permutation splits them, and nothing has a label", async () => {
	const [directory, cache] = [await temporaryFolder(), await temporaryFolder()];
	await pictures(directory, 15, 0);
	await pictures(join(directory, "more"), 5, 15);
	const { data, test: held } = await load({ ...asGreys, directory }, cache);
	expect(data).toMatchObject({ unlabelled: true, classes: [] });
	const splits = [data.train, data.validation, held];
	expect(splits.map(({ count, labels }) => [count, labels.length])).toEqual([
		[14, 0],
		[2, 0],
		[4, 0],
	]);
	expect(ascending(splits.flatMap((split) => firstValues(split, data)))).toEqual(
		Array.from({ length: 20 }, (_, i) => i),
	);
	// What was kept prepared is the same.
	const { data: again } = await load({ ...asGreys, directory }, cache);
	expect(again).toEqual(data);
	expect((await load({ ...asGreys, directory, classes: ["x", "y"] }, cache)).data.classes).toEqual(["x", "y"]);
});

test("pictures without classes, and a test set by class", async () => {
	const directory = await temporaryFolder();
	await pictures(directory, 10, 0);
	await pictures(join(directory, "test", "b"), 2, 100);
	await pictures(join(directory, "test", "a"), 1, 200);
	const { data, test: held } = await load({ ...asGreys, directory, classes: ["b", "a", "c"] });
	expect([data.train.count, data.validation.count]).toEqual([9, 1]);
	expect([...held.labels].map((label) => held.classes[label])).toEqual(["a", "b", "b"]);
	expect(firstValues(held, data)).toEqual([200, 100, 101]);
	await expect(load({ ...asGreys, directory, classes: ["b", "c"] })).rejects.toMatchObject({
		category: "data",
		got: '"a"',
	});
});

test("a folder of pictures without classes is known by its path", async () => {
	const directory = await temporaryFolder();
	await pictures(directory, 1, 0);
	expect(await entry.fromPath?.(directory)).toEqual({ directory, unlabelled: true });
	await pictures(join(directory, "test", "a"), 1, 0);
	expect(await entry.fromPath?.(directory)).toEqual({ directory, unlabelled: true });
	await pictures(join(directory, "b"), 1, 0);
	expect(await entry.fromPath?.(directory)).toEqual({ directory });
	await expect(load({ ...asGreys, directory: join(directory, "none") })).rejects.toMatchObject({ category: "data" });
	await mkdir(join(directory, "empty"));
	await expect(load({ ...asGreys, directory: join(directory, "empty") })).rejects.toThrow(/pictures .*got none/);
});

test.each(["csv", "parquet", "npy"] as const)("without labels in %s, and with them in the test set", async (name) => {
	const folder = await temporaryFolder();
	const [file, apart, labels] = ["data", "test", "labels"].map((one) => join(folder, `${one}.${name}`));
	const x = Array.from({ length: 20 }, (_, i) => i);
	if (name === "csv") {
		await writeFile(file ?? "", `a,b\n${x.map((value) => `${String(value)},1`).join("\n")}\n`);
		await writeFile(apart ?? "", "b,label,a\n1,dog,7\n");
	} else if (name === "parquet") {
		const features = [
			{ name: "a", data: x, type: "DOUBLE" },
			{ name: "b", data: x, type: "DOUBLE" },
		] as const;
		parquetWriteFile({ filename: file ?? "", columnData: [...features] });
		parquetWriteFile({
			filename: apart ?? "",
			columnData: [
				{ name: "a", data: [7], type: "DOUBLE" },
				{ name: "b", data: [1], type: "DOUBLE" },
				{ name: "label", data: ["dog"], type: "STRING" },
			],
		});
	} else {
		await writeFile(file ?? "", npy("<f4", [20, 2], Float32Array.from(x.flatMap((value) => [value, 1]))));
		await writeFile(apart ?? "", npy("<f4", [1, 2], Float32Array.of(7, 1)));
		await writeFile(
			labels ?? "",
			npy(
				"<U3",
				[1],
				Uint32Array.from("dog", (one) => one.codePointAt(0) ?? 0),
			),
		);
	}
	const choice = {
		name,
		file,
		test: apart,
		...(name === "npy" ? { testLabels: labels } : {}),
		classes: ["cat", "dog"],
	};
	const { data, test: held } = await load(choice);
	expect(data).toMatchObject({ unlabelled: true, sampleShape: [2] });
	expect(ascending([data.train, data.validation].flatMap((split) => firstValues(split, data)))).toEqual(x);
	expect([firstValues(held, data), [...held.labels]]).toEqual([[7], [1]]);
	await expect(load({ ...choice, unlabelled: false })).rejects.toMatchObject({ category: "usage" });
});

test("an archive without an array of classes, and one with them for the test", async () => {
	const file = join(await temporaryFolder(), "data.npz");
	const x = Float32Array.from({ length: 60 }, (_, i) => i);
	const y = Uint8Array.of(1, 0);
	await writeFile(
		file,
		zip({
			"x.npy": npy("<f4", [20, 3], x),
			"tx.npy": npy("<f4", [2, 3], x.slice(0, 6)),
			"ty.npy": npy("|u1", [2], y),
		}),
	);
	const own = await load({ name: "npz", file });
	expect([own.data.train, own.data.validation, own.test].map(({ count, labels }) => [count, labels.length])).toEqual([
		[14, 0],
		[2, 0],
		[4, 0],
	]);
	const apart = await load({
		name: "npz",
		file,
		testFeatures: "tx",
		testLabel: "ty",
		classes: ["0", "1", "2"],
	});
	expect(apart.data.train.count).toBe(18);
	expect([...apart.test.labels]).toEqual([1, 0]);
	await expect(load({ name: "npz", file, unlabelled: false })).rejects.toMatchObject({ category: "data" });
});
