import { cp, mkdir, readdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/own-data.js";
import { contentOf } from "./content.js";
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
		const inFolder = (): Promise<string> => content(join(folder, "one", "t.csv"));
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

describe("of a folder of pictures", () => {
	const png = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
	const contentWith = (options: Readonly<Record<string, unknown>> = {}): Promise<readonly string[]> =>
		dataContent({ ...dataOptions.parse({ name: "folder", directory: join(folder, "pictures"), ...options }), env });
	/** A picture in a folder, one behind a link out of it, and one in a folder that is passed over. */
	beforeEach(async () => {
		for (const name of ["pictures/cat", "pictures/old", "elsewhere"]) {
			await mkdir(join(folder, name), { recursive: true });
			await writeFile(join(folder, name, "1.png"), png);
		}
		await symlink(join(folder, "elsewhere"), join(folder, "pictures", "dog"));
		await symlink(join(folder, "pictures"), join(folder, "pictures", "cat", "circle"));
		await writeFile(join(folder, "pictures", "notes.txt"), "a");
	});
	const changed = (name: string): Promise<void> => writeFile(join(folder, name), Buffer.concat([png, png]));

	test("pictures and empty folders count", async () => {
		const first = await contentWith();
		await changed("pictures/cat/1.png");
		const second = await contentWith();
		expect(second).not.toEqual(first);
		await mkdir(join(folder, "pictures", "empty"));
		expect(await contentWith()).not.toEqual(second);
	});

	test("links count as data.links has them followed", async () => {
		const [inside, all] = [await contentWith(), await contentWith({ links: "all" })];
		await changed("elsewhere/1.png");
		expect(await contentWith()).toEqual(inside);
		expect(await contentWith({ links: "all" })).not.toEqual(all);
	});

	test("what is passed over counts by its name alone", async () => {
		const ignore = ["old"];
		const first = await contentWith({ ignore });
		await changed("pictures/old/1.png");
		await writeFile(join(folder, "pictures", "notes.txt"), "b");
		expect(await contentWith({ ignore })).toEqual(first);
		await writeFile(join(folder, "pictures", "more.txt"), "b");
		const second = await contentWith({ ignore });
		expect(second).not.toEqual(first);
		await rename(join(folder, "pictures", "more.txt"), join(folder, "pictures", "fewer.txt"));
		expect(await contentWith({ ignore })).not.toEqual(second);
		await writeFile(join(folder, "pictures", "notes.txt"), png);
		expect((await contentWith({ ignore }))[0]).not.toEqual(first[0]);
	});
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
