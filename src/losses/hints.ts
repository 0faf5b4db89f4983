import { z } from "zod";
import { int, ints } from "../graph/attributes.js";
import { zeros } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { initialWeights } from "../models/initializers.js";
import type { TensorOf } from "../onnx/tensor.js";
import { taskNames } from "../tasks/names.js";
import { type InnerPair, innerPairs, pairsField, sameSize } from "./inner-pairs.js";
import { defineLoss, type LossParameter } from "./loss.js";

const options = z.strictObject({
	name: z.literal("hints").describe("values inside the teacher, to be told from those inside the student"),
	pairs: pairsField,
});

const ranks = [2, 4];

/**
 * Hints (Romero et al. 2015, FitNets, §2.2): Σ_pairs mean (r(f_s) − f_t)², the mean over all elements, for images
 * `[batch, channels, height, width]` or matrices `[rows, features]`.
 *
 * Where channels differ, r is a linear map of the channels with a bias (a 1×1 convolution), which is trained along with
 * the student and is no part of it; else it is the identity. Where sizes differ, the larger image is averaged over
 * windows.
 */
export const hints = defineLoss({
	role: "inside",
	tasks: taskNames,
	options,
	needs: () => ["inner"],
	parameters: ({ pairs }, inner) => innerPairs("hints", pairs, inner, ranks).flatMap(regressorParameters),
	build(g, { inner }, { pairs }) {
		const distances = innerPairs("hints", pairs, inner, ranks).map((pair, index) => {
			const [student, teacher] = sameSize(g, pair);
			const guess = channels(pair.student) === channels(pair.teacher) ? student : regressed(index, student);
			const difference = g.op("Sub", [guess, teacher]);
			return g.op("ReduceMean", [g.op("Mul", [difference, difference])], { keepdims: int(0) });
		});
		return distances.reduce((sum, distance) => g.op("Add", [sum, distance]));

		function regressed(index: number, x: Value): Value {
			const parameters = [inner.parameter(weightName(index)), inner.parameter(biasName(index))];
			if (x.dims.length === 2) return g.op("Gemm", [x, ...parameters], { transB: int(1) });
			return g.op("Conv", [x, ...parameters], { kernel_shape: ints([1, 1]) });
		}
	},
});

const channels = ({ dims }: Value): number => dims[1] ?? 1;
const weightName = (index: number): string => `regressor${String(index)}.weight`;
const biasName = (index: number): string => `regressor${String(index)}.bias`;

/** The weight and bias of a pair's r, where it has one. */
function regressorParameters({ student, teacher }: InnerPair, index: number): readonly LossParameter[] {
	const [inputs, outputs] = [channels(student), channels(teacher)];
	if (inputs === outputs) return [];
	const [weight, bias] = [weightName(index), biasName(index)];
	const kernel = student.dims.slice(2).map(() => 1);
	const dims = [outputs, inputs, ...kernel] as const;
	return [
		{ name: weight, dims, initial: (seed) => initialWeights("torch-default", weight, dims, seed) },
		{ name: bias, dims: [outputs], initial: () => zeros({ type: "float", dims: [outputs] }) as TensorOf<"float"> },
	];
}
