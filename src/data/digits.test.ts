import { beforeAll, describe, expect, test } from "vitest";
import { storedBytes } from "../../test/support/synthetic.js";
import type { DataSet, Split } from "./data-set.js";
import { digits, loadDigitsTest, parsePixels } from "./digits.js";

describe("digits", () => {
	let data: DataSet;
	let held: Split;
	beforeAll(async () => {
		data = await digits.load({});
		held = await loadDigitsTest({});
	});

	test("7,000 train, 1,000 validate, 2,000 test; no two share an image", () => {
		expect([data.train.count, data.validation.count, held.count]).toEqual([7000, 1000, 2000]);
		const images = [data.train, data.validation, held].flatMap((split) =>
			Array.from({ length: split.count }, (_, i) =>
				Buffer.from(storedBytes(split).subarray(784 * i, 784 * i + 784)).toString("latin1"),
			),
		);
		expect(new Set(images).size).toBe(10_000);
	});

	test("each split has the classes in the shares of the whole", () => {
		const whole = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978];
		for (const split of [data.train, data.validation, held]) {
			whole.forEach((size, c) => {
				const share = split.labels.filter((label) => label === c).length;
				expect(Math.abs(share - (size * split.count) / 10_000)).toBeLessThan(2);
			});
		}
	});

	test("mean and std are those of the training images", () => {
		const images = storedBytes(data.train);
		const mean = images.reduce((sum, pixel) => sum + pixel / 255, 0) / images.length;
		const variance = images.reduce((sum, pixel) => sum + (pixel / 255 - mean) ** 2, 0) / images.length;
		expect(digits.normalization.mean).toBeCloseTo(mean, 6);
		expect(digits.normalization.std).toBeCloseTo(Math.sqrt(variance), 6);
	});

	test("the splits never change", () => {
		expect(data.fingerprint).toBe("fc1fe61e252ae687b2b53462b881b22bef9664c7e37d3dc272e6101939bdf486");
	});

	test("the validation split's size is an option; the test split does not move", async () => {
		const other = await digits.load({ validation: 100 });
		expect([other.train.count, other.validation.count]).toEqual([7900, 100]);
		await expect(digits.load({ validation: 8000 })).rejects.toThrow(
			expect.objectContaining({ category: "usage" }) as Error,
		);
	});
});

test("parsePixels gives back every byte from its three decimals", () => {
	const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
	const json = JSON.stringify({ data: Array.from(bytes, (byte) => Number((byte / 255).toFixed(3))) });
	expect(parsePixels(Buffer.from(json))).toEqual(bytes);
});
