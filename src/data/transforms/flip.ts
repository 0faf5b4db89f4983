import { z } from "zod";
import { type ViewTransform, wordsAt } from "./transform.js";

const options = z.strictObject({
	name: z.literal("flip"),
	probability: z.number().min(0).max(1).default(0.5).describe("share of images that are mirrored"),
});

/** Mirrors an image, left to right, with a probability. */
export const flip: ViewTransform<typeof options> = {
	kind: "view",
	options,
	prepare({ probability }, { shape: [channels, height, width], stream }) {
		const draw = wordsAt(stream);
		const size = channels * height * width;
		return (position, { data: from, at: start }, { data, at }) => {
			const [word = 0] = draw(position);
			data.set(from.subarray(start, start + size), at);
			if (word / 2 ** 32 >= probability) return;
			for (let row = at; row < at + size; row += width) data.subarray(row, row + width).reverse();
		};
	},
};
