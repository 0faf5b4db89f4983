import { cp, mkdir, readdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/own-data.js";
import { contentOf, filesBelow } from "./content.js";
import { dataContent } from "./data-content.js";
import { dataOptions } from "./options.js";

let folder = "";
let env: NodeJS.ProcessEnv = {};
beforeEach(async () => {
	folder = await temporaryFolder();
	env = { XDG_CACHE_HOME: await temporaryFolder() };
});

/** Hashes are remembered for every file, however young. */
const eager = { alwaysReadTo: 0, settledMs: -3_600_000 };
/** Longer than the clock's grain, within which two changes have one time. */
const grain = (): Promise<void> => sleep(50);

/** Files of the same size and time. */
async function twins(): Promise<readonly [string, string, string]> {
	const [a, b, used] = ["a.csv", "b.csv", "used.csv"].map((name) => join(folder, name));
	if (a === undefined || b === undefined || used === undefined) throw new TypeError("twins");
	await writeFile(a, "x,label\n1,p\n2,q\n");
	await writeFile(b, "x,label\n1,q\n2,p\n");
	for (const path of [a, b]) await utimes(path, 0, 0);
	return [a, b, used];
}

describe.each([
	["as it is", {}],
	["with everything remembered", eager],
] as const)("content %s", (_, memory) => {
	const content = (...paths: readonly string[]): Promise<string> => contentOf(paths, env, memory);

	test("is another for another file of the same size and time, and the same again for the first", async () => {
		const [a, b, used] = await twins();
		const seen: string[] = [];
		for (const from of [a, b, a, a]) {
			await grain();
			await cp(from, used, { preserveTimestamps: true });
			seen.push(await content(used));
		}
		expect(new Set(seen).size).toBe(2);
		expect(seen[1]).not.toBe(seen[0]);
		expect([seen[2], seen[3]]).toEqual([seen[0], seen[0]]);
	});

	test("is another where a link leads to another file, or a folder is replaced", async () => {
		const [a, b, used] = await twins();
		await symlink(a, used);
		const first = await content(used);
		await rm(used);
		await symlink(b, used);
		expect(await content(used)).not.toBe(first);
		for (const [name, from] of [
			["one", a],
			["two", b],
		] as const) {
			await mkdir(join(folder, name));
			await cp(from, join(folder, name, "t.csv"), { preserveTimestamps: true });
		}
		const inFolder = async (): Promise<string> => content(...(await filesBelow(join(folder, "one"), true)));
		const before = await inFolder();
		await rename(join(folder, "one"), join(folder, "old"));
		await rename(join(folder, "two"), join(folder, "one"));
		expect(await inFolder()).not.toBe(before);
	});

	test("leaves out what is not there and sees what appears", async () => {
		const [a, b, used] = await twins();
		const first = await content(a, used);
		expect(first).toBe(await content(used, a));
		await cp(b, used);
		expect(await content(a, used)).not.toBe(first);
	});
});

test("only what has settled is remembered", async () => {
	const [a] = await twins();
	const kept = (): Promise<readonly string[]> => readdir(join(env["XDG_CACHE_HOME"] ?? "", "limbeck", "content"));
	await contentOf([a], env, { alwaysReadTo: 0, settledMs: 3_600_000 });
	await contentOf([a], env);
	await expect(kept()).rejects.toThrow();
	await contentOf([a], env, eager);
	expect(await kept()).toHaveLength(process.platform === "linux" ? 1 : 0);
});

test("folders behind links are looked into, circles are not followed, empty folders count", async () => {
	const [a] = await twins();
	const [pictures, elsewhere] = [join(folder, "pictures"), join(folder, "elsewhere")];
	await mkdir(join(pictures, "cat"), { recursive: true });
	await mkdir(elsewhere);
	await cp(a, join(elsewhere, "1.png"));
	await symlink(elsewhere, join(pictures, "dog"));
	await symlink(pictures, join(pictures, "cat", "circle"));
	expect([...(await filesBelow(pictures, true))].sort()).toEqual([join(pictures, "dog", "1.png")]);
	const choice = dataOptions.parse({ name: "folder", directory: pictures });
	const first = await dataContent(choice);
	await mkdir(join(pictures, "empty"));
	const second = await dataContent(choice);
	expect(second).not.toEqual(first);
	await writeFile(join(elsewhere, "1.png"), "y,label\n1,p\n2,q\n");
	expect(await dataContent(choice)).not.toEqual(second);
});

test("of published data sets only their files count", async () => {
	const choice = dataOptions.parse({ name: "mnist", directory: folder });
	const first = await dataContent(choice);
	await writeFile(join(folder, "else.bin"), "1");
	expect(await dataContent(choice)).toEqual(first);
	await writeFile(join(folder, "train-images.idx3-ubyte"), "1");
	expect(await dataContent(choice)).not.toEqual(first);
	expect(await dataContent(dataOptions.parse({ name: "digits" }))).toEqual([]);
});
