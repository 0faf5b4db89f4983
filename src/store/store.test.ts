/** What every store must do, one suite for all of them; and what a folder does with what is damaged. */
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { canonicalHash, canonicalJson } from "../canonical.js";
import { folderStore } from "./folder-store.js";
import type { Store, Work } from "./store.js";

/** Each kind of store, opened at a place: what was put in there is found by every opening. */
const stores = {
	folder: folderStore,
} satisfies Readonly<Record<string, (place: string) => Store>>;

let place = "";
beforeEach(async () => {
	place = await mkdtemp(join(tmpdir(), "limbeck-store-"));
});
afterEach(async () => {
	await rm(place, { recursive: true });
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

/** The text of the file that such work leaves. */
async function textOf(store: Store, { key }: Work): Promise<string> {
	return readFile(await store.pathOf(key, "model.bin"), "utf8");
}

describe.each(Object.entries(stores))("a %s store", (_, open) => {
	test("work is done once; then it is found, in another process's eyes too", async () => {
		const [store, work] = [open(place), counted()];
		const first = await store.obtain(work);
		expect(first.cached).toBe(false);
		const again = await open(place).obtain(work);
		expect(again).toEqual({ entry: first.entry, cached: true });
		expect(again.entry.result).toEqual({ errors: 7, name: "work" });
		expect(Object.keys(again.entry.files)).toEqual(["model.bin"]);
		expect(await textOf(open(place), work)).toBe("content of work");
		expect(work.done()).toBe(1);
		const { rooms } = store;
		expect(await readdir(rooms.locks)).toEqual([]);
		expect(await readdir(rooms.progress(work.key)).catch(() => [])).toEqual([]);
	});

	test("other keys are other work", async () => {
		const store = open(place);
		await store.obtain(counted("one"));
		expect((await store.obtain(counted("other"))).entry.result).toEqual({ errors: 7, name: "other" });
		expect(await store.find(canonicalHash({ step: "none" }))).toBeUndefined();
	});

	test("eight who ask at once: one does the work", async () => {
		const work = counted();
		const found = await Promise.all(Array.from({ length: 8 }, () => open(place).obtain(work)));
		expect(work.done()).toBe(1);
		expect(found.filter(({ cached }) => !cached)).toHaveLength(1);
		expect(new Set(found.map(({ entry }) => entry.seal)).size).toBe(1);
	});

	test("work that fails leaves nothing but what it keeps to go on from", async () => {
		const [store, work] = [open(place), counted()];
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
		expect(await store.sizeOf(work.key)).toBeUndefined();
		expect(await readdir(store.rooms.progress(work.key))).toEqual(["checkpoint"]);
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

	test("work that gives nothing besides files is whole", async () => {
		const [store, work] = [open(place), counted()];
		const silent: Work = { ...work, run: (output, progress) => work.run(output, progress).then(() => undefined) };
		await store.obtain(silent);
		expect(await store.obtain(silent)).toMatchObject({ cached: true });
		expect(work.done()).toBe(1);
	});

	test("what is removed, or nobody keeps, is made again; what is kept stays", async () => {
		const [store, work, other] = [open(place), counted("work"), counted("other")];
		for (const one of [work, other]) await store.obtain(one);
		const size = await store.sizeOf(work.key);
		expect(size).toBeGreaterThan("content of work".length);
		await store.remove(work.key);
		expect(await store.sizeOf(work.key)).toBeUndefined();
		await store.obtain(work);
		expect(await store.collectGarbage(new Set([other.key]))).toEqual({ entries: 1, bytes: size });
		expect(await store.verify()).toEqual({ whole: 1, damaged: [] });
		for (const one of [work, other]) await store.obtain(one);
		expect([work.done(), other.done()]).toEqual([3, 1]);
	});
});

describe("in a folder damage is seen, and the work done again", () => {
	const draws = createDraws(1, "damage");
	/** Where a file of an entry is. */
	const pathIn = (key: string, name: string): string => join(place, "entries", key, name);

	test.each(["model.bin", "manifest.json"])("any bit of %s", async (name) => {
		const store = folderStore(place);
		for (let tries = 0; tries < 25; tries++) {
			const work = counted();
			await store.obtain(work);
			const path = pathIn(work.key, name);
			const bytes = await readFile(path);
			const at = draws.integer(0, bytes.length - 1);
			bytes[at] = (bytes[at] ?? 0) ^ (1 << draws.integer(0, 7));
			await writeFile(path, bytes);
			const told: string[] = [];
			const again = await store.obtain(work, { onDamaged: (message) => told.push(message) });
			expect(again.cached).toBe(false);
			expect(told).toEqual([expect.stringContaining(pathIn(work.key, ""))]);
			expect(await textOf(store, work)).toBe("content of work");
		}
	});

	test("a file that is cut, missing, or of another entry", async () => {
		const [store, work, other] = [folderStore(place), counted(), counted("other")];
		await store.obtain(other);
		const manifest = pathIn(work.key, "manifest.json");
		const damages: (() => Promise<void>)[] = [
			() => truncate(pathIn(work.key, "model.bin"), 3),
			() => rm(pathIn(work.key, "model.bin")),
			() => truncate(manifest, 10),
			async () => writeFile(manifest, await readFile(pathIn(other.key, "manifest.json"))),
		];
		for (const damage of damages) {
			await store.obtain(work);
			await damage();
			expect((await store.verify()).damaged).toEqual([{ key: work.key, why: expect.any(String) as string }]);
			expect(await store.find(work.key)).toBeUndefined();
		}
		expect(await readdir(join(place, "damaged"))).toHaveLength(damages.length);
	});
});

test("canonical JSON knows no order of fields, and that of lists", () => {
	expect(canonicalJson({ b: [{ d: 1, c: null }], a: undefined })).toBe('{"b":[{"c":null,"d":1}]}');
	expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
	expect(canonicalHash({ a: 1, b: 2 })).toBe(canonicalHash({ b: 2, a: 1 }));
	expect(canonicalHash({ a: 1 })).not.toBe(canonicalHash({ a: 2 }));
});
