import { expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { evaluate, numbers, real } from "../../test/support/graphs.js";
import { gradients } from "../autodiff/gradients.js";
import { float, int } from "../graph/attributes.js";
import { elementCount } from "../onnx/tensor.js";
import { createGraph } from "./index.js";

const training = { training_mode: int(1), momentum: float(0) };

/** Gradients of input, scale and bias of a layer in training, in one precision, and the operators that compute them. */
async function layerGradients(type: "float" | "double", dims: readonly number[]) {
	const g = createGraph();
	const draws = createDraws(11, "batch norm");
	const channels = [dims[1] ?? 1];
	const shapes = { x: dims, scale: channels, bias: channels, mean: channels, variance: channels, c: dims };
	const drawn = Object.entries(shapes).map(([name, shape]) => {
		const values = draws.reals(elementCount(shape), name === "variance" ? 0.5 : -1, 1);
		return [name, real(type, shape, values)] as const;
	});
	const [x, scale, bias, mean, variance, c] = drawn.map(([name, tensor]) => g.input(name, tensor));
	const y = g.op("BatchNormalization", [x, scale, bias, mean, variance], training);
	const loss = g.op("ReduceSum", [g.op("Mul", [y, c])], { keepdims: int(0) });
	const wanted = [x, scale, bias].filter((value) => value !== undefined);
	const found = gradients(g, loss, wanted);
	const outputs = Object.fromEntries(wanted.map(({ name }, at) => [`d${name}`, found[at] ?? loss]));
	const given = await evaluate(g, outputs, Object.fromEntries(drawn));
	return {
		values: Object.keys(outputs).flatMap((name) => numbers(given, name)),
		types: g.nodes.map(({ opType }) => opType),
	};
}

test("large images are multiplied and summed in one product a channel, with the gradients of double precision", async () => {
	const single = await layerGradients("float", [3, 4, 16, 20]);
	const double = await layerGradients("double", [3, 4, 16, 20]);
	expect(single.types).toContain("FusedMatMul");
	expect(double.types).not.toContain("FusedMatMul");
	const differences = single.values.map((value, at) => Math.abs(value - (double.values[at] ?? NaN)));
	expect(Math.max(...differences)).toBeLessThan(2e-5);
});

test("small images are not, since a product has a price of its own", async () => {
	expect((await layerGradients("float", [3, 4, 8, 8])).types).not.toContain("FusedMatMul");
});

test("behind a convolution, the gradient's factor of each channel multiplies weights and no image", () => {
	const g = createGraph();
	const [x, w] = [
		g.input("x", { type: "float", dims: [4, 3, 8, 8] }),
		g.input("w", { type: "float", dims: [5, 3, 3, 3] }),
	];
	const perChannel = ["scale", "bias", "mean", "variance"].map((name) => g.input(name, { type: "float", dims: [5] }));
	const y = g.op("BatchNormalization", [g.op("Conv", [x, w]), ...perChannel], training);
	const found = gradients(g, g.op("ReduceSum", [g.op("Mul", [y, y])], { keepdims: int(0) }), [x, w]);
	const stretched = new Set(
		g.nodes.flatMap(({ outputs }) => outputs).flatMap(({ name, dims }) => (dims.join() === "5,1,1" ? [name] : [])),
	);
	const { nodes } = g.toOnnx(
		"test",
		[...found.entries()].map(([at, value]) => [`d${String(at)}`, value] as const),
	);
	expect(stretched.size).toBeGreaterThan(0);
	expect(nodes.filter(({ opType, inputs }) => opType === "Mul" && inputs.some((name) => stretched.has(name)))).toEqual(
		[],
	);
});
