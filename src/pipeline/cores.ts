import { modelSpecOf, type NetworkOptions } from "../distill/networks.js";
import { familyOf } from "../models/index.js";
import { elementCount } from "../onnx/tensor.js";
import { fitsOneThread } from "../train/plan.js";

/** Cores that the training of a network uses: one for small fully connected nets, which others can then run beside. */
export function coresOf(network: NetworkOptions, sampleShape: readonly number[], threads: number): number {
	if (network.family === "file") return threads;
	const hidden = familyOf(network.family).hiddenUnits?.(modelSpecOf(network));
	if (hidden === undefined) return threads;
	const widths = [elementCount(sampleShape), ...hidden];
	const products = widths.slice(1).map((width, k) => width * (widths[k] ?? 1));
	return fitsOneThread(Math.max(...products), network.batch) ? 1 : threads;
}
