import type { NetworkOptions } from "../distill/networks.js";
import { elementCount } from "../onnx/tensor.js";
import { fitsOneThread } from "../train/plan.js";

/** Cores that the training of a network uses: one for small fully connected nets, which others can then run beside. */
export function coresOf(network: NetworkOptions, sampleShape: readonly number[], threads: number): number {
	const hidden = hiddenOf(network);
	if (hidden === undefined) return threads;
	const widths = [elementCount(sampleShape), ...hidden];
	const products = widths.slice(1).map((width, k) => width * (widths[k] ?? 1));
	return fitsOneThread(Math.max(...products), network.batch) ? 1 : threads;
}

/** The hidden layers of a fully connected net. */
function hiddenOf(network: NetworkOptions): readonly number[] | undefined {
	if (network.family === "acoustic") return Array<number>(network.layers).fill(network.units);
	return network.family === "mlp" ? network.hidden : undefined;
}
