import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/own-data.js";
import { type FolderChoice, type FolderFound, type ImageList, listFolder } from "./folder-files.js";
import { looksOfFolder } from "./folder-looks.js";

const containing = (text: string): unknown => expect.stringContaining(text);

/** A folder with empty files: nothing here reads a picture. */
async function folderOf(paths: readonly string[]): Promise<string> {
	const root = await temporaryFolder();
	for (const path of paths) {
		await mkdir(dirname(join(root, path)), { recursive: true });
		await writeFile(join(root, path), "");
	}
	return root;
}

function found(root: string, more: Partial<FolderChoice> = {}): Promise<FolderFound> {
	return listFolder({ directory: root, unlabelled: false, ...more });
}

/** A part as `class: path path`. */
function shown(root: string, { classes, images }: ImageList): string {
	const of = (label: number): string =>
		images.flatMap((image) => (image.label === label ? [relative(root, image.path)] : [])).join(" ");
	return (classes ?? ["-"]).map((name, label) => `${name}: ${of(label)}`).join("; ");
}

async function parts(
	paths: readonly string[],
	more?: Partial<FolderChoice>,
): Promise<Readonly<Record<string, string>>> {
	const root = await folderOf(paths);
	const { lists } = await found(root, more);
	return Object.fromEntries(Object.entries(lists).map(([part, list]) => [part, shown(root, list)]));
}

const split = {
	train: "a: TRAIN/a/1.png; b: TRAIN/b/1.png",
	test: "a: TEST/a/1.png; b: TEST/b/1.png",
};

/** Four pictures under names of parts. */
const under = (train: string, other: string): readonly string[] =>
	["a", "b"].flatMap((name) => [`${train}/${name}/1.png`, `${other}/${name}/1.png`]);

const splitAs = (train: string, other: string, part = "test"): Readonly<Record<string, string>> => ({
	train: split.train.replaceAll("TRAIN", train),
	[part]: split.test.replaceAll("TEST", other),
});

describe("parts", () => {
	test.each([
		["train", "test"],
		["Train", "TEST"],
		["training_set", "test_set"],
		["trainingSet", "testSet"],
		["trainset", "testset"],
		["training", "testing"],
		["seg_train", "seg_test"],
		["seg_train/seg_train", "seg_test/seg_test"],
		["signs_train", "signs_test"],
		["dataset/train", "dataset/test"],
		["pictures/pictures/train2017", "pictures/pictures/test2017"],
		["train-images", "holdout"],
		["01 Training", "02 Hold-out"],
		["train", "eval"],
	])("%s and %s", async (train, test) => {
		expect(await parts(under(train, test))).toEqual(splitAs(train, test));
	});

	test.each(["valid", "val", "validation", "dev", "dev_set", "val2017"])("train and %s", async (name) => {
		expect(await parts(under("train", name))).toEqual(splitAs("train", name, "validation"));
	});

	test("eval is for validation where there is a test", async () => {
		const found = await parts([...under("train", "test"), "eval/a/1.png", "eval/b/1.png"]);
		expect(found).toMatchObject({ ...splitAs("train", "test"), validation: "a: eval/a/1.png; b: eval/b/1.png" });
	});

	test("beside the classes", async () => {
		const paths = ["a/1.png", "b/1.png", "test/a/2.png", "test/b/2.png"];
		expect(await parts(paths)).toEqual({ train: "a: a/1.png; b: b/1.png", test: "a: test/a/2.png; b: test/b/2.png" });
		const { notices } = await found(await folderOf(paths));
		expect(notices).toMatchObject([{ code: "parts", text: containing("read test as the test part") }]);
	});

	test("below the classes", async () => {
		const paths = ["a/train/1.png", "a/test/2.png", "b/train/1.png", "b/test/2.png"];
		const right = { train: "a: a/train/1.png; b: b/train/1.png", test: "a: a/test/2.png; b: b/test/2.png" };
		expect(await parts(paths)).toEqual(right);
		expect(await parts(paths, { classes: ["b", "a"] })).toEqual(right);
		expect((await found(await folderOf(paths))).notices).toMatchObject([{ code: "parts" }]);
	});

	test("names that are classes if they are named", async () => {
		const paths = ["bus/1.png", "train/1.png", "test tube/1.png"];
		await expect(parts(paths)).rejects.toMatchObject({
			category: "data",
			hint: containing("--set data.classes='["),
		});
		expect(await parts(paths, { classes: ["bus", "train", "test tube"] })).toEqual({
			train: "bus: bus/1.png; test tube: test tube/1.png; train: train/1.png",
		});
		expect(Object.keys(await parts(["train station/1.png", "test tube/1.png", "dev board/1.png"]))).toEqual(["train"]);
	});

	test.each([
		[["a/1.png", "b/1.png", "test/1.png"], /"test" without class folders beside "a", "b"/],
		[["a/1.png", "b/1.png", "test/a/1.png", "test/c/1.png"], /"test" with "c" beside "a", "b"/],
		[["a/1.png", "train/a/1.png", "train/b/1.png"], /"train" beside "a"/],
		[[...under("train", "test"), "training/a/1.png"], /two of train, "train" and "training"/],
		[under("test", "val"), /only "test", "val"/],
		[
			["a/train/1.png", "a/test/1.png", "b/1.png"],
			/"a\/test" within a class, and no such folders in "b"|"a\/train" within/,
		],
		[["2019/a/1.png", "2019/b/1.png", "2020/a/1.png", "2020/b/1.png"], /folders that all hold "a", "b"/],
		[["a/1.png", "b/1.png", "more/a/1.png"], /a folder "a", and one in "more" as well/],
		[["a/1.png", "b/1.png", "a b c/a/1.png"], /a folder "a"/],
	])("refused: %j", async (paths, message) => {
		await expect(parts(paths)).rejects.toThrow(message);
	});

	test("what a hint says works", async () => {
		const paths = ["2019/a/1.png", "2019/b/1.png", "2020/a/1.png", "2020/b/1.png"];
		expect(Object.keys(await parts(paths, { classes: ["2019", "2020"] }))).toEqual(["train"]);
		expect(await parts(paths, { ignore: ["2020"] })).toEqual({ train: "a: 2019/a/1.png; b: 2019/b/1.png" });
		const flat = ["a/1.png", "b/1.png", "test/1.png"];
		expect(await parts(flat, { ignore: ["test"] })).toEqual({ train: "a: a/1.png; b: b/1.png" });
		await expect(parts(flat, { ignore: ["tset"] })).rejects.toMatchObject({ category: "usage", got: '"tset"' });
	});
});

