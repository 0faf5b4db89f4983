/** `data.decode=transformers.js` gives the pixels that the library itself gives. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { expect, it } from "vitest";
import { createImageDecoder } from "../../src/data/formats/image.js";
import { transformersFiles } from "../../src/deploy/transformers.js";
import { temporaryFolder } from "../support/own-data.js";
import { bmp } from "../support/picture-files.js";
import { pixelsInTransformers } from "../support/transformers.js";

const size = 16;

/** A picture without any pattern, of that many channels. */
function noise(width: number, height: number, channels: 3 | 4): Sharp {
	const data = Uint8Array.from({ length: width * height * channels }, (_, at) => (at * at * 31 + at * 7) % 256);
	return sharp(data, { raw: { width, height, channels } });
}

const pictures: Readonly<Record<string, () => Promise<Buffer>>> = {
	"a JPEG that is made smaller": () => noise(61, 37, 3).jpeg({ quality: 90 }).toBuffer(),
	"a JPEG that is made larger": () => noise(9, 12, 3).jpeg({ quality: 90 }).toBuffer(),
	"a JPEG on its side": () => noise(40, 23, 3).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
	"a grey JPEG": () => noise(33, 50, 3).grayscale().jpeg().toBuffer(),
	"a PNG of the right size": () => noise(size, size, 3).png().toBuffer(),
	"a PNG with alpha": () => noise(30, 20, 4).png().toBuffer(),
	"a PNG with a palette": () => noise(30, 31, 4).png({ palette: true, colours: 16 }).toBuffer(),
	"a PNG of 16 bits": () => noise(30, 20, 3).toColourspace("rgb16").png().toBuffer(),
	"a GIF": () => noise(30, 20, 3).gif().toBuffer(),
	"a WebP": () => noise(70, 20, 4).webp().toBuffer(),
	"a TIFF": () => noise(31, 21, 3).tiff().toBuffer(),
};

it.each(Object.entries(pictures))("%s", async (_, encode) => {
	const folder = join(await temporaryFolder(), "model");
	await mkdir(folder);
	const facts = { classes: ["a", "b"], sampleShape: [3, size, size], int8: false };
	for (const [name, text] of transformersFiles(facts)) await writeFile(join(folder, name), text);
	const path = join(folder, "picture");
	await writeFile(path, await encode());
	const { dims, pixels } = await pixelsInTransformers(folder, path);
	const { decode } = await createImageDecoder({ size, channels: 3, decode: "transformers.js" });
	const ours = await decode(path);
	const [, channels = 0] = dims;
	const plane = size * size;
	const wanted = Array.from(ours, (_value, at) => {
		const value = pixels[channels === 1 ? at % plane : at] ?? 0;
		const alpha = channels === 4 ? (pixels[3 * plane + (at % plane)] ?? 0) / 255 : 1;
		return value * alpha + 255 * (1 - alpha);
	});
	const largest = wanted.reduce((most, value, at) => Math.max(most, Math.abs(value - (ours[at] ?? 0))), 0);
	expect(largest).toBeLessThan(0.51);
});

it("a bitmap is refused, as there", async () => {
	const path = join(await temporaryFolder(), "a.bmp");
	await writeFile(path, bmp({ width: 1, height: 1, bits: 24, pixels: [1, 2, 3, 0] }));
	const { decode } = await createImageDecoder({ size, channels: 3, decode: "transformers.js" });
	await expect(decode(path)).rejects.toMatchObject({ category: "data" });
});
