import { z } from "zod";
import { boundedInteger } from "../../random.js";
import { shiftImage } from "./shift.js";
import { type ViewTransform, wordsAt } from "./transform.js";

const options = z.strictObject({
	name: z.literal("jitter"),
	pixels: z.int().min(1).max(127).describe("largest shift each way"),
});

/** One block of random words serves as many positions. */
const positionsPerBlock = 4;

/** Shifts an image by up to so many pixels down and right, uniformly; zero comes in where nothing was. */
export const jitter: ViewTransform<typeof options> = {
	kind: "view",
	options,
	prepare({ pixels }, { shape, stream }) {
		const draw = wordsAt(stream);
		const side = 2 * pixels + 1;
		return (position, source, target) => {
			const word = draw(Math.floor(position / positionsPerBlock))[position % positionsPerBlock] ?? 0;
			const shift = boundedInteger(word, side * side);
			shiftImage(source, target, shape, Math.floor(shift / side) - pixels, (shift % side) - pixels);
		};
	},
};
