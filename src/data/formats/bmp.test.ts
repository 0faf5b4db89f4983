import { describe, expect, test } from "vitest";
import { type BmpParts, bmp } from "../../../test/support/picture-files.js";
import { decodeBmp } from "./bmp.js";

const [red, green, blue, white] = [
	[255, 0, 0],
	[0, 255, 0],
	[0, 0, 255],
	[255, 255, 255],
] as const;
const palette = [red, green, blue, white];
/** Three columns, two rows: red green blue over white white red. */
const picture = [...red, ...green, ...blue, ...white, ...white, ...red];
/** The same as indices, the lower row first, as bitmaps have it. */
const [lower, upper] = [
	[3, 3, 0],
	[0, 1, 2],
];
const size = { width: 3, height: 2 } as const;
/** Rows of bytes, each filled up to 32 bits. */
const filled = (...rows: readonly (readonly number[])[]): readonly number[] =>
	rows.flatMap((row) => [...row, ...Array<number>((4 - (row.length % 4)) % 4).fill(0)]);
const bgr = (index: number): readonly number[] => (palette[index] ?? []).toReversed();
const two = palette.slice(0, 2);

/** Every layout, and the picture as it. */
const layouts: Readonly<Record<string, BmpParts>> = {
	"8 bits": { ...size, bits: 8, palette, pixels: filled(lower, upper) },
	"8 bits with bytes before the pixels": { ...size, bits: 8, palette, gap: 10, pixels: filled(lower, upper) },
	"8 bits from the top": { ...size, height: -2, bits: 8, palette, pixels: filled(upper, lower) },
	"8 bits with the header of OS/2": { ...size, bits: 8, header: 12, palette, gap: 0, pixels: filled(lower, upper) },
	"4 bits": { ...size, bits: 4, palette, pixels: filled([0x33, 0x00], [0x01, 0x20]) },
	"2 bits": { ...size, bits: 2, palette, pixels: filled([0b11110000], [0b00011000]) },
	"24 bits": { ...size, bits: 24, pixels: filled(lower.flatMap(bgr), upper.flatMap(bgr)) },
	"24 bits, header V5": { ...size, bits: 24, header: 124, pixels: filled(lower.flatMap(bgr), upper.flatMap(bgr)) },
	"32 bits": { ...size, bits: 32, pixels: [...lower, ...upper].flatMap((index) => [...bgr(index), 0]) },
	"16 bits": { ...size, bits: 16, pixels: filled([255, 127, 255, 127, 0, 124], [0, 124, 0xe0, 3, 31, 0]) },
	"16 bits, 5 6 5": {
		...size,
		bits: 16,
		compression: 3,
		masks: [0xf800, 0x7e0, 0x1f],
		pixels: filled([255, 255, 255, 255, 0, 0xf8], [0, 0xf8, 0xe0, 7, 31, 0]),
	},
	"8 bits in runs": {
		...size,
		bits: 8,
		compression: 1,
		palette,
		pixels: [2, 3, 1, 0, 0, 0, 0, 3, 0, 1, 2, 0, 0, 0, 0, 1],
	},
	"4 bits in runs": {
		...size,
		bits: 4,
		compression: 2,
		palette,
		pixels: [2, 0x33, 1, 0, 0, 0, 0, 3, 0x01, 0x20, 0, 0, 0, 1],
	},
	"8 bits in runs, colour 0 left out": {
		...size,
		bits: 8,
		compression: 1,
		palette,
		pixels: [2, 3, 0, 0, 0, 2, 1, 0, 1, 1, 1, 2, 0, 1],
	},
};

describe("decodeBmp", () => {
	test.each(Object.entries(layouts))("%s", (_, parts) => {
		expect(decodeBmp(bmp(parts), "a.bmp")).toEqual({ ...size, channels: 3, data: Uint8Array.from(picture) });
	});

	test("1 bit, whose palette is not black and white", () => {
		const file = bmp({ width: 9, height: 1, bits: 1, palette: two, pixels: [0b01010101, 0b10000000, 0, 0] });
		const wanted = [0, 1, 0, 1, 0, 1, 0, 1, 1].flatMap((index) => [...(two[index] ?? [])]);
		expect(Array.from(decodeBmp(file, "a.bmp").data)).toEqual(wanted);
	});

	test("alpha where there is some, and none where it was never written", () => {
		const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
		const parts = { width: 2, height: 1, bits: 32, compression: 3, header: 108, masks } as const;
		const half = decodeBmp(bmp({ ...parts, pixels: [...bgr(0), 128, ...bgr(1), 0] }), "a.bmp");
		expect(half).toMatchObject({ channels: 4, data: Uint8Array.of(...red, 128, ...green, 0) });
		const none = decodeBmp(bmp({ ...parts, pixels: [...bgr(0), 0, ...bgr(1), 0] }), "a.bmp");
		expect(none).toMatchObject({ channels: 3, data: Uint8Array.of(...red, ...green) });
	});

	test.each<readonly [string, Partial<BmpParts>]>([
		["cut short", { pixels: [1, 2, 3] }],
		["runs without an end", { bits: 8, compression: 1, pixels: [2, 3] }],
		["runs that write too many rows", { bits: 8, compression: 1, pixels: Array<number>(40).fill(0) }],
		["runs from the top", { bits: 8, compression: 1, height: -2, pixels: [0, 1] }],
		["a colour that the palette lacks", { pixels: filled([0, 1, 9], upper) }],
		["no width", { width: 0 }],
		["a JPEG inside", { bits: 24, compression: 4 }],
		["64 bits", { bits: 64 }],
		["masks with holes", { bits: 16, compression: 3, masks: [0xf0f0, 0x0f00, 0x000f] }],
		["masks wider than the pixel", { bits: 16, compression: 3, masks: [0xff0000, 0xff00, 0xff] }],
		["an unknown header", { header: 60 }],
	])("refuses %s", (_, parts) => {
		const whole = { ...size, bits: 8, palette, pixels: filled(lower, upper) };
		expect(() => decodeBmp(bmp({ ...whole, ...parts }), "a.bmp")).toThrow(
			expect.objectContaining({ category: "data", where: "a.bmp" }),
		);
	});
});
