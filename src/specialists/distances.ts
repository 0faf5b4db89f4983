/** Squared distances between points and centres, by a product in the engine. */
import { int } from "../graph/attributes.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import { createGraph } from "../ops/index.js";
import { outputOf, type Runtime } from "../runtime/runtime.js";
import { modelOfAnySize } from "./any-size.js";

/** Computes distances. */
export interface Distances {
	/**
	 * |point − centre|², 0 where rounding makes less of it.
	 *
	 * @param points - `[points, size]`.
	 * @param centres - `[centres, size]`.
	 * @returns `[points, centres]`.
	 */
	readonly between: (points: Float32Array, centres: Float32Array, size: number) => Promise<Float32Array>;
	/** Frees the native memory. */
	readonly release: () => Promise<void>;
}

export async function createDistances(runtime: Runtime, threads: number | undefined): Promise<Distances> {
	const session = await runtime.createSession(encodeModel(distanceModel()), threads === undefined ? {} : { threads });
	return {
		async between(points, centres, size) {
			const feeds = {
				points: { type: "float", dims: [points.length / size, size], data: points },
				centres: { type: "float", dims: [centres.length / size, size], data: centres },
			} as const;
			return outputOf(await session.run(feeds), "distances", "float").data;
		},
		release: () => session.release(),
	};
}

/** |x|² + |c|² − 2 x·c, at least 0. */
function distanceModel(): OnnxModel {
	const g = createGraph();
	const points = g.input("points", { type: "float", dims: [1, 1] });
	const centres = g.input("centres", { type: "float", dims: [1, 1] });
	const squares = (name: typeof points): typeof points =>
		g.op("ReduceSumSquare", [name, g.integers([1])], { keepdims: int(1) });
	const own = g.op("Transpose", [squares(centres)]);
	const product = g.op("Gemm", [points, centres, own], { transB: int(1), alpha: { kind: "float", value: -2 } });
	const distances = g.op("Relu", [g.op("Add", [product, squares(points)])]);
	const graph = g.toOnnx("distances", [["distances", distances]]);
	return modelOfAnySize(graph, {
		points: ["points", "size"],
		centres: ["centres", "size"],
		distances: ["points", "centres"],
	});
}
