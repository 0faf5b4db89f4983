import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Samples } from "./data-set.js";
import { openSamples, readSamples } from "./open-samples.js";
import { allocate, inMemory, openMemory } from "./samples.js";

const shape = [2, 3] as const;
const [count, size, offset] = [7, 6, 10];
const floats = Float32Array.from({ length: count * size }, (_, i) => i / 4 - 3);
const bytes = Uint8Array.from({ length: count * size }, (_, i) => 3 * i);

let folder: string;
const kinds = new Map<string, Samples>([
	["bytes in memory", inMemory(bytes)],
	["floats in memory", inMemory(floats)],
]);
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "limbeck-samples-"));
	for (const data of [bytes, floats]) {
		const type = data === bytes ? "uint8" : "float";
		const path = join(folder, type);
		await writeFile(path, Buffer.concat([Buffer.alloc(offset, 99), Buffer.from(data.buffer)]));
		kinds.set(`${type === "uint8" ? "bytes" : "floats"} in a file`, { kind: "file", type, path, offset });
	}
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(["bytes in memory", "floats in memory", "bytes in a file", "floats in a file"])("%s", (kind) => {
	const samplesOf = (): Samples => kinds.get(kind) ?? inMemory(new Uint8Array());

	test("are read in any order, neighbours or not, again and again", () => {
		const samples = samplesOf();
		const stored = samples.type === "uint8" ? bytes : floats;
		const reader = openSamples({ count, samples }, shape);
		fc.assert(
			fc.property(fc.array(fc.integer({ min: 0, max: count - 1 }), { maxLength: 12 }), (picks) => {
				const out = allocate(samples, picks.length * size).fill(77);
				reader.read(Uint32Array.from(picks), out);
				expect([...out]).toEqual(picks.flatMap((index) => [...stored.subarray(index * size, (index + 1) * size)]));
			}),
			{ seed: 1, numRuns: 100 },
		);
		reader.close();
	});

	test("are refused beyond the last, and into room of another size", () => {
		const set = { count, samples: samplesOf() };
		expect(() => readSamples(set, shape, Uint32Array.of(0, count))).toThrow("expected sample indices below 7, got 7");
		const reader = openSamples(set, shape);
		expect(() => {
			reader.read(Uint32Array.of(1), allocate(set.samples, size + 1));
		}).toThrow("expected room for 6 elements, got 7");
		reader.close();
	});
});

test("where no file can be read, a file is refused", () => {
	const samples = { kind: "file", type: "uint8", path: "pixels", offset } as const;
	expect(() => openMemory({ count, samples }, shape)).toThrow("expected samples in memory");
});

test("a file that is missing, and one that is too short", () => {
	const path = join(folder, "none");
	expect(() => openSamples({ count, samples: { kind: "file", type: "uint8", path, offset } }, shape)).toThrow(
		expect.objectContaining({ category: "file", where: path }) as Error,
	);
	const short = { count: count + 1, samples: kinds.get("floats in a file") ?? inMemory(floats) };
	expect(() => readSamples(short, shape, Uint32Array.of(count))).toThrow(
		expect.objectContaining({ category: "data", got: "the end at byte 178" }) as Error,
	);
});
