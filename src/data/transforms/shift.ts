import type { ImageShape, Place } from "./transform.js";

/** Copies an image moved by (dy, dx) pixels, down and right; zero comes in where nothing was. */
export function shiftImage(source: Place, target: Place, shape: ImageShape, dy: number, dx: number): void {
	const [channels, height, width] = shape;
	const plane = height * width;
	for (let channel = 0; channel < channels; channel++) {
		shiftPlane(source, target, channel * plane, height, width, dy, dx);
	}
}

/**
 * Shifts one plane `[height, width]`, `start` elements into both images. Row-major, a shift by (dy, dx) is one move by
 * dy · width + dx, after which the columns that wrapped around into the next row are cleared: one copy a plane, not one
 * a row.
 */
function shiftPlane(
	source: Place,
	target: Place,
	start: number,
	height: number,
	width: number,
	dy: number,
	dx: number,
): void {
	const { data } = target;
	const first = target.at + start;
	const end = first + height * width;
	if (Math.abs(dy) >= height || Math.abs(dx) >= width) {
		data.fill(0, first, end);
		return;
	}
	const move = dy * width + dx;
	const from = source.at + start;
	const to = from + height * width;
	if (move >= 0) {
		data.fill(0, first, first + move);
		data.set(source.data.subarray(from, to - move), first + move);
	} else {
		data.set(source.data.subarray(from - move, to), first);
		data.fill(0, end + move, end);
	}
	const firstColumn = dx > 0 ? 0 : width + dx;
	const lastColumn = dx > 0 ? dx : width;
	for (let column = firstColumn; column < lastColumn; column++) {
		for (let i = first + column; i < end; i += width) data[i] = 0;
	}
}