describe("classes", () => {
	test("whole numbers sort as numbers, and that is told where it matters", async () => {
		const numbers = Array.from({ length: 12 }, (_, i) => String(i));
		const root = await folderOf(numbers.map((name) => `${name}/1.png`));
		const { lists, notices } = await found(root);
		expect(lists.train.classes).toEqual(numbers);
		expect(lists.train.images.map(({ path }) => relative(root, dirname(path)))).toEqual(numbers);
		expect(notices).toMatchObject([
			{ code: "numeric-classes", hint: containing("--set teacher.select='[0,1,4,5,6,7,8,9,10,11,2,3]'") },
		]);
		expect((await found(await folderOf(["1/1.png", "2/1.png"]))).notices).toEqual([]);
		const mixed = await found(await folderOf(["10/1.png", "9/1.png", "nine/1.png"]));
		expect([mixed.lists.train.classes, mixed.notices]).toEqual([["10", "9", "nine"], []]);
	});

	test("names are in one Unicode form, and two forms of one are refused", async () => {
		const [nfd, nfc] = ["cafe\u0301", "caf\u00e9"];
		expect((await found(await folderOf([`${nfd}/1.png`, "eau/1.png"]))).lists.train.classes).toEqual([nfc, "eau"]);
		await expect(parts([`${nfd}/1.png`, `${nfc}/1.png`])).rejects.toThrow(String.raw`"cafe\u0301" and "caf\u00e9"`);
		const apart = await parts([`train/${nfd}/1.png`, "train/eau/1.png", `test/${nfc}/1.png`, "test/eau/1.png"]);
		expect(apart["test"]).toContain(`${nfc}: test/`);
	});

	test("a class that nothing in the test is of is told", async () => {
		const { notices } = await found(await folderOf(["train/a/1.png", "train/b/1.png", "test/a/1.png"]));
		expect(notices).toMatchObject([
			{ code: "missing-class", text: containing('classes without pictures in the test part (1): "b"') },
		]);
	});

	test("folders below classes are told", async () => {
		const root = await folderOf(["a/x/1.png", "a/2.png", "b/1.png"]);
		expect((await found(root)).notices).toMatchObject([{ code: "nested-folders", text: containing("a/x") }]);
	});
});

