/**
 * Pictures as transformers.js prepares them in Node for a folder that `limbeck export` writes: `RawImage.read`, then the
 * image processor with `resample: 1`, `shortest_edge` and a centre crop (@huggingface/transformers 4, utils/image.js and
 * image_processors_utils.js). What the exported model does with the channels that come is done here too.
 */
import { readFile } from "node:fs/promises";
import type { Sharp } from "sharp";
import { channelsFirst } from "./channels-first.js";
import type { ImageDecoder, ImageFormat } from "./image-format.js";
import { headerOf, pictureError } from "./own-decoder.js";
import { pictureQueue } from "./picture-limit.js";
import { greyOf, type RawPixels } from "./raw-pixels.js";
import { loadSharp } from "./sharp.js";

type SharpModule = Awaited<ReturnType<typeof loadSharp>>;

/** The way of transformers.js; what it cannot read is an error here. */
export async function openTransformersDecoder(format: ImageFormat): Promise<ImageDecoder> {
	const sharp = await loadSharp();
	const takeTurn = pictureQueue();
	return {
		survey: () => Promise.resolve(),
		async decode(path) {
			try {
				const bytes = await readFile(path);
				const { width, height } = await headerOf(path, bytes.length, sharp);
				return await takeTurn(width * height, async () => {
					const image = await loaded(sharp(bytes));
					return onWhite(await cropped(await resized(image, format.size, sharp), format.size, sharp), format);
				});
			} catch (cause) {
				throw pictureError(cause, path);
			}
		},
		notices: () => [],
		pixelScale: () => undefined,
	};
}

/** `loadImageFunction`: the channels that the file has, whatever sharp makes of them. */
async function loaded(image: Sharp): Promise<RawPixels> {
	const { channels: declared } = await image.metadata();
	const { data, info } = await image.rotate().raw().toBuffer({ resolveWithObject: true });
	const { width, height, channels } = info;
	return withChannels({ width, height, channels, data }, declared);
}

function withChannels(image: RawPixels, channels: number): RawPixels {
	if (image.channels === channels) return image;
	const { width, height, data } = image;
	const of = (each: RawPixels["channels"], value: (pixel: number, channel: number) => number): RawPixels => ({
		width,
		height,
		channels: each,
		data: Uint8Array.from({ length: width * height * each }, (_, at) => value(Math.floor(at / each), at % each)),
	});
	const stored = (pixel: number, channel: number): number => data[pixel * image.channels + channel] ?? 0;
	if (channels === 1 && image.channels > 2) {
		const grey = (pixel: number): number =>
			Math.round(0.2989 * stored(pixel, 0) + 0.587 * stored(pixel, 1) + 0.114 * stored(pixel, 2));
		return of(1, grey);
	}
	if (channels === 4 && image.channels === 3) return of(4, (pixel, at) => (at === 3 ? 255 : stored(pixel, at)));
	if (channels === 3 && image.channels === 4) return of(3, stored);
	throw new RangeError(`${String(channels)} channels, which transformers.js cannot read`);
}

function opened({ data, width, height, channels }: RawPixels, sharp: SharpModule): Sharp {
	return sharp(data, { raw: { width, height, channels } });
}

/** `resize`: the shorter edge becomes `size`. */
async function resized(image: RawPixels, size: number, sharp: SharpModule): Promise<RawPixels> {
	const factor = Math.max(size / image.width, size / image.height);
	const scaled = (edge: number): number => Math.floor(Number((edge * factor).toFixed(2)));
	const [width, height] = [scaled(image.width), scaled(image.height)];
	if (width === image.width && height === image.height) return image;
	return loaded(opened(image, sharp).resize({ width, height, fit: "fill", kernel: "lanczos3" }));
}

/** `center_crop`. */
function cropped(image: RawPixels, size: number, sharp: SharpModule): Promise<RawPixels> {
	if (image.width === size && image.height === size) return Promise.resolve(image);
	const [left, top] = [Math.floor((image.width - size) / 2), Math.floor((image.height - size) / 2)];
	return loaded(opened(image, sharp).extract({ left, top, width: size, height: size }));
}

/** What an exported model makes of one, three or four channels. */
function onWhite(image: RawPixels, { size, channels }: ImageFormat): Uint8Array {
	const { data, channels: each } = image;
	const colours = Uint8Array.from({ length: 3 * size * size }, (_, at) => {
		const pixel = Math.floor(at / 3);
		const value = data[pixel * each + (each === 1 ? 0 : at % 3)] ?? 0;
		if (each !== 4) return value;
		const alpha = (data[pixel * 4 + 3] ?? 0) / 255;
		return Math.round(value * alpha + 255 * (1 - alpha));
	});
	const wanted = channels === 1 ? greyOf(colours) : colours;
	const out = new Uint8Array(wanted.length);
	channelsFirst(wanted, out, channels);
	return out;
}
