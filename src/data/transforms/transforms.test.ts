import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { elementCount } from "../../onnx/tensor.js";
import type { SampleData } from "../samples.js";
import {
	type Augmentation,
	prepareViews,
	type TransformOptions,
	transformOptions,
	transforms,
	usesBlank,
} from "./index.js";
import { mixturesOf } from "./mixup.js";
import { shiftImage } from "./shift.js";
import type { ImageShape } from "./transform.js";

interface Source extends Partial<Augmentation> {
	readonly shape: ImageShape;
	readonly seed?: number;
	/** What is normalised to zero, of images of one channel. */
	readonly mean?: number;
}

/** The views of one image at positions 0 … count − 1, as text. */
function viewsOf(
	image: SampleData,
	{ shape, seed = 1, jitter = 0, augment = [], mean = 0.4 }: Source,
	count: number,
): string[] {
	const type = image instanceof Uint8Array ? "uint8" : "float";
	const normalization = { mean: shape[0] === 1 ? mean : [0.2, 0.4, 0.6], std: 1 };
	const view = prepareViews({ jitter, augment, seed, sampleShape: shape, type, normalization });
	const out = image.map(() => 99);
	return Array.from({ length: count }, (_, position) => {
		view?.(position, { data: image, at: 0 }, { data: out, at: 0 });
		return out.join();
	});
}

const options = (...list: readonly z.input<typeof transformOptions>[]): readonly TransformOptions[] =>
	z.array(transformOptions).parse(list);

/** Different values everywhere. */
const imageOf = (shape: ImageShape): Uint8Array<ArrayBuffer> =>
	Uint8Array.from({ length: elementCount(shape) }, (_, i) => i + 1);

/** The image that `at` makes, pixel by pixel. */
function drawn([channels, height, width]: ImageShape, at: (c: number, y: number, x: number) => number): string {
	const out: number[] = [];
	for (let c = 0; c < channels; c++) {
		for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) out.push(at(c, y, x));
	}
	return out.join();
}

/** The number of times that each view came up. */
function tally(views: readonly string[]): ReadonlyMap<string, number> {
	const seen = new Map<string, number>();
	for (const view of views) seen.set(view, (seen.get(view) ?? 0) + 1);
	return seen;
}

/** Expects just these views, each as often as its weight says, within six standard deviations. */
function expectShares(views: readonly string[], expected: ReadonlyMap<string, number>): void {
	const seen = tally(views);
	expect(new Set(seen.keys())).toEqual(new Set(expected.keys()));
	for (const [view, share] of expected) {
		const deviation = Math.sqrt(views.length * share * (1 - share));
		expect(Math.abs((seen.get(view) ?? 0) - views.length * share)).toBeLessThan(6 * deviation);
	}
}

test("shiftImage moves an image and clears what comes in", () => {
	const side = fc.integer({ min: 1, max: 6 });
	const shift = fc.integer({ min: -7, max: 7 });
	fc.assert(
		fc.property(fc.tuple(fc.integer({ min: 1, max: 3 }), side, side), shift, shift, (shape, dy, dx) => {
			const [, height, width] = shape;
			const image = imageOf(shape);
			const out = new Uint8Array(image.length + 5).fill(99);
			shiftImage({ data: image, at: 0 }, { data: out, at: 3 }, shape, dy, dx);
			const inside = (y: number, x: number): boolean => y >= 0 && y < height && x >= 0 && x < width;
			const expected = drawn(shape, (c, y, x) =>
				inside(y - dy, x - dx) ? (image[(c * height + y - dy) * width + x - dx] ?? NaN) : 0,
			);
			expect(out.join()).toBe(`99,99,99,${expected},99,99`);
		}),
		{ seed: 4, numRuns: 300 },
	);
});

/** Every window of an image padded by `padding`, where `outside` gives the padding. */
function windows(shape: ImageShape, padding: number, outside: (c: number, y: number, x: number) => number): string[] {
	const side = 2 * padding + 1;
	return Array.from({ length: side * side }, (_, window) => {
		const [dy, dx] = [Math.floor(window / side) - padding, (window % side) - padding];
		return drawn(shape, (c, y, x) => outside(c, y + dy, x + dx));
	});
}

