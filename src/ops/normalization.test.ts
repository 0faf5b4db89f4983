import { expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { evaluate, numbers, real } from "../../test/support/graphs.js";
import { gradients } from "../autodiff/gradients.js";
import { int } from "../graph/attributes.js";
import { createGraph } from "./index.js";

const [rows, columns] = [5, 24];

/** Gradients of x and γ in one precision; the rows of x have means far from 0. */
async function rowGradients(name: string, type: "float" | "double") {
	const g = createGraph();
	const draws = createDraws(7, "layer norm");
	const x = g.input("x", { type, dims: [rows, columns] });
	const scale = g.input("scale", { type, dims: [columns] });
	const c = g.input("c", { type, dims: [rows, columns] });
	const loss = g.op("ReduceSum", [g.op("Mul", [g.op(name, [x, scale]), c])], { keepdims: int(0) });
	const before = g.nodes.length;
	const [dx = loss, dScale = loss] = gradients(g, loss, [x, scale]);
	const feeds = {
		x: real(type, x.dims, draws.reals(rows * columns, 9, 11).map(Math.fround)),
		scale: real(type, scale.dims, draws.reals(columns, 0.5, 2).map(Math.fround)),
		c: real(type, c.dims, draws.reals(rows * columns, -1, 1).map(Math.fround)),
	};
	const found = await evaluate(g, { dx, dScale }, feeds);
	return {
		values: ["dx", "dScale"].flatMap((one) => numbers(found, one)),
		types: g.nodes.slice(before).map(({ opType }) => opType),
	};
}

test.each(["LayerNormalization", "SimplifiedLayerNormalization"])(
	"%s: its gradient takes the statistics from a node of ONNX Runtime's, and is that of double precision",
	async (name) => {
		const [single, double] = [await rowGradients(name, "float"), await rowGradients(name, "double")];
		expect(single.types).toContain(name);
		expect(single.types).not.toContain("ReduceSumSquare");
		const differences = single.values.map((value, at) => Math.abs(value - (double.values[at] ?? NaN)));
		expect(Math.max(...differences)).toBeLessThan(5e-5);
	},
);
