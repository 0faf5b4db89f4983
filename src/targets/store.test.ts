import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { normal, permutation, randomStream } from "../random.js";
import { divergenceOf } from "./divergence.js";
import { openTargets } from "./store.js";
import type { TargetsRequest } from "./targets.js";

// Rows of 40 kB: several blocks in a small file.
const [count, classes] = [41, 10_000];
const answers = [0, 1, 2].map((view) => normal(randomStream(view, "answers"), 0, count * classes).map((x) => 3 * x));
const rowsOf = (view: number, first: number, length: number): Float32Array =>
	answers[view]?.subarray(first * classes, (first + length) * classes) ?? new Float32Array();

let home = "";
beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), "limbeck-targets-"));
});
afterAll(() => rm(home, { recursive: true }));

const request = (name: string, more: Partial<TargetsRequest> = {}): TargetsRequest => ({
	folder: join(home, name),
	teacher: "t",
	handling: null,
	data: { fingerprint: "f", split: "train" },
	views: { transforms: [] },
	precision: "float32",
	count,
	classes,
	viewCount: 2,
	batch: 7,
	ask: (view, first, length) => Promise.resolve(rowsOf(view, first, length)),
	...more,
});

/** All answers in an order of samples and views. */
async function readAll(asked: TargetsRequest, seed: number): Promise<Float32Array> {
	const targets = await openTargets(asked);
	const order = permutation(randomStream(seed, "order"), 0, count * asked.viewCount);
	const [ids, views] = [order.map((i) => i % count), order.map((i) => Math.floor(i / count))];
	const out = new Float32Array(order.length * classes);
	targets.read(ids, views, out);
	targets.close();
	const sorted = new Float32Array(out.length);
	for (const [at, place] of order.entries())
		sorted.set(out.subarray(at * classes, (at + 1) * classes), place * classes);
	return sorted;
}

/** Whether an array holds the bytes of others, one after the other; Vitest takes seconds to compare so many numbers. */
function isSame(whole: Float32Array, ...parts: readonly Float32Array[]): boolean {
	const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) => Buffer.from(buffer, byteOffset, byteLength);
	return bytes(whole).equals(Buffer.concat(parts.map(bytes)));
}

async function pathOf(asked: TargetsRequest, view = 0): Promise<string> {
	const targets = await openTargets(asked);
	targets.close();
	return join(asked.folder, targets.key, `view-${String(view)}.targets`);
}

const isData = (where: string): Error =>
	expect.objectContaining({
		category: "data",
		where: expect.stringContaining(where) as string,
		hint: "Delete the file; it will be made again.",
	}) as Error;

