import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/own-data.js";
import { createImageDecoder, type ImageFormat } from "./image.js";

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
	return Array.from(await (await createImageDecoder(format))(path));
}

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
		const decode = await createImageDecoder({ size: 8, channels: 3 });
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
		const decode = await createImageDecoder({ size: 8, channels: 3 });
		await expect(decode(path)).rejects.toThrow(/pixel limit/);
	});
});
