import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/own-data.js";
import { bmp, tiff } from "../../../test/support/picture-files.js";
import { createImageDecoder } from "./image.js";
import type { ImageDecoder, ImageFormat } from "./image-format.js";

type Pixel = readonly number[];
const [red, green, clear]: readonly Pixel[] = [
	[255, 0, 0],
	[0, 255, 0],
	[0, 0, 0, 0],
];

/** A picture of rows of pixels, all of one number of channels. */
function picture(rows: readonly (readonly Pixel[])[]): Sharp {
	const channels = rows[0]?.[0]?.length === 4 ? 4 : 3;
	const raw = { width: rows[0]?.length ?? 0, height: rows.length, channels } as const;
	return sharp(Uint8Array.from(rows.flat(2)), { raw });
}

async function decoded(image: Sharp, name: string, format: ImageFormat): Promise<readonly number[]> {
	const path = join(await temporaryFolder(), name);
	await image.toFile(path);
	return Array.from(await (await createImageDecoder(format)).decode(path));
}

const one: ImageFormat = { size: 1, channels: 1 };

/** A file of these bytes. */
async function fileOf(bytes: Uint8Array, name = "a.tif"): Promise<string> {
	const path = join(await temporaryFolder(), name);
	await writeFile(path, bytes);
	return path;
}

/** Pictures of one grey pixel of a value each, all of them surveyed, and what they become. */
async function decodedAll(
	files: readonly Uint8Array[],
	format: ImageFormat = one,
): Promise<{ readonly bytes: readonly number[]; readonly decoder: ImageDecoder }> {
	const decoder = await createImageDecoder(format);
	const paths = await Promise.all(files.map((file) => fileOf(file)));
	await decoder.survey(paths);
	const bytes: number[] = [];
	for (const path of paths) bytes.push(...(await decoder.decode(path)));
	return { bytes, decoder };
}

const floats = (...values: readonly number[]): readonly Uint8Array[] =>
	values.map((value) => tiff(1, 1, "float", Float32Array.of(value)));
const words = (...values: readonly number[]): readonly Uint8Array[] =>
	values.map((value) => tiff(1, 1, "unsigned", Uint16Array.of(value)));

