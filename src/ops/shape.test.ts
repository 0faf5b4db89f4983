import { describe, expect, test } from "vitest";
import { type Attributes, int, text } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { createGraph, type OperatorName } from "./index.js";

interface Misfit {
	readonly op: OperatorName;
	readonly dims: readonly number[];
	/** Constant inputs behind the first. */
	readonly rest?: readonly (readonly number[] | undefined)[];
	readonly attributes?: Attributes;
	readonly says: string;
}

const place = (g: Graph, { op, dims, rest = [], attributes }: Misfit): readonly Value[] => {
	const x = g.input("x", { type: "float", dims });
	return g.ops(op, [x, ...rest.map((values) => values && g.integers(values))], attributes);
};

describe("what does not fit is refused, and the error says what was expected", () => {
	const misfits: readonly Misfit[] = [
		{ op: "Squeeze", dims: [1, 3], rest: [[1]], says: "axes of size 1 in [1,3], got [1]" },
		{ op: "Unsqueeze", dims: [3], rest: [[0, 0]], says: "axes that differ, got [0,0]" },
		{ op: "Tile", dims: [2, 3], rest: [[2]], says: "a number for each axis of [2,3], got [2]" },
		{ op: "DepthToSpace", dims: [1, 6, 2, 2], attributes: { blocksize: int(2) }, says: "a size that blocks divide" },
		{ op: "SpaceToDepth", dims: [6, 2, 2], attributes: { blocksize: int(2) }, says: "an input of four dimensions" },
		{ op: "Concat", dims: [2, 3], rest: [[4]], attributes: { axis: int(0) }, says: "differ along axis 0 only" },
		{ op: "Split", dims: [5], rest: [[2, 2]], says: "sizes that add up to 5, got [2,2]" },
		{ op: "Split", dims: [4], attributes: { num_outputs: int(3) }, says: "sizes that add up to 4, got [2,2,0]" },
		{ op: "Split", dims: [4], says: "sizes that add up to 4, got []" },
		{ op: "Slice", dims: [4], rest: [[0], [4], [0], [0]], says: "a step other than 0" },
		{ op: "Slice", dims: [4], rest: [[0], [4], [1]], says: "a number in [-1, 0], got 1" },
		{ op: "Pad", dims: [4, 4], rest: [[1, 1]], says: "4 pads, got [1,1]" },
		{
			op: "Pad",
			dims: [4],
			rest: [[1, 1]],
			attributes: { mode: text("zero") },
			says: "constant, reflect, edge or wrap",
		},
		{
			op: "Pad",
			dims: [4],
			rest: [[-1, 1]],
			attributes: { mode: text("edge") },
			says: "pads of 0 or more in mode edge",
		},
		{ op: "Gather", dims: [4], rest: [[0]], attributes: { axis: int(1) }, says: "a number in [-1, 0], got 1" },
		{ op: "GatherND", dims: [4], rest: [[0, 1]], says: "1 to 1 numbers in an index, got 2" },
		{ op: "Resize", dims: [1, 1, 4], says: "scales or sizes for 3 axes, got []" },
		{ op: "Einsum", dims: [3], attributes: { equation: text("ij->i") }, says: 'an operand of 2 axes for "ij"' },
		{ op: "Einsum", dims: [3], attributes: { equation: text("i,j->i") }, says: "an equation of 1 operands" },
		{ op: "Einsum", dims: [3], attributes: { equation: text("i->k") }, says: "a result of the operands' indices" },
		{ op: "Einsum", dims: [3, 4], attributes: { equation: text("ii->i") }, says: "one size for index i, got 3 and 4" },
	];

	test.each(misfits)("$op: $says", (misfit) => {
		const attempt = (): unknown => place(createGraph(), misfit);
		expect(attempt).toThrow(expect.objectContaining({ name: "LimbeckError", category: "model" }) as Error);
		expect(attempt).toThrow(misfit.says);
	});

	test("a shape that is not known while building", () => {
		const g = createGraph();
		const x = g.input("x", { type: "float", dims: [4] });
		const unknown = g.input("n", { type: "int64", dims: [1] });
		for (const op of ["Reshape", "Expand", "Tile", "Squeeze", "Unsqueeze", "TopK", "Split"]) {
			expect(() => g.op(op, [x, unknown])).toThrow("known while building, got the value of n");
		}
	});
});
