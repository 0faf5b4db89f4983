import { expect, test } from "vitest";
import { evaluate, numbers } from "../../test/support/graphs.js";
import { buildCase } from "../../test/support/operator-cases.js";
import { gradients } from "../autodiff/gradients.js";
import { int, ints } from "../graph/attributes.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { createGraph, type OperatorName, operators } from "./index.js";
import type { LackedForm, Operator, OperatorCase, Target } from "./operator.js";

/** Every form of an operator that may lack, and the operator that it is of. */
const forms: Readonly<Record<Exclude<LackedForm, "Loop">, OperatorName>> = {
	"BatchNormalization in training": "BatchNormalization",
	FusedMatMul: "FusedMatMul",
	LogSoftmax: "LogSoftmax",
	"MaxPool with indices": "MaxPool",
	OneHot: "OneHot",
};

const cases = Object.entries(forms).flatMap(([form, name]) => {
	const operator: Operator = operators[name];
	// A key of the table.
	return operator.cases.map((one, index) => ({ form: form as keyof typeof forms, name, index, one }));
});

/** What a case gives on a machine, and the operators that its graph has there. */
async function found(
	name: OperatorName,
	one: OperatorCase,
	target: Target,
): Promise<{ readonly outputs: readonly (readonly number[])[]; readonly used: readonly string[] }> {
	const built = buildCase(name, one);
	const g = createGraph(target);
	const inputs = built.at.map(({ type, dims }, index) => g.input(`x${index}`, { type, dims }));
	const outputs = built.build(g, inputs).filter(({ optional }) => name !== "MaxPool" || optional !== true);
	const named = Object.fromEntries(outputs.map((y, index) => [`y${index}`, y]));
	const feeds = Object.fromEntries(built.at.map((tensor, index) => [`x${index}`, tensor]));
	const used = g.toOnnx("case", Object.entries(named)).nodes.map(({ opType }) => opType);
	const values = await evaluate(g, named, feeds);
	return { outputs: outputs.map((_, index) => numbers(values, `y${index}`)), used };
}

test.each(cases)("$form, case $index, is built from others with the same values", async ({ form, name, one }) => {
	const node = await found(name, one, {});
	const others = await found(name, one, { lacks: new Set([form]) });
	expect(node.used).toContain(name);
	const training = one.attributes?.["training_mode"] !== undefined || name !== "BatchNormalization";
	if (training && name !== "MaxPool") expect(others.used).not.toContain(name);
	for (const [index, values] of node.outputs.entries()) {
		expect(others.outputs[index]).toHaveLength(values.length);
		for (const [at, value] of values.entries()) expect(others.outputs[index]?.[at]).toBeCloseTo(value, 5);
	}
});

const pools = [
	{ dims: [2, 3, 6, 4], attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]) } },
	{ dims: [2, 3, 7, 5], attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]) } },
	{ dims: [2, 3, 7, 5], attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]), ceil_mode: int(1) } },
	{ dims: [1, 2, 7, 6], attributes: { kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) } },
	{ dims: [2, 2, 9], attributes: { kernel_shape: ints([3]), dilations: ints([2]) } },
	{ dims: [1, 1, 8, 8], attributes: { kernel_shape: ints([2, 2]), strides: ints([3, 3]) } },
];

test.each(pools)("the gradient of MaxPool without indices, $dims with $attributes", async ({ dims, attributes }) => {
	const count = dims.reduce((product, dim) => product * dim, 1);
	// Whole numbers of few values: many maxima are ties, of which the first takes the gradient.
	const data = Float32Array.from({ length: count }, (_, at) => ((at * 7919) % 13) % 4);
	const gradientOn = async (target: Target): Promise<{ values: readonly number[]; used: readonly string[] }> => {
		const g = createGraph(target);
		const x = g.input("x", { type: "float", dims });
		const y = g.op("MaxPool", [x], attributes);
		const loss: Value = g.op("ReduceSum", [g.op("Mul", [y, y])], { keepdims: int(0) });
		const [dx = x] = gradients(g, loss, [x]);
		const used = g.toOnnx("case", [["dx", dx]]).nodes.map(({ opType }) => opType);
		return { values: numbers(await evaluate(g, { dx }, { x: { type: "float", dims, data } }), "dx"), used };
	};
	const [node, others] = [await gradientOn({}), await gradientOn({ lacks: new Set(["MaxPool with indices"]) })];
	expect(others.values).toEqual(node.values);
	expect(others.used).not.toContain("MaxUnpool");
	expect(others.used).not.toContain("ScatterElements");
});

test("without Loop, the gradient of a convolution sums the parts of its batch one by one", async () => {
	const [dims, kernel] = [
		[24, 16, 28, 28],
		[4, 16, 3, 3],
	] as const;
	const data = (shape: readonly number[], scale: number) => ({
		...({ type: "float", dims: shape } as const),
		data: Float32Array.from({ length: elementCount(shape) }, (_, at) => ((at * 7919) % 101) * scale),
	});
	const gradientOn = async (target: Target): Promise<{ values: readonly number[]; used: readonly string[] }> => {
		const g = createGraph(target);
		const [x, w] = [g.input("x", { type: "float", dims }), g.input("w", { type: "float", dims: kernel })];
		const [dw = w] = gradients(g, g.op("ReduceSum", [g.op("Conv", [x, w])], { keepdims: int(0) }), [w]);
		const used = g.toOnnx("case", [["dw", dw]]).nodes.map(({ opType }) => opType);
		return {
			values: numbers(await evaluate(g, { dw }, { x: data(dims, 2 ** -7), w: data(kernel, 2 ** -7) }), "dw"),
			used,
		};
	};
	const [node, others] = [await gradientOn({}), await gradientOn({ lacks: new Set(["Loop"]) })];
	expect(node.used).toContain("Scan");
	expect(others.used).not.toContain("Scan");
	// Parts that have nodes of their own are few.
	expect(others.used.filter((opType) => opType === "MatMul")).toHaveLength(2);
	for (const [at, value] of node.values.entries()) expect((others.values[at] ?? NaN) / value).toBeCloseTo(1, 5);
});
