import { z } from "zod";
import { LimbeckError } from "../../errors.js";
import { boundedInteger } from "../../random.js";
import { shiftImage } from "./shift.js";
import { type ImageShape, type Place, type ViewTransform, wordsAt } from "./transform.js";

const options = z.strictObject({
	name: z.literal("crop"),
	padding: z.int().min(1).max(127).default(4).describe("pixels added on every side before cropping"),
	mode: z.enum(["reflect", "zero"]).default("reflect").describe("what they are: the image mirrored, or zero"),
});

/**
 * Pads an image on every side and cuts a window of its size out, anywhere with equal probability (He et al. 2016, §4.2,
 * for CIFAR). `reflect` mirrors at the edge pixel, which is not repeated.
 */
export const crop: ViewTransform<typeof options> = {
	kind: "view",
	options,
	prepare({ padding, mode }, { shape, stream }) {
		const draw = wordsAt(stream);
		const side = 2 * padding + 1;
		const [, height, width] = shape;
		if (mode === "reflect" && padding >= Math.min(height, width)) {
			const expected = `padding below ${String(Math.min(height, width))} pixels, to reflect images of ${String(height)}×${String(width)}`;
			throw new LimbeckError("usage", { where: "augment: crop", expected, got: String(padding) });
		}
		const copy = mode === "reflect" ? reflectImage : shiftImage;
		return (position, source, target) => {
			const [down = 0, right = 0] = draw(position);
			copy(source, target, shape, boundedInteger(down, side) - padding, boundedInteger(right, side) - padding);
		};
	},
};

/** Copies an image moved by (dy, dx) pixels; what comes in is the image mirrored. */
function reflectImage(
	source: Place,
	target: Place,
	[channels, height, width]: ImageShape,
	dy: number,
	dx: number,
): void {
	const { data } = target;
	const [left, right] = [Math.max(0, dx), Math.max(0, -dx)];
	for (let row = 0; row < channels * height; row++) {
		const y = row % height;
		const from = source.at + (row - y + reflected(y - dy, height)) * width;
		const to = target.at + row * width;
		data.set(source.data.subarray(from + right, from + width - left), to + left);
		for (let x = 0; x < left; x++) data[to + x] = source.data[from + reflected(x - dx, width)] ?? 0;
		for (let x = width - right; x < width; x++) data[to + x] = source.data[from + reflected(x - dx, width)] ?? 0;
	}
}

/** The index in [0, size) that −size < index < 2 size − 1 is mirrored to. */
function reflected(index: number, size: number): number {
	const folded = Math.abs(index);
	return folded < size ? folded : 2 * size - 2 - folded;
}
