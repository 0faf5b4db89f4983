import { z } from "zod";
import { boundedInteger } from "../../random.js";
import { type ViewTransform, wordsAt } from "./transform.js";

const options = z.strictObject({
	name: z.literal("cutout"),
	size: z.int().min(1).max(4096).default(8).describe("side of the square in pixels"),
	probability: z.number().min(0).max(1).default(1).describe("share of images that lose a square"),
});

/**
 * Blanks a square of the image, its centre anywhere in it with equal probability; what lies outside is cut off (DeVries
 * and Taylor 2017, "Improved regularization of convolutional neural networks with cutout"). Blank is what is normalised
 * to zero.
 */
export const cutout: ViewTransform<typeof options> = {
	kind: "view",
	usesBlank: true,
	options,
	prepare({ size, probability }, { shape: [channels, height, width], stream, blank }) {
		const draw = wordsAt(stream);
		const plane = height * width;
		const before = Math.floor(size / 2);
		return (position, source, { data, at }) => {
			const [down = 0, right = 0, chance = 0] = draw(position);
			data.set(source.data.subarray(source.at, source.at + channels * plane), at);
			if (chance / 2 ** 32 >= probability) return;
			const [top, left] = [boundedInteger(down, height) - before, boundedInteger(right, width) - before];
			const [first, last] = [Math.max(0, left), Math.min(width, left + size)];
			for (let channel = 0; channel < channels; channel++) {
				for (let y = Math.max(0, top); y < Math.min(height, top + size); y++) {
					const row = at + channel * plane + y * width;
					data.fill(blank[channel] ?? 0, row + first, row + last);
				}
			}
		};
	},
};
