import { expect, test } from "vitest";
import { gradients } from "../autodiff/gradients.js";
import { int } from "../graph/attributes.js";
import { elementCount } from "../onnx/tensor.js";
import { createGraph } from "./index.js";

/** Nodes of the gradient with respect to both operands of a product, by name, and the elements of the largest value. */
function gradientNodes(a: readonly number[], b: readonly number[]): { types: readonly string[]; most: number } {
	const g = createGraph();
	const operands = [a, b].map((dims, at) => g.input(`x${at}`, { type: "float", dims }));
	const loss = g.op("ReduceSum", [g.op("MatMul", operands)], { keepdims: int(0) });
	const before = g.nodes.length;
	gradients(g, loss, operands);
	const added = g.nodes.slice(before);
	const sizes = added.flatMap(({ outputs }) => outputs.map(({ dims }) => elementCount(dims)));
	return { types: added.map(({ opType }) => opType), most: Math.max(...sizes) };
}

test("the gradient of a matrix that multiplies a whole batch is one product", () => {
	const { types, most } = gradientNodes([8, 5, 64], [64, 32]);
	expect(types).not.toContain("ReduceSum");
	expect(most).toBe(8 * 5 * 64);
});

test("where a batch does not lie in order, it is moved only if that is less than its products", () => {
	expect(gradientNodes([64, 32], [8, 32, 4]).types).toContain("Transpose");
	expect(gradientNodes([4, 3], [8, 3, 64]).types).toEqual(expect.arrayContaining(["ReduceSum"]));
	expect(gradientNodes([4, 3], [8, 3, 64]).types).not.toContain("Transpose");
});
