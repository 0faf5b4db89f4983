import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { evaluate, numbers, real } from "../../test/support/graphs.js";
import { type Attributes, int, ints } from "../graph/attributes.js";
import { elementCount } from "../onnx/tensor.js";
import { geometryOf } from "./convolution-geometry.js";
import { type FormulationName, weightGradient } from "./convolution-gradient.js";
import { createGraph } from "./index.js";

interface Shapes {
	readonly x: readonly number[];
	readonly w: readonly number[];
	readonly attributes: Attributes;
}

/** Graph, operands and geometry of a convolution. */
function convolution({ x: xDims, w: wDims, attributes }: Shapes) {
	const g = createGraph();
	const x = g.input("x", { type: "float", dims: xDims });
	const w = g.input("w", { type: "float", dims: wDims });
	const dy = g.input("dy", { type: "float", dims: g.op("Conv", [x, w], attributes).dims });
	return { g, x, dy, geometry: geometryOf(x, w, attributes) };
}

const allowed = (group: number): readonly FormulationName[] =>
	group === 1 ? ["gathered", "stacked"] : group === 6 ? ["paired", "stacked"] : ["stacked"];

const shapes: readonly (Shapes & { readonly group: number })[] = [
	{ group: 1, x: [3, 2, 8, 8], w: [5, 2, 4, 4], attributes: { strides: ints([4, 4]) } },
	{
		group: 1,
		x: [2, 3, 7, 9],
		w: [4, 3, 3, 2],
		attributes: { strides: ints([2, 1]), dilations: ints([1, 2]), pads: ints([1, 0, 2, 1]) },
	},
	{ group: 6, x: [4, 6, 5, 4], w: [6, 1, 3, 3], attributes: { group: int(6), pads: ints([1, 1, 1, 1]) } },
	{ group: 2, x: [3, 4, 9], w: [6, 2, 3], attributes: { group: int(2), strides: ints([2]) } },
];

describe("formulations of the weight gradient", () => {
	test.each(shapes)("agree: x [$x], w [$w]", async (one) => {
		const { g, x, dy, geometry } = convolution(one);
		const draws = createDraws(5, "weight gradient");
		const feeds = Object.fromEntries(
			g.inputs.map(({ name, dims }) => [name, real("float", dims, draws.reals(elementCount(dims), -1, 1))]),
		);
		const names: readonly FormulationName[] = ["sliced", ...allowed(one.group)];
		const wanted = Object.fromEntries(names.map((name) => [name, weightGradient(g, x, dy, geometry, name)]));
		const found = await evaluate(g, wanted, feeds);
		const expected = numbers(found, "sliced");
		for (const name of names) {
			const differences = numbers(found, name).map((value, at) => Math.abs(value - (expected[at] ?? NaN)));
			expect(Math.max(...differences), name).toBeLessThan(1e-5);
		}
	});

	test.each([
		{ what: "patches", x: [8, 3, 64, 64], w: [64, 3, 16, 16], attributes: { strides: ints([8, 8]) } },
		{ what: "groups", x: [8, 16, 8, 8], w: [16, 8, 3, 3], attributes: { group: int(2), pads: ints([1, 1, 1, 1]) } },
	])("of $what cut no tap by itself", (one) => {
		const { g, x, dy, geometry } = convolution(one);
		const before = g.nodes.length;
		weightGradient(g, x, dy, geometry);
		expect(g.nodes.slice(before).map(({ opType }) => opType)).not.toContain("Slice");
	});

	test("of few channels and many outputs cut them, since dy is not transposed", () => {
		const { g, x, dy, geometry } = convolution({
			x: [8, 3, 32, 32],
			w: [32, 3, 3, 3],
			attributes: { pads: ints([1, 1, 1, 1]) },
		});
		weightGradient(g, x, dy, geometry);
		expect(g.nodes.filter(({ opType }) => opType === "Slice")).toHaveLength(9);
	});
});
