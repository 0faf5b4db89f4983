import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Chunk } from "./chunk.js";
import { createInlineLoader } from "./loader.js";
import { inMemory } from "./samples.js";
import { transformOptions } from "./transforms/index.js";
import { fixedViewsOf, openFixedViews, viewForm, viewsAt } from "./views.js";

const [count, size] = [13, 3 * 36];
const images = Uint8Array.from({ length: count * size }, (_, i) => (37 * i + 1) % 251);
const listOf = (...list: readonly z.input<typeof transformOptions>[]) => z.array(transformOptions).parse(list);
const augment = listOf({ name: "flip" }, { name: "crop", padding: 3 });
const options = {
	split: { count, samples: inMemory(images), labels: new Int32Array(count) },
	sampleShape: [3, 6, 6],
	normalization: { mean: 0.5, std: 0.3 },
};
const augmentation = { jitter: 1, augment, views: 3, viewSeed: 7 };
const normalization = { mean: 0.4, std: 0.3 };

/** Every sample that a chunk shows, as text, by its number and view. */
function shown({ samples, indices, views }: Chunk): readonly (readonly [which: string, bytes: string])[] {
	return Array.from(indices, (sample, i) => {
		const bytes = samples?.subarray(i * size, (i + 1) * size).join();
		return [`${String(sample)}/${String(views?.[i])}`, bytes ?? ""];
	});
}

async function seenBy(batch: number, seed: number, steps: number): Promise<ReadonlyMap<string, Set<string>>> {
	const loader = createInlineLoader({ ...options, settings: { ...augmentation, batch }, seed });
	const seen = new Map<string, Set<string>>();
	for (const [which, bytes] of shown(await loader.chunk(0, steps))) {
		seen.set(which, (seen.get(which) ?? new Set()).add(bytes));
	}
	return seen;
}

describe("fixed views", () => {
	test("are the same bytes whatever the epoch, the batch and the order, and one for each number", async () => {
		const seen = await seenBy(4, 1, 40);
		expect(seen.size).toBe(3 * count);
		expect([...seen.values()].every((bytes) => bytes.size === 1)).toBe(true);
		expect(await seenBy(13, 2, 9)).toEqual(seen);
	});

	test("differ from view to view, from sample to sample and from seed to seed", async () => {
		const seen = await seenBy(13, 1, 3);
		const different = new Set([...seen.values()].flatMap((bytes) => [...bytes]));
		// 9 shifts, 2 sides, 49 windows: that two of 39 views should be equal is not to be expected of these samples.
		expect(different.size).toBe(3 * count);
		const read = (viewSeed: number): string =>
			openFixedViews({ ...options, ...augmentation, viewSeed }, options.split)
				.read(0, 0, count)
				.join();
		expect(read(7)).not.toBe(read(8));
		expect(read(7)).toBe(read(7));
	});

	test("are read in order, as the loader shows them", async () => {
		const reader = openFixedViews({ ...options, ...augmentation }, options.split);
		const seen = await seenBy(13, 1, 3);
		for (const view of [0, 1, 2]) {
			const [first, length] = [2, 9];
			const samples = reader.read(view, first, length);
			for (let i = 0; i < length; i++) {
				const bytes = samples.subarray(i * size, (i + 1) * size).join();
				expect(new Set([bytes])).toEqual(seen.get(`${String(first + i)}/${String(view)}`));
			}
		}
		reader.close();
	});

	test("of samples that nothing changes are the samples", () => {
		const reader = openFixedViews({ ...options, jitter: 0, augment: [] }, options.split);
		expect(reader.read(0, 3, 2)).toEqual(images.subarray(3 * size, 5 * size));
	});

	test("epoch e shows view e mod n, wherever a run of positions begins", () => {
		const whole = viewsAt(0, 30, 5, 2);
		expect(whole.join("")).toBe("000001111100000111110000011111");
		for (let first = 0; first < 30; first++) {
			expect([...viewsAt(first, 30 - first, 5, 2)]).toEqual([...whole.subarray(first)]);
		}
	});

	test("a loader of fresh views gives no numbers", async () => {
		const settings = { ...augmentation, views: undefined, batch: 4 };
		expect((await createInlineLoader({ ...options, settings, seed: 1 }).chunk(0, 2)).views).toBeUndefined();
	});
});

test("answers can be stored to samples as they are and to fixed views, not to fresh views or mixed batches", () => {
	expect(fixedViewsOf({ jitter: 0 })).toBe(1);
	expect(fixedViewsOf({ jitter: 0, views: 5 })).toBe(1);
	expect(fixedViewsOf({ jitter: 1, views: 5 })).toBe(5);
	expect(() => fixedViewsOf({ jitter: 1 })).toThrow("Set views beside augment");
	const mixed = listOf({ name: "flip" }, { name: "mixup" });
	expect(() => fixedViewsOf({ jitter: 0, augment: mixed, views: 5 })).toThrow("augment: mixup");
});

test("the form of views is equal where the views are", () => {
	const form = (more: object) => viewForm({ jitter: 0, augment: [], ...more }, normalization);
	expect(form({ views: 4, viewSeed: 3 })).toEqual({ transforms: [] });
	expect(form({ jitter: 2, augment })).toEqual(
		form({ augment: [...listOf({ name: "jitter", pixels: 2 }), ...augment] }),
	);
	expect(form({ jitter: 2, views: 4 })).toEqual(form({ jitter: 2, views: 9 }));
	expect(form({ jitter: 2, viewSeed: 1 })).not.toEqual(form({ jitter: 2 }));
	expect(form({ augment: listOf({ name: "cutout" }) })).toMatchObject({ blank: 0.4 });
});
