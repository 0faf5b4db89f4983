/** A small data set that can be learnt: each class lights its own quarter of the image, under noise. */
import type { DataSet, Split } from "../../src/data/data-set.js";
import { createDraws } from "./draws.js";

const side = 8;

/** The quarter of the image that a pixel lies in. */
const quarterOf = (pixel: number): number =>
	2 * Math.floor(pixel / (side * (side / 2))) + Math.floor((pixel % side) / (side / 2));

/** Images of 8 × 8 in four classes. */
export function syntheticData(trainCount = 200, validationCount = 40): DataSet {
	const draws = createDraws(1, "synthetic");
	const split = (count: number): Split => {
		const labels = Uint8Array.from({ length: count }, () => draws.integer(0, 3));
		const images = Array.from(labels).flatMap((label) =>
			draws.reals(side * side, 0, 120).map((noise, pixel) => noise + (quarterOf(pixel) === label ? 100 : 0)),
		);
		return { count, images: Uint8Array.from(images), labels };
	};
	return {
		name: "synthetic",
		classes: ["a", "b", "c", "d"],
		imageShape: [1, side, side],
		train: split(trainCount),
		validation: split(validationCount),
		fingerprint: "",
	};
}