describe("the store", () => {
	test("gives every answer under any shuffle, and asks once", async () => {
		const all = [rowsOf(0, 0, count), rowsOf(1, 0, count)];
		expect(isSame(await readAll(request("plain"), 1), ...all)).toBe(true);
		const nobody = { ask: () => Promise.reject(new Error("asked again")) };
		expect(isSame(await readAll(request("plain", nobody), 2), ...all)).toBe(true);
		const more = await openTargets(request("plain", { viewCount: 3 }));
		expect([more.asked, more.cost, more.kind]).toEqual([count, [{ temperature: 1, mean: 0, max: 0 }], "logits"]);
		more.close();
	});

	test("asked by several at once asks the teacher once", async () => {
		const both = request("both", { viewCount: 1 });
		const opened = await Promise.all([openTargets(both), openTargets(both), openTargets(both)]);
		expect(opened.map(({ asked }) => asked).sort()).toEqual([0, 0, count]);
		for (const targets of opened) targets.close();
		expect(isSame(await readAll(request("both"), 1), rowsOf(0, 0, count), rowsOf(1, 0, count))).toBe(true);
		const [folder = ""] = await readdir(join(home, "both"));
		expect(await readdir(join(home, "both", folder))).toEqual(["view-0.targets", "view-1.targets"]);
	});

	test("asks anew for another key", async () => {
		await readAll(request("plain"), 1);
		const other = await openTargets(request("plain", { teacher: "another" }));
		expect(other.asked).toBe(2 * count);
		other.close();
	});

	test.each([{ precision: "float16" }, { precision: "float16", topK: 20 }] as const)(
		"says what %j costs, at 1 and at the temperature",
		async (form) => {
			const asked = request("cost", { ...form, temperature: 4 });
			const stored = await readAll(asked, 1);
			const targets = await openTargets(asked);
			const { cost } = targets;
			targets.close();
			const measure = divergenceOf(classes);
			expect(cost.map(({ temperature }) => temperature)).toEqual([1, 4]);
			for (const { temperature, mean, max } of cost) {
				const each = [0, 1].flatMap((view) =>
					Array.from({ length: count }, (_, i) =>
						measure(rowsOf(view, i, 1), 0, stored, (view * count + i) * classes, temperature),
					),
				);
				expect(mean).toBeCloseTo(each.reduce((sum, x) => sum + x, 0) / each.length, 12);
				expect(max).toBeCloseTo(Math.max(...each), 12);
				expect(mean).toBeGreaterThan(0);
			}
		},
	);

	test("reads from disk what it reads from memory", async () => {
		const targets = await openTargets(request("plain", { memory: 0 }));
		const out = new Float32Array(classes);
		for (const sample of [40, 3, 3, 4, 5, 20, 4, 0, 40, 39]) {
			for (const view of [1, 0]) {
				targets.read(Uint32Array.of(sample), Uint32Array.of(view), out);
				expect(isSame(out, rowsOf(view, sample, 1))).toBe(true);
			}
		}
		targets.close();
	});

	test("refuses samples, views and room that are not there", async () => {
		const targets = await openTargets(request("plain"));
		const usage = expect.objectContaining({ category: "usage", where: "reading targets" }) as Error;
		const out = new Float32Array(classes);
		expect(() => {
			targets.read(Uint32Array.of(count), undefined, out);
		}).toThrow(usage);
		expect(() => {
			targets.read(Uint32Array.of(0), Uint32Array.of(2), out);
		}).toThrow(usage);
		expect(() => {
			targets.read(Uint32Array.of(0, 1), undefined, out);
		}).toThrow(usage);
		targets.close();
		await expect(openTargets(request("plain", { topK: classes }))).rejects.toThrow("topK");
	});

	test.each([
		["NaN", NaN, "float32", "a finite logit"],
		["infinity", Infinity, "float16", "a finite logit"],
		["what float16 cannot hold", 70_000, "float16", "Store targets as float32"],
	] as const)("refuses %s", async (_, bad, precision, message) => {
		const ask = (view: number, first: number, length: number) => {
			const rows = rowsOf(view, first, length).slice();
			if (first <= 9 && 9 < first + length) rows[(9 - first) * classes + 2] = bad;
			return Promise.resolve(rows);
		};
		const refused = openTargets(request("bad", { precision, ask }));
		await expect(refused).rejects.toThrow(message);
		await expect(refused).rejects.toMatchObject({ category: "model", where: /sample 9, view 0, class 2/ });
	});
});

