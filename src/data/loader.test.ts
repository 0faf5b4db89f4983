import { describe, expect, test } from "vitest";
import type { BatchOptions } from "./chunk.js";
import { gatherImages, jitterOffsets } from "./jitter.js";
import { createInlineLoader } from "./loader.js";
import { sampleIndices } from "./order.js";
import { inMemory } from "./samples.js";

const sampleShape = [1, 5, 5] as const;
const images = Uint8Array.from({ length: 13 * 25 }, (_, i) => i);
const options: BatchOptions = {
	split: { count: 13, samples: inMemory(images), labels: new Int32Array(13) },
	sampleShape,
	batch: 4,
	seed: 9,
	jitter: 2,
};

// The loader in a worker has its tests in test/data, against the built package.
describe("a loader", () => {
	test("gives the samples and shifts of the steps asked for", async () => {
		const { samples, indices } = await createInlineLoader(options).chunk(5, 3);
		expect(indices).toEqual(sampleIndices(9, 13, 20, 12));
		const expected = new Uint8Array(12 * 25);
		gatherImages(images, sampleShape, indices, jitterOffsets(9, 20, 12, 2), expected);
		expect(samples).toEqual(expected);
	});

	test("gives the same data however steps are cut into chunks", async () => {
		const loader = createInlineLoader(options);
		const whole = await loader.chunk(0, 10);
		const parts = await Promise.all([loader.chunk(7, 3), loader.chunk(0, 4), loader.chunk(4, 3)]);
		const [last, first, middle] = parts;
		expect([...first.samples, ...middle.samples, ...last.samples]).toEqual([...whole.samples]);
		expect([...first.indices, ...middle.indices, ...last.indices]).toEqual([...whole.indices]);
	});

	test("without jitter, images are as stored", async () => {
		const { samples, indices } = await createInlineLoader({ ...options, jitter: 0 }).chunk(0, 1);
		expect([...samples]).toEqual([...indices].flatMap((i) => [...images.subarray(25 * i, 25 * i + 25)]));
	});

	test("refuses steps and batches that are none", async () => {
		const usage = expect.objectContaining({ category: "usage", where: "data loader" }) as Error;
		const loader = createInlineLoader(options);
		await expect(loader.chunk(-1, 1)).rejects.toThrow(usage);
		await expect(loader.chunk(0, 0)).rejects.toThrow(usage);
		expect(() => createInlineLoader({ ...options, batch: 0 })).toThrow(usage);
		await loader.close();
	});
});