describe("what is passed over", () => {
	test("is counted by reason", async () => {
		const paths = ["a/1.png", "b/1.png", "a/2.heic", "b/3.heic", "b/notes", "c.png", ".secret/1.png"];
		const litter = ["__MACOSX/a/1.png", "a/._1.png", "a/.DS_Store", "b/Thumbs.db", "@eaDir/1.png", "desktop.ini"];
		const root = await folderOf([...paths, ...litter]);
		const { lists, notices } = await found(root);
		expect(lists.train.images).toHaveLength(2);
		expect(notices.map(({ code, text }) => `${code}${text.slice(root.length)}`)).toEqual([
			"passed-over: passed over files that are pictures neither by ending nor by content (3: 2 .heic, 1 without ending): a/2.heic, b/3.heic, b/notes.",
			"passed-over: passed over hidden files or folders (1): .secret.",
			"passed-over: passed over pictures beside the folders of classes, of no class (1): c.png.",
			containing("Thumbs.db (6): @eaDir, __MACOSX, "),
		]);
	});

	test("a whole class is an error that says why", async () => {
		const paths = ["a/1.png", "b/1.heic", "b/2.heic"];
		await expect(parts(paths)).rejects.toMatchObject({
			where: containing("/b"),
			got: containing("none; passed over: files that"),
			hint: containing(`--set data.ignore='["b"]'`),
		});
		await expect(parts(["1.png"])).rejects.toThrow("got no folder");
	});

	test("a folder may be written in any way, and so may what is passed over in it", async () => {
		const root = await folderOf(["a/1.png", "b/1.heic", "..c/1.png", "d/e/1.png"]);
		const cwd = `./${relative(process.cwd(), root)}/`;
		for (const directory of [cwd, `${root}/`, join(root, "a").replace(/a$/, "./a/..")]) {
			await expect(found(directory)).rejects.toMatchObject({ got: containing("none; passed over: files that") });
			for (const ignore of [
				["b", "d"],
				["./b", "d/"],
				["b/.", "./a/../d/"],
			]) {
				const { lists } = await found(directory, { ignore });
				expect(lists.train.classes).toEqual(["a"]);
			}
		}
	});

	test("a part without class folders is an error that says what to do, and that works", async () => {
		const root = await folderOf(["train/a/1.png", "train/b/1.png", "test/1.png", "old/a/1.png"]);
		const ignore = ["old"];
		const hint = containing(`Pass it over: --set data.ignore='["old","test"]';`);
		await expect(found(root, { ignore })).rejects.toMatchObject({ where: join(root, "test"), hint });
		expect(Object.keys((await found(root, { ignore: ["old", "test"] })).lists)).toEqual(["train"]);
		const alone = { hint: containing("--set data.unlabelled=true") };
		await expect(parts(["train/1.png", "test/a/1.png"])).rejects.toMatchObject(alone);
		await expect(parts(["1.png"])).rejects.toMatchObject(alone);
	});

	test("pictures are known by their content too", async () => {
		const root = await folderOf(["a/1.png", "b/1.png"]);
		await writeFile(join(root, "a", "photo"), "\x89PNG\r\n\x1a\n", "latin1");
		await writeFile(join(root, "a", "scan"), "MM\0+\0\x08\0\0", "latin1");
		await writeFile(join(root, "b", "photo.txt"), Buffer.from([0xff, 0xd8, 0xff, 0xe0]));
		const { lists, notices } = await found(root);
		expect(lists.train.images).toHaveLength(5);
		expect(notices).toMatchObject([
			{ code: "picture-by-content", text: containing("ending (3): a/photo, a/scan, b/photo.txt.") },
		]);
	});
});

describe("links", () => {
	test("out of the folder are followed where that is asked for", async () => {
		const [root, outside] = [await folderOf(["a/1.png", "b/1.png"]), await folderOf(["c/1.png"])];
		await symlink(join(outside, "c"), join(root, "c"));
		await expect(found(root)).rejects.toThrow(/"c": links to folders that are not followed/);
		expect((await found(root, { links: "all" })).lists.train.classes).toEqual(["a", "b", "c"]);
		expect((await found(root, { ignore: ["c"] })).lists.train.classes).toEqual(["a", "b"]);
	});

	test("that go round in circles, or nowhere, are passed over and told", async () => {
		const root = await folderOf(["a/1.png", "b/1.png"]);
		await symlink("..", join(root, "a", "up"));
		await symlink("../b", join(root, "a", "other"));
		await symlink("../a", join(root, "b", "back"));
		await symlink("nowhere", join(root, "b", "gone.png"));
		const { lists, notices } = await found(root, { classes: ["a", "b"] });
		expect(lists.train.images.map(({ path }) => relative(root, path))).toEqual([
			...["a/1.png", "a/other/1.png"],
			...["b/1.png", "b/back/1.png"],
		]);
		expect(notices.map(({ text }) => text)).toEqual([
			containing("a/other, b/back"),
			containing("links that lead nowhere (2): a/other/gone.png, b/gone.png"),
			containing("links to a folder that they lie in (4): a/other/back, a/up, b/back/other, …"),
		]);
		const none = await found(root, { links: "none" });
		expect(none.lists.train.images).toHaveLength(2);
	});
});

describe("without labels", () => {
	test("parts are known likewise", async () => {
		expect(await parts(["1.png", "x/2.png", "test_set/a/3.png", "Valid/4.png"], { unlabelled: true })).toEqual({
			train: "-: 1.png x/2.png",
			validation: "-: Valid/4.png",
			test: "a: test_set/a/3.png",
		});
		const root = await folderOf(["train/1.png", "2.png", "extra/3.png"]);
		const { lists, notices } = await found(root, { unlabelled: true });
		expect(shown(root, lists.train)).toBe("-: train/1.png");
		expect(notices).toMatchObject([{ text: containing("files or folders beside the folders of parts (2)") }]);
	});
});

test.each([
	[["a/1.png"], "classes"],
	[["wrapped/wrapped/a/1.png"], "classes"],
	[["1.png"], "unlabelled"],
	[["1.png", "notes/readme.txt"], "unlabelled"],
	[["train/1.png", "test/a/1.png"], "unlabelled"],
	[["x.csv"], undefined],
	[["a/x.csv", ".b/1.png"], undefined],
])("%j looks like %s", async (paths, looks) => {
	expect(await looksOfFolder(await folderOf(paths))).toBe(looks);
});
