/** Shapes of generated operator cases. */
import type { OperatorCase } from "../../src/ops/operator.js";
import type { Draws } from "./draws.js";

/** Makes a case; `first` is the first of the table. */
export type Generator = (draws: Draws, first: OperatorCase) => OperatorCase;

export const anyShape = (draws: Draws, fewest = 0): readonly number[] =>
	Array.from({ length: draws.integer(fewest, 3) }, () => draws.integer(1, 4));

/** A shape that broadcasts to `dims`: leading axes left out, others of size 1. */
export function stretchable(draws: Draws, dims: readonly number[]): readonly number[] {
	return dims.slice(draws.integer(0, dims.length)).map((dim) => (draws.chance(0.3) ? 1 : dim));
}
