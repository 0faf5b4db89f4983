import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/own-data.js";
import { classData, classTest } from "../class-data.js";
import type { DataSet, TestSet } from "../data-set.js";
import { dataSetOf } from "../index.js";
import { readSamples } from "../open-samples.js";
import { dataOptions } from "../options.js";
import { loadTestSet } from "../test-sets.js";
import { folder as entry } from "./folder.js";

/** Writes a picture of one grey. */
async function write(path: string, grey: number): Promise<void> {
	await mkdir(dirname(path), { recursive: true });
	const background = { r: grey, g: grey, b: grey };
	await sharp({ create: { width: 3, height: 2, channels: 3, background } })
		.png()
		.toFile(path);
}

/** `count` pictures of each class, each of a grey of its own. */
async function writeClasses(root: string, classes: readonly string[], count: number, first = 0): Promise<void> {
	for (const [at, name] of classes.entries()) {
		for (let i = 0; i < count; i++) await write(join(root, name, `${i}.png`), first + at * count + i);
	}
}

interface Loaded {
	readonly data: DataSet;
	readonly test: TestSet;
}

async function load(directory: string, more: Readonly<Record<string, unknown>> = {}): Promise<Loaded> {
	const options = dataOptions.parse({ name: "folder", directory, size: 2, channels: 1, ...more });
	const env = { XDG_CACHE_HOME: await temporaryFolder() };
	const set = dataSetOf(options);
	return {
		data: classData(await set.load({ ...options, env }), "test"),
		test: classTest(await loadTestSet({ ...options, env }), "test"),
	};
}

/** The greys of each part, by which every picture can be told. */
function greys({ data, test }: Loaded): readonly (readonly number[])[] {
	return [data.train, data.validation, test].map((split) => {
		const rows = Uint32Array.from({ length: split.count }, (_, row) => row);
		return Array.from(readSamples(split, data.sampleShape, rows).data).filter((_, i) => i % 4 === 0);
	});
}

describe("a folder of pictures", () => {
	test("by class, split by class", async () => {
		const root = await temporaryFolder();
		await writeClasses(root, ["b", "B", "a b"], 10);
		const loaded = await load(root);
		expect(loaded.data).toMatchObject({
			name: "folder",
			classes: ["B", "a b", "b"],
			sampleShape: [1, 2, 2],
			skipped: 0,
		});
		expect([loaded.data.train, loaded.data.validation, loaded.test].map(({ count }) => count)).toEqual([21, 3, 6]);
		expect(
			greys(loaded)
				.flat()
				.sort((a, b) => a - b),
		).toEqual(Array.from({ length: 30 }, (_, i) => i));
		// Greys 10 … 19 were written for class B, the first.
		const [train = []] = greys(loaded);
		expect(Array.from(loaded.data.train.labels)).toEqual(train.map((grey) => [2, 0, 1][Math.floor(grey / 10)]));
		const colours = await load(root, { channels: 3, size: 5 });
		expect(colours.data.sampleShape).toEqual([3, 5, 5]);
		expect(colours.data.normalization.mean).toHaveLength(3);
	});

	test("with parts of their own", async () => {
		const root = await temporaryFolder();
		await writeClasses(join(root, "train"), ["a", "b"], 3);
		await writeClasses(join(root, "val"), ["a", "b"], 1, 100);
		await writeClasses(join(root, "test"), ["a", "b"], 2, 200);
		expect(greys(await load(root))).toEqual([
			[0, 1, 2, 3, 4, 5],
			[100, 101],
			[200, 201, 202, 203],
		]);
	});

	test("hidden files, other files and links out of it are passed over and told; links within it are not", async () => {
		const [root, outside] = [await temporaryFolder(), await temporaryFolder()];
		await writeClasses(root, ["a", "b"], 3);
		await write(join(outside, "x.png"), 99);
		await write(join(root, "a", ".hidden.png"), 99);
		await writeFile(join(root, "a", "notes.txt"), "not a picture");
		await symlink(join(outside, "x.png"), join(root, "a", "link.png"));
		await symlink(join(root, "b", "0.png"), join(root, "b", "again.png"));
		const loaded = await load(root);
		expect(loaded.data.classes).toEqual(["a", "b"]);
		expect(
			greys(loaded)
				.flat()
				.sort((a, b) => a - b),
		).toEqual([0, 1, 2, 3, 3, 4, 5]);
		expect(loaded.data.notices?.map(({ text }) => text.slice(root.length))).toEqual([
			": passed over files that are pictures neither by ending nor by content (1: 1 .txt): a/notes.txt.",
			": passed over links that are not followed (1): a/link.png.",
			": passed over hidden files or folders (1): a/.hidden.png.",
			": 7 samples are 6 different ones, the others exact copies. Copies are kept in one part, so that none that is held out is also a training sample.",
		]);
		expect(loaded.test.notices).toEqual(loaded.data.notices);
		const followed = await load(root, { links: "all" });
		expect(greys(followed).flat()).toContain(99);
	});

	test("a picture that cannot be read is named, or left out and counted", async () => {
		const root = await temporaryFolder();
		await writeClasses(root, ["a", "b"], 4);
		const broken = join(root, "a", "broken.jpg");
		await writeFile(broken, "not a picture");
		await expect(load(root)).rejects.toMatchObject({ category: "data", where: broken });
		const loaded = await load(root, { skipBroken: true });
		expect(loaded.data.skipped).toBe(1);
		expect(
			greys(loaded)
				.flat()
				.sort((a, b) => a - b),
		).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
	});

	test("what is refused", async () => {
		const root = await temporaryFolder();
		await expect(load(join(root, "none"))).rejects.toMatchObject({ category: "data", got: "none" });
		await expect(load(root)).rejects.toThrow(/a folder for each class.*got no folder/);
		await writeClasses(root, ["a", "b"], 3);
		await mkdir(join(root, "empty"));
		await expect(load(root)).rejects.toMatchObject({ where: join(root, "empty"), got: "none" });
		await writeClasses(join(root, "train"), ["a"], 3);
		await expect(load(root)).rejects.toThrow(/one folder each for train, validation and test/);
	});

	test("is known by its path", async () => {
		const root = await temporaryFolder();
		expect(await entry.fromPath?.(root)).toBeUndefined();
		await writeClasses(join(root, "train"), ["a"], 1);
		expect(await entry.fromPath?.(root)).toEqual({ directory: root });
		expect(await entry.fromPath?.(join(root, "train"))).toEqual({ directory: join(root, "train") });
		expect(await entry.fromPath?.(join(root, "train", "a"))).toEqual({
			directory: join(root, "train", "a"),
			unlabelled: true,
		});
	});
});