describe("createImageDecoder", () => {
	test("planes of red, green and blue", async () => {
		const image = picture([
			[red ?? [], green ?? []],
			[green ?? [], red ?? []],
		]);
		const planes = [255, 0, 0, 255, 0, 255, 255, 0, 0, 0, 0, 0];
		expect(await decoded(image, "a.png", { size: 2, channels: 3 })).toEqual(planes);
	});

	test("grey, of colours and of 16 bits", async () => {
		const grey = await decoded(picture([[[200, 200, 200]]]), "a.png", { size: 1, channels: 1 });
		expect(grey).toEqual([200]);
		const deep = sharp(Uint16Array.of(200 * 257), { raw: { width: 1, height: 1, channels: 1 } }).toColourspace(
			"grey16",
		);
		expect(await decoded(deep, "b.png", { size: 1, channels: 3 })).toEqual([200, 200, 200]);
	});

	test("turned upright as EXIF says", async () => {
		// Orientation 6: to be turned by 90° clockwise, so that the left column becomes the top row.
		const image = picture([
			[red ?? [], green ?? []],
			[red ?? [], green ?? []],
		]).withMetadata({ orientation: 6 });
		const [r0 = 0, r1 = 0, r2 = 0, r3 = 0] = await decoded(image.png(), "a.png", { size: 2, channels: 3 });
		expect([r0, r1, r2, r3]).toEqual([255, 255, 0, 0]);
	});

	test("the first frame of an animation, with a note", async () => {
		const frames = sharp(Uint8Array.of(255, 0, 0, 0, 255, 0), {
			raw: { width: 1, height: 2, channels: 3, pageHeight: 1 },
		});
		const path = await fileOf(await frames.gif().toBuffer(), "a.gif");
		const decoder = await createImageDecoder({ size: 1, channels: 3 });
		expect(Array.from(await decoder.decode(path))).toEqual([255, 0, 0]);
		expect(decoder.notices()).toEqual([expect.objectContaining({ code: "first-page" })]);
	});

	test("white where it is transparent", async () => {
		expect(await decoded(picture([[clear ?? []]]), "a.png", { size: 1, channels: 3 })).toEqual([255, 255, 255]);
	});

	test("the middle of a wide picture", async () => {
		const column = [red, red, green, green, red, red].map((pixel) => pixel ?? []);
		const wide = picture([column, column]);
		expect(await decoded(wide, "a.png", { size: 2, channels: 3 })).toEqual([
			0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0,
		]);
	});

	test("a file that is no picture, and one cut short", async () => {
		const folder = await temporaryFolder();
		const { decode } = await createImageDecoder({ size: 8, channels: 3 });
		const other = join(folder, "other.png");
		await writeFile(other, "text");
		await expect(decode(other)).rejects.toMatchObject({ category: "data", where: other });
		const whole = await sharp({ create: { width: 64, height: 64, channels: 3, background: "red" } })
			.jpeg()
			.toBuffer();
		const cut = join(folder, "cut.jpg");
		await writeFile(cut, whole.subarray(0, whole.length - 60));
		await expect(decode(cut)).rejects.toMatchObject({ category: "data", where: cut });
	});

	test("a small file that claims a huge picture", async () => {
		const path = join(await temporaryFolder(), "bomb.png");
		const bytes = await picture([[[1, 2, 3]]])
			.png()
			.toBuffer();
		// The header's chunk: width and height from byte 16 on, and the checksum of bytes 12 … 28.
		bytes.writeUInt32BE(16_000, 16);
		bytes.writeUInt32BE(16_000, 20);
		bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
		await writeFile(path, bytes);
		const { decode } = await createImageDecoder({ size: 8, channels: 3 });
		await expect(decode(path)).rejects.toMatchObject({
			category: "data",
			expected: "a picture of at most 134,217,728 pixels",
			got: "16000 × 16000, 256,000,000 pixels, of 90 bytes",
		});
	});

	test("a plain page of 35 million pixels in a few bytes", async () => {
		const page = sharp({ create: { width: 4960, height: 7016, channels: 3, background: "white" } }).toColourspace(
			"b-w",
		);
		const path = await fileOf(await page.tiff({ compression: "ccittfax4", bitdepth: 1 }).toBuffer());
		const { decode } = await createImageDecoder({ size: 2, channels: 1 });
		expect(Array.from(await decode(path))).toEqual([255, 255, 255, 255]);
	});

	test("colours become grey by ITU-R BT.601, as Pillow's mode L", async () => {
		for (const [colour, grey] of [
			[[0, 0, 255], 29],
			[[255, 0, 0], 76],
			[[0, 255, 0], 150],
		] as const) {
			expect(await decoded(picture([[colour]]), "a.png", one)).toEqual([grey]);
		}
	});

	test("a bitmap, whatever its name", async () => {
		const file = bmp({ width: 1, height: 1, bits: 24, pixels: [3, 2, 1, 0] });
		const { decode } = await createImageDecoder({ size: 1, channels: 3 });
		for (const name of ["a.bmp", "a.dib", "a.png"])
			expect(Array.from(await decode(await fileOf(file, name)))).toEqual([1, 2, 3]);
		const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
		const clear = bmp({
			width: 1,
			height: 2,
			bits: 32,
			header: 108,
			compression: 3,
			masks,
			pixels: [0, 0, 0, 0, 9, 9, 9, 255],
		});
		expect(
			Array.from(await (await createImageDecoder({ size: 2, channels: 1 })).decode(await fileOf(clear))),
		).not.toContain(0);
	});

	test("a small bitmap that claims a huge picture", async () => {
		const file = await fileOf(bmp({ width: 40_000, height: 40_000, bits: 8, compression: 1, pixels: [0, 1] }), "a.bmp");
		const { decode } = await createImageDecoder(one);
		await expect(decode(file)).rejects.toMatchObject({
			category: "data",
			hint: "Scale it down first, or leave it out with --set data.skipBroken=true.",
		});
	});
});

