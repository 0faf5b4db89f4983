import { type BatchOptions, chunkSource, type Loader } from "./chunk.js";
import { createChunkMaker } from "./chunk-maker.js";
import type { OpenSamples } from "./samples.js";

/** Makes loaders that make each chunk in the caller's thread when asked, of samples that are opened so. */
export function inlineLoader(openSamples: OpenSamples): (options: BatchOptions) => Loader {
	return (options) => {
		const maker = createChunkMaker(chunkSource(options), openSamples);
		return {
			// eslint-disable-next-line @typescript-eslint/require-await -- async, so that an error becomes a rejection
			async chunk(firstStep, steps, spent) {
				return maker.make(firstStep, steps, spent);
			},
			// eslint-disable-next-line @typescript-eslint/require-await -- as above
			async close() {
				maker.close();
			},
		};
	};
}