describe("a store that was stopped", () => {
	/** A teacher that dies after so many samples. */
	const dying = (last: number): Partial<TargetsRequest> => ({
		precision: "float16",
		ask: (view, first, length) =>
			first >= last ? Promise.reject(new Error("gone")) : Promise.resolve(rowsOf(view, first, length)),
	});

	test("goes on after its last whole block, to the same bytes", async () => {
		const whole = await pathOf(request("whole", dying(count)));
		const stopped = request("stopped", dying(28));
		await expect(openTargets(stopped)).rejects.toThrow("gone");
		const resumed = await openTargets({ ...stopped, ...dying(count) });
		resumed.close();
		expect(resumed.asked).toBeLessThan(2 * count);
		expect(resumed.asked).toBeGreaterThanOrEqual(2 * count - 28);
		expect((await readFile(await pathOf({ ...stopped, ...dying(count) }))).equals(await readFile(whole))).toBe(true);
		expect(await readdir(dirname(whole))).toEqual(["view-0.targets", "view-1.targets"]);
	});

	test.each([
		["a process that has ended", true, (bytes: Buffer) => bytes, true],
		["one that has ended, with a block that was changed", true, flipped(9000), false],
		["one that has ended, with a header that was changed", true, flipped(20), false],
		[
			"one that has ended, in the middle of a block",
			true,
			(bytes: Buffer) => Buffer.concat([bytes, bytes.subarray(0, 999)]),
			true,
		],
		["a process that lives", false, (bytes: Buffer) => bytes, false],
	])("takes over from %s", async (name, ended, change, saves) => {
		const asked = request(name, { ...dying(28), viewCount: 1 });
		await expect(openTargets(asked)).rejects.toThrow("gone");
		const [folder = ""] = await readdir(asked.folder);
		const left = join(asked.folder, folder, "view-0.targets.part");
		const { pid } = spawnSync(process.execPath, ["--version"]);
		const owner = `${hostname().replaceAll(/[^\w-]/g, "_")}.${String(ended ? pid : process.ppid)}.1`;
		await writeFile(left, change(await readFile(left)));
		await rename(left, left.replace(".part", `.${owner}.part`));
		const targets = await openTargets({ ...asked, ...dying(count) });
		targets.close();
		if (saves) expect(targets.asked).toBeLessThan(count);
		else expect(targets.asked).toBe(count);
		const whole = await pathOf(request("whole", dying(count)));
		expect((await readFile(await pathOf({ ...asked, ...dying(count) }))).equals(await readFile(whole))).toBe(true);
	});
});

function flipped(at: number): (bytes: Buffer) => Buffer {
	return (bytes) => {
		bytes[at] = (bytes[at] ?? 0) ^ 8;
		return bytes;
	};
}

describe("damage is told by its file", () => {
	const asked = (name: string) => request(name, { viewCount: 1, precision: "float16" });

	test.each([
		["a bit of a row", 4096 + 5, ", block 0"],
		["a bit of a checksum", -1, ", block 3"],
		["a bit of what is measured", -39, ", block 3"],
		["a bit of the header", 30, ""],
		["the magic", 0, ""],
		["the header's length", 10, ""],
	])("%s", async (name, at, block) => {
		const path = await pathOf(asked(name));
		const bytes = await readFile(path);
		await writeFile(path, flipped(at < 0 ? bytes.length + at : at)(bytes));
		await expect(openTargets(asked(name))).rejects.toThrow(isData(`${path}${block}`));
		await rm(path);
		expect(await pathOf(asked(name))).toBe(path);
	});

	test.each([0, 10, 4000, 4096, 300_000])("a file of the first %i bytes", async (length) => {
		const path = await pathOf(asked("short"));
		await truncate(path, length);
		await expect(openTargets(asked("short"))).rejects.toThrow(isData(path));
		await rm(path);
	});

	test("another key's file, another view's, and one that was being written", async () => {
		const path = await pathOf(asked("mixed"));
		await cp(await pathOf({ ...asked("mixed"), teacher: "another" }), path);
		await expect(openTargets(asked("mixed"))).rejects.toThrow(isData(path));
		await cp(await pathOf({ ...asked("views"), viewCount: 2 }, 1), path);
		await expect(openTargets(asked("mixed"))).rejects.toThrow("view 1");
		const dies = { ...asked("half"), ask: asked("half").ask, batch: 30 };
		const stopped = {
			...dies,
			ask: (v: number, f: number, n: number) => (f > 0 ? Promise.reject(new Error("gone")) : dies.ask(v, f, n)),
		};
		await expect(openTargets(stopped)).rejects.toThrow("gone");
		await cp(path.replace("mixed", "half").concat(".part"), path);
		await expect(openTargets(asked("mixed"))).rejects.toThrow("still being written");
	});

	test("a block is verified when it is first read from disk", async () => {
		const path = await pathOf(asked("disk"));
		const bytes = await readFile(path);
		await writeFile(path, flipped(bytes.length - 60)(bytes));
		const targets = await openTargets({ ...asked("disk"), memory: 0 });
		const out = new Float32Array(classes);
		targets.read(Uint32Array.of(0), undefined, out);
		expect(() => {
			targets.read(Uint32Array.of(40), undefined, out);
		}).toThrow(isData(`${path}, block 3`));
		targets.close();
	});
});