describe.each([[[1, 4, 5]], [[3, 5, 4]]] as const)("images of %j", (shape) => {
	const [, height, width] = shape;
	const image = imageOf(shape);
	const pixel = (c: number, y: number, x: number): number => image[(c * height + y) * width + x] ?? NaN;
	const zeroOutside = (c: number, y: number, x: number): number =>
		y >= 0 && y < height && x >= 0 && x < width ? pixel(c, y, x) : 0;
	const mirror = (index: number, size: number): number => size - 1 - Math.abs(size - 1 - Math.abs(index));

	test.each([
		["jitter", { jitter: 2 }, zeroOutside],
		["jitter in the list", { augment: options({ name: "jitter", pixels: 2 }) }, zeroOutside],
		["crop, zero", { augment: options({ name: "crop", padding: 2, mode: "zero" }) }, zeroOutside],
		[
			"crop, reflecting",
			{ augment: options({ name: "crop", padding: 2 }) },
			(c: number, y: number, x: number) => pixel(c, mirror(y, height), mirror(x, width)),
		],
	] as const)("%s: every window of the padded image is as likely as any other", (_, augmentation, outside) => {
		const expected = windows(shape, 2, outside).map((view) => [view, 1 / 25] as const);
		expectShares(viewsOf(image, { shape, ...augmentation }, 10_000), new Map(expected));
	});

	test("flip: mirrored or not, with its probability", () => {
		const mirrored = drawn(shape, (c, y, x) => pixel(c, y, width - 1 - x));
		const augment = options({ name: "flip", probability: 0.3 });
		const expected = new Map([
			[mirrored, 0.3],
			[image.join(), 0.7],
		]);
		expectShares(viewsOf(image, { shape, augment }, 10_000), expected);
	});

	test("cutout: a square around any pixel, of the mean of its channel", () => {
		const blank = shape[0] === 1 ? [102] : [51, 102, 153];
		const square = (centre: number): string => {
			const [top, left] = [Math.floor(centre / width) - 1, (centre % width) - 1];
			const cut = (y: number, x: number): boolean => y >= top && y < top + 3 && x >= left && x < left + 3;
			return drawn(shape, (c, y, x) => (cut(y, x) ? (blank[c] ?? NaN) : pixel(c, y, x)));
		};
		const expected = new Map(Array.from({ length: height * width }, (_, c) => [square(c), 1 / (height * width)]));
		expectShares(viewsOf(image, { shape, augment: options({ name: "cutout", size: 3 }) }, 10_000), expected);
		const rarely = tally(viewsOf(image, { shape, augment: options({ name: "cutout", probability: 0.1 }) }, 10_000));
		expect(Math.abs((rarely.get(image.join()) ?? 0) - 9000)).toBeLessThan(6 * 30);
	});

	test("a list is applied in turn, each with the draws that it has alone", () => {
		const list = options({ name: "flip" }, { name: "crop", padding: 1 }, { name: "cutout", size: 2 }, { name: "flip" });
		const whole = viewsOf(image, { shape, jitter: 1, augment: list }, 50);
		const numbers = (view: string): Uint8Array<ArrayBuffer> => Uint8Array.from(view.split(","), Number);
		const at = (source: SampleData, augmentation: Partial<Augmentation>, position: number): string =>
			viewsOf(source, { shape, ...augmentation }, position + 1).at(-1) ?? "";
		for (const [position, view] of whole.entries()) {
			let expected = at(image, { jitter: 1 }, position);
			for (const one of list.slice(0, 3)) expected = at(numbers(expected), { augment: [one] }, position);
			// The second flip draws for itself: the view ends mirrored or not.
			const again = at(numbers(expected), { augment: options({ name: "flip", probability: 1 }) }, position);
			expect([expected, again]).toContain(view);
		}
		expect(viewsOf(image, { shape, jitter: 1, augment: list, seed: 2 }, 50)).not.toEqual(whole);
	});

	test("floats move as bytes do", () => {
		const augment = options({ name: "flip" }, { name: "crop", padding: 2 });
		const bytes = viewsOf(image, { shape, jitter: 1, augment }, 20);
		expect(viewsOf(Float32Array.from(image), { shape, jitter: 1, augment }, 20)).toEqual(bytes);
	});
});

