import { LimbeckError } from "../errors.js";
import { boundedInteger, randomStream } from "../random.js";
import type { SampleSet, SampleShape } from "./data-set.js";
import { requireNatural } from "./order.js";
import type { SampleData } from "./samples.js";

/** `[channels, height, width]` of one image. */
export type ImageShape = readonly [channels: number, height: number, width: number];

/**
 * Samples as images of bytes in memory.
 *
 * @throws LimbeckError `usage` if they are something else.
 */
export function imagesOf(
	{ samples }: SampleSet,
	sampleShape: SampleShape,
): { readonly images: Uint8Array; readonly imageShape: ImageShape } {
	const [channels, height, width, ...rest] = sampleShape;
	if (
		samples.kind === "memory" &&
		samples.type === "uint8" &&
		channels !== undefined &&
		height !== undefined &&
		width !== undefined &&
		rest.length === 0
	) {
		return { images: samples.data, imageShape: [channels, height, width] };
	}
	throw new LimbeckError("usage", {
		where: "jitter",
		expected: "images of bytes in memory, [channels, height, width]",
		got: `${samples.type} [${sampleShape.join()}] in ${samples.kind}`,
		hint: "Set jitter to 0.",
	});
}

/** One block of random words serves as many positions. */
const POSITIONS_PER_BLOCK = 4;

/**
 * Random shifts for `length` positions of the sample stream, from `firstPosition` on. A shift depends on the seed and
 * the position alone, so that any step can be made again.
 *
 * @param maximum - the largest shift in each direction, in pixels: 0 … 127.
 * @returns `[length, 2]`: down and right, each uniform in [−maximum, maximum].
 * @throws LimbeckError `usage` for another `maximum` or a position that is not a whole number.
 */
export function jitterOffsets(seed: number, firstPosition: number, length: number, maximum: number): Int8Array {
	if (!Number.isInteger(maximum) || maximum < 0 || maximum > 127) {
		throw new LimbeckError("usage", {
			where: "jitter",
			expected: "a whole number of pixels from 0 to 127",
			got: String(maximum),
		});
	}
	requireNatural("jitter", "a position", firstPosition, 0);
	const stream = randomStream(seed, "jitter");
	const words = new Uint32Array(POSITIONS_PER_BLOCK);
	const side = 2 * maximum + 1;
	const offsets = new Int8Array(2 * length);
	let block = -1;
	for (let i = 0; i < length; i++) {
		const position = firstPosition + i;
		const needed = Math.floor(position / POSITIONS_PER_BLOCK);
		if (needed !== block) {
			stream.words(needed, words);
			block = needed;
		}
		const draw = boundedInteger(words[position % POSITIONS_PER_BLOCK] ?? 0, side * side);
		offsets[2 * i] = Math.floor(draw / side) - maximum;
		offsets[2 * i + 1] = (draw % side) - maximum;
	}
	return offsets;
}

/** {@link jitterOffsets} for one position: `[down, right]`. */
export function jitterOffset(seed: number, position: number, maximum: number): readonly [dy: number, dx: number] {
	const [dy = 0, dx = 0] = jitterOffsets(seed, position, 1, maximum);
	return [dy, dx];
}

/**
 * Copies images, each shifted by its offset; zero comes in where nothing was.
 *
 * @param images - `[samples, channels, height, width]`.
 * @param indices - `[length]`, which samples.
 * @param offsets - `[length, 2]`, pixels down and right; no shift when undefined.
 * @param out - `[length, channels, height, width]`; every byte is written.
 * @throws LimbeckError `usage` if an index is out of range or a size does not fit.
 */
export function gatherImages(
	images: Uint8Array,
	imageShape: ImageShape,
	indices: Uint32Array,
	offsets: Int8Array | undefined,
	out: SampleData,
): void {
	const [channels, height, width] = imageShape;
	const plane = height * width;
	const size = channels * plane;
	checkSizes(images, size, indices, offsets, out);
	for (let i = 0; i < indices.length; i++) {
		const from = (indices[i] ?? 0) * size;
		if (offsets === undefined) {
			out.set(images.subarray(from, from + size), i * size);
			continue;
		}
		const dy = offsets[2 * i] ?? 0;
		const dx = offsets[2 * i + 1] ?? 0;
		for (let at = 0; at < size; at += plane) {
			shiftPlane({ bytes: images, at: from + at }, { bytes: out, at: i * size + at }, height, width, dy, dx);
		}
	}
}

/** Bytes from a place on: a view of its own for every plane would take half the time. */
interface Place {
	readonly bytes: Uint8Array | SampleData;
	readonly at: number;
}

/**
 * Shifts one plane `[height, width]`. Row-major, a shift by (dy, dx) is one move by dy · width + dx, after which the
 * columns that wrapped around into the next row are cleared: one copy a plane, not one a row.
 */
function shiftPlane(source: Place, out: Place, height: number, width: number, dy: number, dx: number): void {
	const { bytes, at: first } = out;
	const end = first + height * width;
	if (Math.abs(dy) >= height || Math.abs(dx) >= width) {
		bytes.fill(0, first, end);
		return;
	}
	const move = dy * width + dx;
	const [from, to] = [source.at, source.at + height * width];
	if (move >= 0) {
		bytes.fill(0, first, first + move);
		bytes.set(source.bytes.subarray(from, to - move), first + move);
	} else {
		bytes.set(source.bytes.subarray(from - move, to), first);
		bytes.fill(0, end + move, end);
	}
	const firstColumn = dx > 0 ? 0 : width + dx;
	const lastColumn = dx > 0 ? dx : width;
	for (let column = firstColumn; column < lastColumn; column++) {
		for (let i = first + column; i < end; i += width) bytes[i] = 0;
	}
}

function checkSizes(
	images: Uint8Array,
	size: number,
	indices: Uint32Array,
	offsets: Int8Array | undefined,
	out: SampleData,
): void {
	const fail = (expected: string, got: number): never => {
		throw new LimbeckError("usage", { where: "gatherImages", expected, got: String(got) });
	};
	const { length } = indices;
	if (out.length !== length * size) fail(`an output of ${String(length * size)} bytes`, out.length);
	if (offsets !== undefined && offsets.length !== 2 * length) fail(`${String(2 * length)} offsets`, offsets.length);
	const samples = images.length / size;
	const wrong = indices.find((index) => index >= samples);
	if (wrong !== undefined) fail(`sample indices below ${String(samples)}`, wrong);
}
