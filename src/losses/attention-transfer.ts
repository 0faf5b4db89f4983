import { z } from "zod";
import { int } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { taskNames } from "../tasks/names.js";
import { innerPairs, pairsField, sameSize } from "./inner-pairs.js";
import { defineLoss } from "./loss.js";

const options = z.strictObject({
	name: z.literal("attention-transfer").describe("where in the image the teacher is active; a usual weight is 1000"),
	pairs: pairsField,
});

/**
 * Attention transfer (Zagoruyko & Komodakis 2017, §3.1, with the mean of the paper's code):
 *
 * Σ_pairs mean_{batch, positions} (a(f_s) − a(f_t))², where a(f) is the map mean_channels f² of each sample, divided by
 * its L2 norm; f is `[batch, channels, height, width]`, of any number of channels. Where sizes differ, the larger f is
 * averaged over windows.
 */
export const attentionTransfer = defineLoss({
	role: "inside",
	tasks: taskNames,
	options,
	needs: () => ["inner"],
	build(g, { inner }, { pairs }) {
		const distances = innerPairs("attention-transfer", pairs, inner, [4]).map((pair) => {
			const [student, teacher] = sameSize(g, pair).map((f) => attentionMap(g, f)) as [Value, Value];
			const difference = g.op("Sub", [student, teacher]);
			return g.op("ReduceMean", [g.op("Mul", [difference, difference])], { keepdims: int(0) });
		});
		return distances.reduce((sum, distance) => g.op("Add", [sum, distance]));
	},
});

/** Added to squared norms: a map of zeros stays one, with no gradient. */
const leastSquare = 1e-12;

/** `[batch, height · width]`. */
function attentionMap(g: Graph, f: Value): Value {
	const [batch = 1, , ...size] = f.dims;
	const map = g.op("ReduceMean", [g.op("Mul", [f, f]), g.integers([1])], { keepdims: int(0) });
	const flat = g.op("Reshape", [map, g.integers([batch, elementCount(size)])]);
	const squared = g.op("ReduceSumSquare", [flat, g.integers([-1])], { keepdims: int(1) });
	return g.op("Div", [flat, g.op("Sqrt", [g.op("Add", [squared, g.scalar(leastSquare, squared)])])]);
}