describe("pixels that are not bytes", () => {
	test.each<readonly [string, readonly Uint8Array[], readonly number[], string]>([
		["floats from 0 to 1", floats(0, 0.2, 1), [0, 51, 255], "0 becomes black, 1 white"],
		["floats from -1 to 1", floats(-1, 0, 1), [0, 128, 255], "-1 becomes black, 1 white"],
		["floats that are bytes", floats(0, 51, 200), [0, 51, 200], "0 becomes black, 255 white"],
		["floats of any range", floats(-1000, 0, 3000), [0, 64, 255], "-1000 becomes black, 3000 white"],
		["floats close together", floats(0.5, 0.505, 0.51), [0, 128, 255], "0.5 becomes black, 0.51 white"],
		["12 bits in 16", words(0, 819, 4095), [0, 51, 255], "0 becomes black, 4095 white"],
		["8 bits in 16", words(90, 159, 204), [90, 159, 204], "0 becomes black, 255 white"],
		["10 bits in 16", words(0, 1023), [0, 255], "0 becomes black, 1023 white"],
	])("%s", async (_, files, wanted, said) => {
		const { bytes, decoder } = await decodedAll(files);
		expect(bytes).toEqual(wanted);
		expect(decoder.notices()).toEqual([expect.objectContaining({ code: "pixel-range" })]);
		expect(decoder.notices()[0]?.text).toContain(said);
	});

	test("16 bits are taken whole, without a word", async () => {
		const { bytes, decoder } = await decodedAll(words(0, 200 * 257, 65_535));
		expect(bytes).toEqual([0, 200, 255]);
		expect(decoder.notices()).toEqual([]);
	});

	test("signed and 32 bits", async () => {
		const signed = [-1000, 0, 3000].map((value) => tiff(1, 1, "signed", Int16Array.of(value)));
		expect((await decodedAll(signed)).bytes).toEqual([0, 64, 255]);
		const long = [0, 70_000, 350_000].map((value) => tiff(1, 1, "unsigned", Uint32Array.of(value)));
		expect((await decodedAll(long)).bytes).toEqual([0, 51, 255]);
	});

	test("colours", async () => {
		const colours = tiff(1, 3, "float", Float32Array.of(0, 0.2, 1));
		expect((await decodedAll([colours], { size: 1, channels: 3 })).bytes).toEqual([0, 51, 255]);
	});

	test.each([
		["no word of it", undefined],
		["unspecified", 0],
	])("a band that is not alpha is left out: %s", async (_, extra) => {
		const colours = { size: 1, channels: 3 } as const;
		const bytes = tiff(1, 4, "unsigned", Uint8Array.of(10, 20, 30, 0), extra);
		const read = await decodedAll([bytes], colours);
		expect(read.bytes).toEqual([10, 20, 30]);
		expect(read.decoder.notices()).toEqual([expect.objectContaining({ code: "extra-band" })]);
		expect((await decodedAll([tiff(1, 2, "unsigned", Uint8Array.of(77, 0), extra)])).bytes).toEqual([77]);
		const deep = tiff(1, 4, "unsigned", Uint16Array.of(0, 819, 4095, 65_535), extra);
		expect((await decodedAll([deep], colours)).bytes).toEqual([0, 51, 255]);
		const whole = tiff(1, 4, "unsigned", Uint16Array.of(0, 200 * 257, 65_535, 0), extra);
		expect((await decodedAll([whole], colours)).bytes).toEqual([0, 200, 255]);
		const real = tiff(1, 4, "float", Float32Array.of(0, 0.2, 1, 900), extra);
		expect((await decodedAll([real], colours)).bytes).toEqual([0, 51, 255]);
	});

	test.each([1, 2])("alpha is alpha: ExtraSamples %d", async (extra) => {
		const clear = await decodedAll([tiff(1, 4, "unsigned", Uint8Array.of(0, 0, 0, 0), extra)], {
			size: 1,
			channels: 3,
		});
		expect(clear.bytes).toEqual([255, 255, 255]);
		expect(clear.decoder.notices()).toEqual([]);
		expect((await decodedAll([tiff(1, 2, "unsigned", Uint8Array.of(0, 0), extra)])).bytes).toEqual([255]);
	});

	test("a large TIFF as well", async () => {
		const big = await picture([[[1, 2, 3, 255]]])
			.tiff({ bigtiff: true })
			.toBuffer();
		expect((await decodedAll([big], { size: 1, channels: 3 })).decoder.notices()).toEqual([]);
	});

	test("a range that is set, and what is beyond it", async () => {
		const { bytes, decoder } = await decodedAll(floats(0, 5, 20), { ...one, range: [0, 10] });
		expect(bytes).toEqual([0, 128, 255]);
		expect(decoder.notices()).toEqual([expect.objectContaining({ code: "pixels-beyond-range" })]);
	});

	test("training pictures alone decide the range", async () => {
		const decoder = await createImageDecoder(one);
		const [dark = "", bright = ""] = await Promise.all(words(1000, 60_000).map((file) => fileOf(file)));
		const [light = ""] = await Promise.all(words(4095).map((file) => fileOf(file)));
		await decoder.survey([dark, light]);
		expect(await decoder.decode(dark)).toEqual(Uint8Array.of(62));
		expect(await decoder.decode(bright)).toEqual(Uint8Array.of(255));
		expect(decoder.notices().map(({ code }) => code)).toEqual(["pixel-range", "pixels-beyond-range"]);
	});

	test("what nobody says the meaning of, and what is no number", async () => {
		const { decode } = await createImageDecoder(one);
		const signed = await fileOf(tiff(1, 1, "signed", Int16Array.of(5)));
		await expect(decode(signed)).rejects.toMatchObject({
			category: "data",
			hint: "Say which values are black and white: --set data.range='[BLACK,WHITE]'.",
		});
		const [none = new Uint8Array()] = floats(Number.NaN);
		await expect(decode(await fileOf(none))).rejects.toMatchObject({ got: "NaN" });
	});
});
