import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/own-data.js";
import { dataFields } from "./data-flags.js";

async function folderOf(...paths: readonly string[]): Promise<string> {
	const root = await temporaryFolder();
	for (const path of paths) {
		await mkdir(dirname(join(root, path)), { recursive: true });
		await writeFile(join(root, path), "");
	}
	return root;
}

const mnist = [
	"train-images.idx3-ubyte",
	"train-labels-idx1-ubyte.gz",
	"t10k-images-idx3-ubyte",
	"t10k-labels-idx1-ubyte",
];

describe("--data FOLDER", () => {
	test("of pictures is the user's own, however deep they lie", async () => {
		const folder = await folderOf("kaggle/training_set/a/1.png", "kaggle/test_set/a/1.png", "kaggle/labels.csv");
		for (const recipe of [{}, { name: "digits" }, { name: "mnist" }]) {
			expect(await dataFields(folder, undefined, recipe)).toEqual({ name: "folder", directory: folder });
		}
	});

	test("with the files of the recipe's data set is that", async () => {
		const folder = await folderOf(...mnist, "preview.png");
		expect(await dataFields(folder, undefined, { name: "mnist" })).toEqual({ directory: folder });
		expect(await dataFields(await folderOf(), undefined, { name: "mnist" })).toHaveProperty("directory");
	});

	test.each([
		["nothing", [], "which holds nothing", "limbeck data list"],
		["files of MNIST", mnist, "t10k-images-idx3-ubyte", "mnist and fashion-mnist: --data mnist --folder"],
		["a table", ["notes.txt", "train.csv"], "notes.txt, train.csv", "train.csv."],
		["recordings", ["a.wav", "transcripts.csv"], "a.wav, transcripts.csv", "limbeck speech --data"],
		["arrays", ["x.npy", "y.npy"], "x.npy, y.npy", "--data npy --set data.file="],
		["pictures of another kind", ["a/1.heic"], "which holds a", "limbeck data list"],
	] as const)("with %s says so", async (_, paths, got, hint) => {
		const folder = await folderOf(...paths);
		await expect(dataFields(folder, undefined, { name: "digits" })).rejects.toMatchObject({
			category: "usage",
			where: "--data",
			got: expect.stringContaining(got) as unknown,
			hint: expect.stringContaining(hint) as unknown,
		});
	});
});

test.each([
	["x.npy", /--data npy --set data\.file=\S*x\.npy --set data\.labels=/],
	["notes.txt", /There is such a file.*limbeck data list/],
])("--data %s, which exists and is no data by its name, says what to write", async (name, message) => {
	const path = join(await folderOf(name), name);
	await expect(dataFields(path, undefined, {})).rejects.toThrow(message);
	await expect(dataFields(`${path}x`, undefined, {})).rejects.not.toThrow(message);
});
