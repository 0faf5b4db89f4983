import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { BatchOptions, Chunk } from "./chunk.js";
import type { SampleShape } from "./data-set.js";
import { createInlineLoader } from "./loader.js";
import { sampleIndices } from "./order.js";
import { inMemory } from "./samples.js";

const optionsOf = (sampleShape: SampleShape, jitter: number): BatchOptions => {
	const size = sampleShape.reduce((a, b) => a * b, 1);
	const images = Uint8Array.from({ length: 13 * size }, (_, i) => (37 * i + 1) % 256);
	const split = { count: 13, samples: inMemory(images), labels: new Int32Array(13) };
	return { split, sampleShape, settings: { batch: 4, jitter }, seed: 9 };
};
const options = optionsOf([1, 5, 5], 2);

const bytesOf = ({ samples }: Chunk): readonly number[] => [...(samples ?? [])];

// The loader in a worker has its tests in test/data, against the built package.
describe("a loader", () => {
	test.each([
		[[1, 5, 5], 2, "e0922c1628511b4830e91f3d8bfd1d6572b12d3fba08d9e4b2be99f5c648e8d0"],
		[[3, 6, 7], 3, "6ca8650071392286039f57c7558c70d1b6f41b633f26f19bef15646bcfa390f4"],
	] as const)("order and shifts never change: %j, %i pixels", async (shape, jitter, recorded) => {
		const { samples, indices } = await createInlineLoader(optionsOf(shape, jitter)).chunk(5, 7);
		const hash = createHash("sha256")
			.update(samples ?? "")
			.update(new Uint8Array(indices.buffer));
		expect(hash.digest("hex")).toBe(recorded);
	});

	test("gives the same data however steps are cut into chunks, over spent memory or not", async () => {
		const loader = createInlineLoader(options);
		const whole = await loader.chunk(0, 10);
		const parts = [await loader.chunk(0, 4), await loader.chunk(4, 3)];
		const [pixels, indices] = [parts.flatMap(bytesOf), parts.flatMap((part) => [...part.indices])];
		const last = await loader.chunk(7, 3, parts[0]);
		expect(last.samples?.buffer).toBe(parts[0]?.samples?.buffer);
		expect([...pixels, ...bytesOf(last)]).toEqual(bytesOf(whole));
		expect([...indices, ...last.indices]).toEqual([...whole.indices]);
		expect(bytesOf(await loader.chunk(0, 10, last))).toEqual(bytesOf(whole));
	});

	test("says only which samples they are where every epoch shows them as they are stored, in memory", async () => {
		const { samples, indices } = await createInlineLoader({ ...options, settings: { batch: 4, jitter: 0 } }).chunk(
			5,
			3,
		);
		expect(samples).toBeUndefined();
		expect(indices).toEqual(sampleIndices(9, 13, 20, 12));
	});

	test("reads samples from a file as from memory, with changes and without", async () => {
		const folder = await mkdtemp(join(tmpdir(), "limbeck-loader-"));
		try {
			const path = join(folder, "images");
			const { samples } = options.split;
			if (samples.kind !== "memory") throw new TypeError("expected samples in memory");
			await writeFile(path, samples.data);
			const split = { ...options.split, samples: { kind: "file", type: "uint8", path, offset: 0 } } as const;
			const shifted = await createInlineLoader({ ...options, split }).chunk(3, 4);
			expect(shifted).toEqual(await createInlineLoader(options).chunk(3, 4));
			const plain = await createInlineLoader({ ...options, split, settings: { batch: 4, jitter: 0 } }).chunk(0, 2);
			const stored = [...plain.indices].flatMap((i) => [...samples.data.subarray(25 * i, 25 * i + 25)]);
			expect(bytesOf(plain)).toEqual(stored);
		} finally {
			await rm(folder, { recursive: true });
		}
	});

	test("refuses steps and batches that are none", async () => {
		const usage = expect.objectContaining({ category: "usage", where: "data loader" }) as Error;
		const loader = createInlineLoader(options);
		await expect(loader.chunk(-1, 1)).rejects.toThrow(usage);
		await expect(loader.chunk(0, 0)).rejects.toThrow(usage);
		expect(() => createInlineLoader({ ...options, settings: { batch: 0, jitter: 2 } })).toThrow(usage);
		await loader.close();
	});
});
