import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gatherImages, type ImageShape, jitterOffset, jitterOffsets } from "./jitter.js";

describe("jitter offsets", () => {
	test("one position alone has the offset that it has in a run", () => {
		const run = jitterOffsets(7, 1001, 20, 3);
		for (let i = 0; i < 20; i++) {
			expect(jitterOffset(7, 1001 + i, 3)).toEqual([run[2 * i], run[2 * i + 1]]);
		}
		expect(jitterOffsets(8, 1001, 20, 3)).not.toEqual(run);
	});

	test("every shift within the maximum is as likely as any other", () => {
		const count = 25_000;
		const offsets = jitterOffsets(1, 0, count, 2);
		const seen = new Map<string, number>();
		for (let i = 0; i < count; i++) {
			const shift = `${String(offsets[2 * i])},${String(offsets[2 * i + 1])}`;
			seen.set(shift, (seen.get(shift) ?? 0) + 1);
		}
		expect(seen.size).toBe(25);
		// 1,000 are expected of each; six standard deviations are 186.
		for (const times of seen.values()) expect(Math.abs(times - 1000)).toBeLessThan(186);
	});

	test.each([-1, 128, 0.5, Number.NaN])("refuses a maximum of %d", (maximum) => {
		expect(() => jitterOffsets(0, 0, 1, maximum)).toThrow(expect.objectContaining({ category: "usage" }) as Error);
	});
});

/** What a shift means, pixel by pixel. */
function shifted(image: Uint8Array, [channels, height, width]: ImageShape, dy: number, dx: number): number[] {
	const out: number[] = [];
	for (let c = 0; c < channels; c++) {
		for (let y = 0; y < height; y++) {
			for (let x = 0; x < width; x++) {
				const inside = y - dy >= 0 && y - dy < height && x - dx >= 0 && x - dx < width;
				out.push(inside ? (image[(c * height + y - dy) * width + x - dx] ?? 0) : 0);
			}
		}
	}
	return out;
}

describe("gatherImages", () => {
	const side = fc.integer({ min: 1, max: 6 });
	const shift = fc.integer({ min: -7, max: 7 });

	test("copies each image, shifted, and clears what comes in", () => {
		fc.assert(
			fc.property(
				fc.tuple(fc.integer({ min: 1, max: 3 }), side, side),
				fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), shift, shift), { maxLength: 5 }),
				(shape, picks) => {
					const size = shape[0] * shape[1] * shape[2];
					const images = Uint8Array.from({ length: 4 * size }, (_, i) => 1 + (i % 255));
					const indices = Uint32Array.from(picks, ([index]) => index);
					const offsets = Int8Array.from(picks.flatMap(([, dy, dx]) => [dy, dx]));
					const image = (index: number): Uint8Array => images.subarray(index * size, (index + 1) * size);
					const out = new Uint8Array(picks.length * size).fill(99);
					gatherImages(images, shape, indices, offsets, out);
					expect([...out]).toEqual(picks.flatMap(([index, dy, dx]) => shifted(image(index), shape, dy, dx)));
					gatherImages(images, shape, indices, undefined, out);
					expect([...out]).toEqual(picks.flatMap(([index]) => [...image(index)]));
				},
			),
			{ seed: 4, numRuns: 300 },
		);
	});

	test("refuses sizes that do not fit and samples that do not exist", () => {
		const gather = (index: number, offsets: number, out: number) => (): void => {
			gatherImages(new Uint8Array(12), [1, 2, 2], Uint32Array.of(index), new Int8Array(offsets), new Uint8Array(out));
		};
		expect(gather(2, 2, 4)).not.toThrow();
		expect(gather(3, 2, 4)).toThrow("expected sample indices below 3, got 3");
		expect(gather(0, 1, 4)).toThrow("expected 2 offsets, got 1");
		expect(gather(0, 2, 5)).toThrow("expected an output of 4 bytes, got 5");
	});
});
