import type { z } from "zod";
import type { Stream } from "../../random.js";

/** `[channels, height, width]` of one image. */
export type ImageShape = readonly [channels: number, height: number, width: number];

/** What a transform is prepared for. */
export interface ViewTask {
	readonly shape: ImageShape;
	/** The transform's own randomness; the counter is a position of the sample stream, or a block of positions. */
	readonly stream: Stream;
	/** For each channel, the stored value that is normalised to zero. */
	readonly blank: readonly number[];
}

/** Elements of one image, from a place on: a view of its own for every image would take half the time. */
export interface Place {
	readonly data: Uint8Array | Float32Array;
	readonly at: number;
}

/**
 * Writes the view of one image.
 *
 * @param position - in the stream of samples: the view is a function of it and of the seed alone.
 * @param source - `[channels, height, width]`.
 * @param target - the same size, elsewhere; every element is written.
 */
export type MakeView = (position: number, source: Place, target: Place) => void;

/** A random change of images, made while batches are cut. */
export interface ViewTransform<Options extends z.ZodType> {
	readonly kind: "view";
	/** Its `name` and its options. */
	readonly options: Options;
	/** Whether it reads `blank` of its task: stored answers to its views are then those for one normalisation. */
	readonly usesBlank?: true;
	/** @throws LimbeckError `usage` for options that do not fit the images. */
	prepare(options: z.infer<Options>, task: ViewTask): MakeView;
}

/** A random change that mixes the samples of a batch, made in the training graph. */
export interface BatchTransform<Options extends z.ZodType> {
	readonly kind: "batch";
	readonly options: Options;
}

/** Draws words for one position after the other: four from every counter of the stream. */
export function wordsAt(stream: Stream): (counter: number) => Uint32Array {
	const words = new Uint32Array(4);
	let last = -1;
	return (counter) => {
		if (counter !== last) stream.words(counter, words);
		last = counter;
		return words;
	};
}
