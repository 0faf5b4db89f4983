import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { canonicalHash, canonicalJson } from "../canonical.js";
import { openStore, type Store, type Work } from "./store.js";

let folder = "";
let store: Store = openStore("");
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "limbeck-store-"));
	store = openStore(join(folder, "store"));
});
afterEach(async () => {
	await rm(folder, { recursive: true });
});

/** Work that leaves a file and a result, and counts how often it is done. */
function counted(name = "work"): Work & { readonly done: () => number } {
	let done = 0;
	const about = { step: name };
	return {
		key: canonicalHash(about),
		about,
		done: () => done,
		async run(output) {
			done += 1;
			await writeFile(join(output, "model.bin"), `content of ${name}`);
			return { errors: 7, name };
		},
	};
}

test("work is done once; then it is found, in another process's eyes too", async () => {
	const work = counted();
	const first = await store.obtain(work);
	expect(first.cached).toBe(false);
	const again = await openStore(store.folder).obtain(work);
	expect(again).toEqual({ entry: first.entry, cached: true });
	expect(again.entry.result).toEqual({ errors: 7, name: "work" });
	expect(await readFile(join(again.entry.folder, "model.bin"), "utf8")).toBe("content of work");
	expect(work.done()).toBe(1);
	expect((await readdir(store.folder)).sort()).toEqual(["entries", "locks", "work"]);
	expect(await readdir(join(store.folder, "work"))).toEqual([]);
	expect(await readdir(join(store.folder, "locks"))).toEqual([]);
});

test("other keys are other work", async () => {
	const [one, other] = [counted("one"), counted("other")];
	await store.obtain(one);
	expect((await store.obtain(other)).entry.result).toEqual({ errors: 7, name: "other" });
	expect(await store.find(canonicalHash({ step: "none" }))).toBeUndefined();
});

test("eight who ask at once: one does the work", async () => {
	const work = counted();
	const found = await Promise.all(Array.from({ length: 8 }, () => openStore(store.folder).obtain(work)));
	expect(work.done()).toBe(1);
	expect(found.filter(({ cached }) => !cached)).toHaveLength(1);
	expect(new Set(found.map(({ entry }) => entry.seal)).size).toBe(1);
});

test("work that fails leaves nothing but what it keeps to go on from", async () => {
	const work = counted();
	const failing: Work = {
		...work,
		async run(output, progress) {
			await writeFile(join(output, "half"), "");
			await writeFile(join(progress, "checkpoint"), "here");
			throw new RangeError("stopped");
		},
	};
	await expect(store.obtain(failing)).rejects.toThrow("stopped");
	expect(await store.find(work.key)).toBeUndefined();
	const seen: string[][] = [];
	const resumed: Work = {
		...work,
		async run(output, progress) {
			seen.push((await readdir(progress)).filter((name) => !name.startsWith("output-")));
			return work.run(output, progress);
		},
	};
	await store.obtain(resumed);
	expect(seen).toEqual([["checkpoint"]]);
});

describe("damage is seen, and the work done again", () => {
	const draws = createDraws(1, "damage");

	test.each(["model.bin", "manifest.json"])("any bit of %s", async (name) => {
		for (let tries = 0; tries < 25; tries++) {
			const work = counted();
			const { entry } = await store.obtain(work);
			const path = join(entry.folder, name);
			const bytes = await readFile(path);
			const at = draws.integer(0, bytes.length - 1);
			bytes[at] = (bytes[at] ?? 0) ^ (1 << draws.integer(0, 7));
			await writeFile(path, bytes);
			const told: string[] = [];
			const again = await store.obtain(work, { onDamaged: (message) => told.push(message) });
			expect(again.cached).toBe(false);
			expect(told).toEqual([expect.stringContaining(entry.folder)]);
			expect(await readFile(join(again.entry.folder, "model.bin"), "utf8")).toBe("content of work");
		}
	});

	test("a file that is cut, missing, or of another entry", async () => {
		const work = counted();
		const other = (await store.obtain(counted("other"))).entry;
		const damages: ((path: string) => Promise<void>)[] = [
			(path) => truncate(join(path, "model.bin"), 3),
			(path) => rm(join(path, "model.bin")),
			(path) => truncate(join(path, "manifest.json"), 10),
			async (path) => writeFile(join(path, "manifest.json"), await readFile(join(other.folder, "manifest.json"))),
		];
		for (const damage of damages) {
			const { entry } = await store.obtain(work);
			await damage(entry.folder);
			expect(await store.find(work.key)).toBeUndefined();
		}
		expect(await readdir(join(store.folder, "damaged"))).toHaveLength(damages.length);
	});
});

test("canonical JSON knows no order of fields, and that of lists", () => {
	expect(canonicalJson({ b: [{ d: 1, c: null }], a: undefined })).toBe('{"b":[{"c":null,"d":1}]}');
	expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
	expect(canonicalHash({ a: 1, b: 2 })).toBe(canonicalHash({ b: 2, a: 1 }));
	expect(canonicalHash({ a: 1 })).not.toBe(canonicalHash({ a: 2 }));
});

test("work that gives nothing besides files is whole", async () => {
	const work = counted();
	const silent: Work = { ...work, run: (output, progress) => work.run(output, progress).then(() => undefined) };
	await store.obtain(silent);
	expect(await store.obtain(silent)).toMatchObject({ cached: true });
	expect(work.done()).toBe(1);
});
