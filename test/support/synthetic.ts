/** A small data set that can be learnt: each class lights its own quarter of the image, under noise. */
import type { DataSet, SampleSet, Split } from "../../src/data/data-set.js";
import { inMemory } from "../../src/data/samples.js";
import { createDraws } from "./draws.js";

const side = 8;

/** The quarter of the image that a pixel lies in. */
const quarterOf = (pixel: number): number =>
	2 * Math.floor(pixel / (side * (side / 2))) + Math.floor((pixel % side) / (side / 2));

/** Images of 8 × 8 in four classes. */
export function syntheticData(trainCount = 200, validationCount = 40): DataSet {
	const draws = createDraws(1, "synthetic");
	const split = (count: number): Split => {
		const labels = Int32Array.from({ length: count }, () => draws.integer(0, 3));
		const images = Array.from(labels).flatMap((label) =>
			draws.reals(side * side, 0, 120).map((noise, pixel) => noise + (quarterOf(pixel) === label ? 100 : 0)),
		);
		return { count, samples: inMemory(Uint8Array.from(images)), labels };
	};
	return {
		name: "synthetic",
		classes: ["a", "b", "c", "d"],
		sampleShape: [1, side, side],
		normalization: { mean: 0.3, std: 0.2 },
		train: split(trainCount),
		validation: split(validationCount),
		fingerprint: "",
	};
}

/** The bytes of samples that are bytes in memory. */
export function storedBytes({ samples }: SampleSet): Uint8Array {
	if (samples.kind === "memory" && samples.type === "uint8") return samples.data;
	throw new TypeError(`expected bytes in memory, got ${samples.type} in ${samples.kind}`);
}
