/** Our way of decoding pictures. */
import { open, readFile, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import type { Metadata, Sharp, SharpOptions } from "sharp";
import { LimbeckError } from "../../errors.js";
import type { Notice } from "../../notices.js";
import { decodeBmp, isBmp } from "./bmp.js";
import { bmpHeadBytes, readBmpHeader } from "./bmp-header.js";
import { channelsFirst } from "./channels-first.js";
import {
	bytesByRange,
	type DeepPixels,
	type DeepType,
	deepTypeOf,
	ordinaryRanges,
	readDeepPixels,
} from "./deep-pixels.js";
import type { ImageDecoder, ImageFormat } from "./image-format.js";
import { pictureKindOf } from "./picture-kinds.js";
import { admitPicture, pictureQueue, type TakeTurn } from "./picture-limit.js";
import { extentOf } from "./pixel-range.js";
import { createPixelRanges, type PixelRanges } from "./pixel-ranges.js";
import { greyOf, type RawPixels, withoutLastBand } from "./raw-pixels.js";
import { loadSharp } from "./sharp.js";
import { tiffHasAlpha } from "./tiff-alpha.js";

type SharpModule = Awaited<ReturnType<typeof loadSharp>>;

/** A bitmap may have bytes beside its pixels, but not without end. */
const mostBmpBytes = 2 ** 30;

/**
 * A picture is turned upright as its EXIF data say, laid on white where it is transparent, scaled so that it covers the
 * square (Lanczos, averaging) and cut at its middle. Colours become grey by ITU-R BT.601 of the stored values. Of an
 * animation the first frame counts. Pixels that are not bytes are scaled by the range of all training pictures.
 */
export async function openOwnDecoder(format: ImageFormat): Promise<ImageDecoder> {
	const tools: Tools = {
		sharp: await loadSharp(),
		format,
		ranges: createPixelRanges(format.range),
		takeTurn: pictureQueue(),
		several: new Set(),
		extra: new Set(),
	};
	return {
		async survey(paths) {
			if (paths.length === 0) return;
			tools.ranges.restart();
			if (format.range !== undefined) return;
			const rest = paths.values();
			const work = async (): Promise<void> => {
				// Decoding one says what is wrong with it.
				for (const path of rest) await surveyed(path, tools).catch(() => undefined);
			};
			await Promise.all(Array.from({ length: 2 * availableParallelism() }, work));
		},
		async decode(path) {
			try {
				return await decoded(path, tools);
			} catch (cause) {
				throw pictureError(cause, path);
			}
		},
		pixelScale: () => tools.ranges.scale(),
		notices: () => [...tools.ranges.notices(), ...severalNotice(tools.several.size), ...extraNotice(tools.extra.size)],
	};
}

interface Tools {
	readonly sharp: SharpModule;
	readonly format: ImageFormat;
	readonly ranges: PixelRanges;
	readonly takeTurn: TakeTurn;
	/** The files that hold several pages or frames. */
	readonly several: Set<string>;
	/** The files of which a band is left out. */
	readonly extra: Set<string>;
}

function severalNotice(count: number): readonly Notice[] {
	if (count === 0) return [];
	const files = count === 1 ? "1 picture has" : `${String(count)} pictures have`;
	return [{ code: "first-page", text: `${files} several pages or frames: the first of each is taken.` }];
}

function extraNotice(count: number): readonly Notice[] {
	if (count === 0) return [];
	const files = count === 1 ? "1 TIFF picture has" : `${String(count)} TIFF pictures have`;
	const text = `${files} a band beside grey or colours that is not alpha, by the tag ExtraSamples: it is left out.`;
	return [{ code: "extra-band", text }];
}

/** What went wrong with a picture, as an error of ours. */
export function pictureError(cause: unknown, where: string): LimbeckError {
	if (cause instanceof LimbeckError) return cause;
	const got = cause instanceof Error ? cause.message : String(cause);
	const hint = "Replace it, or leave such pictures out: --set data.skipBroken=true.";
	return new LimbeckError("data", { where, expected: "a picture that can be read", got, hint, cause });
}

async function decoded(path: string, tools: Tools): Promise<Uint8Array> {
	const { sharp, takeTurn } = tools;
	const { size: fileBytes } = await stat(path);
	if (fileBytes === 0) throw pictureError("an empty file", path);
	const head = await headOf(path);
	if (isBmp(head)) {
		const { width, height } = readBmpHeader(head, path);
		admitPicture(width, height, fileBytes, path);
		if (fileBytes > mostBmpBytes) {
			const got = `${String(fileBytes)} bytes`;
			throw new LimbeckError("data", { where: path, expected: "a bitmap of at most a gigabyte", got });
		}
		const read = async (): Promise<RawPixels> => decodeBmp(await readFile(path), path);
		return takeTurn(Math.max(width * height, fileBytes), async () => finishedRaw(await read(), tools));
	}
	const header = await headerOf(path, fileBytes, sharp);
	if ((header.pages ?? 1) > 1) tools.several.add(path);
	const extra = await hasExtraBand(path, header);
	if (extra) tools.extra.add(path);
	return takeTurn(header.width * header.height, async () => {
		const type = deepTypeOf(header);
		const deep = type === undefined ? undefined : await scaled(path, header, { type, extra }, tools);
		if (deep !== undefined) return finishedRaw(deep, tools);
		if (extra) return finishedRaw(withoutLastBand(await rawPixels(sharp(path, openOptions))), tools);
		return finished(sharp(path, openOptions), header.space === "b-w" || header.space === "grey16", tools.format);
	});
}

/** Whether sharp takes a band for alpha that is none. */
async function hasExtraBand(path: string, { format, hasAlpha, channels }: Metadata): Promise<boolean> {
	return format === "tiff" && hasAlpha && [2, 4].includes(channels) && !(await tiffHasAlpha(path));
}

/** A picture's bytes, turned upright, nothing else done to them. */
async function rawPixels(image: Sharp): Promise<RawPixels> {
	const { data, info } = await image.autoOrient().raw().toBuffer({ resolveWithObject: true });
	return { ...info, data };
}

/** What is asked of sharp: no damage, and no other limit than ours. */
const openOptions: SharpOptions = { failOn: "error", limitInputPixels: false, sequentialRead: true };

/** A picture's header, once its size is admitted. */
export async function headerOf(path: string, fileBytes: number, sharp: SharpModule): Promise<Metadata> {
	const header = await sharp(path, openOptions).metadata();
	admitPicture(header.width, header.height, fileBytes, path);
	return header;
}

/** A file's first bytes: what names its format, and all of a bitmap's header. */
async function headOf(path: string): Promise<Uint8Array> {
	const file = await open(path);
	try {
		const head = new Uint8Array(bmpHeadBytes);
		const { bytesRead } = await file.read(head, 0, head.length, 0);
		return head.subarray(0, bytesRead);
	} finally {
		await file.close();
	}
}

/** Whether a file's first bytes say that its pixels are bytes, which is quicker than its whole header. */
function surelyBytes(head: Uint8Array): boolean {
	return isBmp(head) || pictureKindOf(head)?.holdsBytes?.(head) === true;
}

async function surveyed(path: string, { sharp, ranges, takeTurn }: Tools): Promise<void> {
	if (surelyBytes(await headOf(path))) return;
	const header = await headerOf(path, (await stat(path)).size, sharp);
	const type = deepTypeOf(header);
	if (type === undefined) return;
	const extra = await hasExtraBand(path, header);
	await takeTurn(header.width * header.height, async () => {
		const { data, channels, alpha } = await deepPixels(path, header, { type, extra }, sharp);
		ranges.see(type, extentOf(data, channels, alpha));
	});
}

/** Pixels that are not bytes, without a band that is left out. */
async function deepPixels(
	path: string,
	header: Metadata,
	{ type, extra }: { readonly type: DeepType; readonly extra: boolean },
	sharp: SharpModule,
): Promise<DeepPixels> {
	const pixels = await readDeepPixels(sharp(path, openOptions), header, type, path);
	return extra ? { ...withoutLastBand(pixels), alpha: false } : pixels;
}

/** The pixels by their range; `undefined` where sharp itself takes them so. */
async function scaled(
	path: string,
	header: Metadata,
	kind: { readonly type: DeepType; readonly extra: boolean },
	{ sharp, ranges }: Tools,
): Promise<RawPixels | undefined> {
	const { type, extra } = kind;
	const [black, white] = ranges.of(type, path);
	const [least, most] = ordinaryRanges[type] ?? [];
	if (type === "ushort" && !extra && black === least && white === most) return undefined;
	const pixels = await deepPixels(path, header, kind, sharp);
	ranges.scaled(type, extentOf(pixels.data, pixels.channels, pixels.alpha));
	return bytesByRange(pixels, type, [black, white]);
}

function finishedRaw({ data, width, height, channels }: RawPixels, { sharp, format }: Tools): Promise<Uint8Array> {
	return finished(sharp(data, { raw: { width, height, channels }, limitInputPixels: false }), channels < 3, format);
}

/** @param grey - whether the picture itself is: it needs no colours on the way. */
async function finished(image: Sharp, grey: boolean, { size, channels }: ImageFormat): Promise<Uint8Array> {
	const pixels = await image
		.autoOrient()
		.flatten({ background: "white" })
		.resize(size, size, { fit: "cover" })
		.toColourspace(grey && channels === 1 ? "b-w" : "srgb")
		.raw()
		.toBuffer();
	const wanted = grey || channels === 3 ? pixels : greyOf(pixels);
	if (wanted.length !== channels * size * size) {
		throw new RangeError(`pixels with ${String(pixels.length / (size * size))} channels`);
	}
	const out = new Uint8Array(wanted.length);
	channelsFirst(wanted, out, channels);
	return out;
}
