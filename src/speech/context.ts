/** Stacked frames: what an acoustic model sees of a frame's surroundings. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { FrameDataSet, FrameSplit } from "../data/frames.js";
import type { WindowSamples } from "../data/samples.js";
import type { Frames } from "./filterbank.js";
import { type Hmm, stateNames } from "./hmm.js";

/** Frames around the one whose state is predicted (Hinton et al. 2015, §4: 26 in all, it is the 21st). */
export const contextOptions = z
	.strictObject({
		left: z.int().min(0).max(256).default(20).describe("frames before the one that is predicted"),
		right: z.int().min(0).max(256).default(5).describe("frames after it"),
	})
	.describe("context of a frame");

/** Frames before and after. */
export type Context = z.infer<typeof contextOptions>;

/**
 * A window for every frame, `[left + 1 + right, size]`, over frames that are held once. Over the ends of an utterance the
 * first frame and the last are repeated; no window reaches into another utterance.
 */
export function windowsOver(
	utterances: readonly Frames[],
	{ left, right }: Context,
): { readonly count: number; readonly samples: WindowSamples } {
	const size = utterances[0]?.size ?? 1;
	const count = utterances.reduce((sum, frames) => sum + frames.count, 0);
	const data = new Float32Array((count + utterances.length * (left + right)) * size);
	const starts = new Int32Array(count);
	let [row, sample] = [0, 0];
	for (const frames of utterances) {
		for (let t = -left; t < frames.count + right; t++) {
			const inside = Math.min(frames.count - 1, Math.max(0, t)) * size;
			data.set(frames.data.subarray(inside, inside + size), (row + t + left) * size);
		}
		for (let t = 0; t < frames.count; t++) starts[sample++] = row + t;
		row += frames.count + left + right;
	}
	return { count, samples: { kind: "windows", type: "float", data, starts } };
}

/** Utterances with the state of every frame. */
export interface AlignedFrames {
	readonly frames: readonly Frames[];
	readonly paths: readonly Int32Array[];
}

/**
 * Aligned frames as a data set: samples are windows, classes are states, groups are utterances. Features are taken as they
 * are.
 */
export function frameDataSet(
	name: string,
	hmm: Hmm,
	splits: { readonly train: AlignedFrames; readonly validation: AlignedFrames },
	context: Context,
): FrameDataSet {
	const hash = createHash("sha256").update(JSON.stringify([context, stateNames(hmm)]));
	const splitOf = ({ frames, paths }: AlignedFrames): FrameSplit => {
		const windows = windowsOver(frames, context);
		const labels = Int32Array.from(paths.flatMap((path) => [...path]));
		const groups = Int32Array.from(frames.flatMap(({ count }, group) => Array<number>(count).fill(group)));
		const { data, starts } = windows.samples;
		for (const { buffer, byteOffset, byteLength } of [data, starts, labels, groups]) {
			hash.update(`${String(byteLength)};`).update(new Uint8Array(buffer, byteOffset, byteLength));
		}
		return { ...windows, labels, groups };
	};
	const [train, validation] = [splitOf(splits.train), splitOf(splits.validation)];
	return {
		name,
		classes: stateNames(hmm),
		sampleShape: [context.left + 1 + context.right, splits.train.frames[0]?.size ?? 1],
		normalization: { mean: 0, std: 1 },
		train,
		validation,
		fingerprint: hash.digest("hex"),
	};
}
