/** Normalisation of inputs in a graph: (value − mean) / std, where the value of a byte is byte / 255. */
import type { Normalization } from "../data/data-set.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { cast } from "../ops/index.js";
import { perChannel, unitOf } from "../predict/normalizer.js";

/**
 * Normalised samples in a graph, as float.
 *
 * @param samples - `[batch, channels, …]`, uint8 or float.
 * @param unit - what a value of 1 is stored as; by the samples' type where absent.
 * @throws LimbeckError (`usage`) where the lists have another length than the channels.
 */
export function normalize(
	g: Graph,
	samples: Value,
	normalization: Normalization,
	unit: number = samples.type === "uint8" ? unitOf.uint8 : unitOf.float,
): Value {
	const { mean, std } = perChannel(normalization, samples.dims.slice(1));
	const tail = samples.dims.slice(2).map(() => 1);
	const constant = (values: readonly number[]): Value =>
		values.length === 1
			? g.scalar(values[0] ?? 0)
			: g.constant({ type: "float", dims: [values.length, ...tail], data: Float32Array.from(values) });
	const scale = constant(std.map((deviation) => 1 / (unit * deviation)));
	const scaled = g.op("Mul", [cast(g, samples, "float"), scale]);
	if (mean.every((value) => value === 0)) return scaled;
	return g.op("Sub", [scaled, constant(mean.map((value, channel) => value / (std[channel] ?? 1)))]);
}