describe.each(Object.values(transforms).filter(({ kind }) => kind === "view"))(
	"every view of $options.shape.name.value",
	(entry) => {
		const shape = [1, 6, 7] as const;
		const name = entry.options.shape.name.value;
		const augment = options({ name, ...(name === "jitter" ? { pixels: 2 } : {}) } as z.input<typeof transformOptions>);
		const image = imageOf(shape);

		test("is a function of its seed and position, and writes every pixel", () => {
			const seen = viewsOf(image, { shape, augment }, 30);
			expect(viewsOf(image, { shape, augment }, 30)).toEqual(seen);
			expect(viewsOf(image, { shape, augment, seed: 2 }, 30)).not.toEqual(seen);
			expect(viewsOf(image, { shape, augment }, 30).join().split(",")).not.toContain("99");
		});

		test("depends on what a blank is where its entry says so", () => {
			const at = (mean: number): string => viewsOf(image, { shape, augment, mean }, 30).join();
			expect(at(0.3) === at(0.6)).toBe(!usesBlank(augment));
		});
	},
);

test("what is no image, and a padding that cannot be reflected, are refused", () => {
	const source = { jitter: 0, seed: 1, type: "uint8" } as const;
	const augment = options({ name: "flip" });
	expect(() => prepareViews({ ...source, sampleShape: [7], augment })).toThrow("expected images");
	expect(() => prepareViews({ ...source, sampleShape: [2, 8], augment: [], jitter: 1 })).toThrow("got samples [2,8]");
	expect(prepareViews({ ...source, sampleShape: [7], augment: options({ name: "mixup" }) })).toBeUndefined();
	const wide = options({ name: "crop", padding: 4 });
	expect(() => prepareViews({ ...source, sampleShape: [1, 8, 4], augment: wide })).toThrow(
		"augment: crop: expected padding below 4 pixels, to reflect images of 8×4, got 4",
	);
});

test("every entry says of itself what a recipe can set", () => {
	for (const [name, entry] of Object.entries(transforms)) {
		expect(z.toJSONSchema(entry.options)).toMatchObject({ properties: { name: { const: name } } });
	}
});

describe("mixtures", () => {
	test.each([0.05, 0.2, 1, 4])("shares of Beta(%d, %d): mean 1/2, variance 1 / (8 α + 4)", (alpha) => {
		const count = 20_000;
		const { shares } = mixturesOf(alpha, 1, 0, count, 1);
		expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
		const mean = shares.reduce((sum, share) => sum + share, 0) / count;
		const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / count;
		// A share's deviation is below 1/2, that of its square below 1/4.
		expect(Math.abs(mean - 0.5)).toBeLessThan((6 * 0.5) / Math.sqrt(count));
		expect(Math.abs(variance - 1 / (8 * alpha + 4))).toBeLessThan((6 * 0.25) / Math.sqrt(count));
	});

	test("partners are a permutation of the batch; a step alone has the mixture that it has in a run", () => {
		const { shares, partners } = mixturesOf(0.2, 3, 10, 5, 6);
		for (let step = 0; step < 5; step++) {
			const own = partners.slice(6 * step, 6 * step + 6);
			expect(own.toSorted()).toEqual(Int32Array.of(0, 1, 2, 3, 4, 5));
			expect(mixturesOf(0.2, 3, 10 + step, 1, 6)).toEqual({ shares: shares.slice(step, step + 1), partners: own });
		}
		expect(mixturesOf(0.2, 4, 10, 5, 6).shares).not.toEqual(shares);
	});
});
