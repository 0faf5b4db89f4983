/** Limits on gradients and weights, written as nodes. */
import { int } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";

/** Keeps divisions by a norm finite. */
const tiny = 1e-6;

/**
 * The factor that brings the joint L2 norm of all gradients to `limit` where it is above it, else 1; a scalar
 * (Pascanu et al. 2013).
 */
export function globalNormFactor(g: Graph, gradients: readonly Value[], limit: number): Value {
	const squares = gradients.map((gradient) => g.op("ReduceSumSquare", [gradient], { keepdims: int(0) }));
	const norm = g.op("Sqrt", [squares.reduce((sum, square) => g.op("Add", [sum, square]))]);
	const ratio = g.op("Div", [g.scalar(limit), g.op("Add", [norm, g.scalar(tiny)])]);
	return g.op("Min", [ratio, g.scalar(1)]);
}

/**
 * Scales each unit's incoming weights so that their L2 norm is at most `limit` (Srivastava et al. 2014).
 *
 * @param weight - `[units, …inputs]`: a matrix, or the kernels of a convolution.
 */
export function limitUnitNorms(g: Graph, weight: Value, limit: number): Value {
	const inputAxes = weight.dims.slice(1).map((_, axis) => axis + 1);
	const squares = g.op("ReduceSumSquare", [weight, g.integers(inputAxes)], { keepdims: int(1) });
	const norms = g.op("Sqrt", [g.op("Add", [squares, g.scalar(tiny)])]);
	const factors = g.op("Min", [g.op("Div", [g.scalar(limit), norms]), g.scalar(1)]);
	return g.op("Mul", [weight, factors]);
}
