/** Networks that answer on the page. */
import { logSoftmaxRow } from "../../src/metrics/softmax.js";
import { measureLatency } from "../../src/metrics/timing.js";
import { type Classifier, loadClassifier } from "../../src/predict/web.js";
import { side } from "./center.js";
import { engineFiles } from "./engine-files.js";

/** A network with its latency. */
export interface Network {
	readonly classifier: Classifier;
	/** Median time of an answer, in ms. */
	readonly latency: number;
}

/** Answers that count as one run of the clock, which browsers make coarse. */
const answersARun = 10;

/** Loads a network, of a URL or of a file's bytes, and measures it. */
export async function openNetwork(source: string | Uint8Array): Promise<Network> {
	const classifier = await loadClassifier(source, { files: engineFiles(document.baseURI) });
	const blank = new Uint8Array(side * side);
	const run = async (): Promise<void> => {
		for (let k = 0; k < answersARun; k++) await classifier.predict(blank);
	};
	const { p50 } = await measureLatency(run, { warmup: 2, repetitions: 21, now: () => performance.now() });
	return { classifier, latency: p50 / answersARun };
}

/** softmax(logits / T). */
export function atTemperature(logits: Float32Array, temperature: number): Float64Array {
	return logSoftmaxRow(logits.map((logit) => logit / temperature)).map(Math.exp);
}
