import { describe, expect, test } from "vitest";
import { logitsOfDraws } from "../../test/support/logits.js";
import { weightsOf } from "../../test/support/training.js";
import { encodeModel } from "../onnx/encode.js";
import { createGraph } from "../ops/index.js";
import { applyModel, placeWeights } from "./apply.js";
import { modelOf } from "./family.js";
import { buildModel, families, type ModelSpec } from "./index.js";
import { initializers, initialWeights } from "./initializers.js";

const task = { sampleShape: [1, 4, 5], classes: 3, seed: 1 } as const;
const spec = (options: Partial<ModelSpec<"mlp">> = {}): ModelSpec => ({
	family: "mlp",
	...families.mlp.options.parse({ hidden: [8, 6] }),
	...options,
});

/** Logits of `batch` samples, the same samples for every model. */
function logitsOf(
	bytes: Uint8Array,
	batch: number,
	shape: readonly number[] = task.sampleShape,
): Promise<readonly number[]> {
	return logitsOfDraws(bytes, batch, shape, task.classes);
}

describe("mlp", () => {
	test("has the layers and the parameters that its options say", () => {
		const weights = buildModel(spec(), task).graph.initializers.map(({ name, tensor }) => [name, tensor.dims]);
		expect(weights).toEqual([
			["hidden1.weight", [8, 20]],
			["hidden1.bias", [8]],
			["hidden2.weight", [6, 8]],
			["hidden2.bias", [6]],
			["logits.weight", [3, 6]],
			["logits.bias", [3]],
		]);
	});

	test("without hidden layers is a linear classifier", () => {
		const model = buildModel(spec({ hidden: [] }), task);
		expect([...weightsOf(model).keys()]).toEqual(["logits.weight", "logits.bias"]);
		expect(model.graph.nodes.map(({ opType }) => opType)).toEqual(["Flatten", "Gemm"]);
	});

	test("dropout does nothing in inference", async () => {
		const plain = encodeModel(buildModel(spec(), task));
		const dropping = buildModel(spec({ inputDropout: 0.2, hiddenDropout: 0.5 }), task);
		expect(dropping.graph.nodes.filter(({ opType }) => opType === "Dropout")).toHaveLength(3);
		expect(await logitsOf(encodeModel(dropping), 5)).toEqual(await logitsOf(plain, 5));
	});

	test("fewer than two classes are refused", () => {
		expect(() => buildModel(spec(), { ...task, classes: 1 })).toThrow("two classes or more, got 1");
	});
});

describe("initial weights", () => {
	const [fanOut, fanIn] = [200, 300];
	const variances: Readonly<Record<keyof typeof initializers, number>> = {
		"he-normal": 2 / fanIn,
		"he-uniform": 2 / fanIn,
		"glorot-normal": 2 / (fanIn + fanOut),
		"glorot-uniform": 2 / (fanIn + fanOut),
		"lecun-normal": 1 / fanIn,
		"he-normal-fan-out": 2 / fanOut,
		// A normal draw within two deviations varies by 0.7737 of what any would.
		"truncated-normal": 0.0004 * 0.7737,
		// U(±b) has the variance b² / 3.
		"torch-default": 1 / (3 * fanIn),
	};
	const entries = Object.entries(variances) as [keyof typeof initializers, number][];

	test.each(entries)("%s: mean 0, variance %d", (name, variance) => {
		const { data } = initialWeights(name, "w", [fanOut, fanIn], 1);
		const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
		const spread = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length;
		// Standard errors over 60,000 draws: σ / 245 of the mean, below 0.6 % of the variance. Five of them are allowed.
		expect(Math.abs(mean)).toBeLessThan((5 * Math.sqrt(variance)) / 245);
		expect(spread / variance).toBeGreaterThan(0.97);
		expect(spread / variance).toBeLessThan(1.03);
		const bound = Math.sqrt(3 * variance);
		const outside = data.filter((x) => Math.abs(x) > bound * 1.000001).length / data.length;
		// 8.3 % of normal draws lie beyond √3 σ; no uniform one does. Of the truncated ones none lies beyond twice 0.02.
		if (name === "truncated-normal") expect(data.some((x) => Math.abs(x) > 0.04)).toBe(false);
		else if (name.includes("normal")) expect(outside).toBeCloseTo(0.083, 2);
		else expect(outside).toBe(0);
	});

	test("of a convolution count its kernel, and the groups", () => {
		const spread = (groups: number): number => {
			const { data } = initialWeights("he-normal-fan-out", "w", [64, 8, 5, 5], 1, groups);
			return data.reduce((sum, x) => sum + x * x, 0) / data.length;
		};
		// 12,800 draws: the standard error of the variance is 1.25 % of it.
		expect(spread(1) * 64 * 25).toBeCloseTo(2, 0.7);
		expect(spread(4) * 16 * 25).toBeCloseTo(2, 0.7);
	});

	test("are a function of the seed and the parameter's name", () => {
		const draw = (name: string, seed: number): Float32Array => initialWeights("he-normal", name, [4, 5], seed).data;
		expect(draw("a", 1)).toEqual(draw("a", 1));
		expect(draw("a", 1)).not.toEqual(draw("b", 1));
		expect(draw("a", 1)).not.toEqual(draw("a", 2));
	});
});

describe("placing a model in a graph", () => {
	test("two models fit in one graph under prefixes", async () => {
		const g = createGraph();
		const input = g.input("input", { type: "float", dims: [2, ...task.sampleShape] });
		const place = (seed: number, prefix: string): ReturnType<typeof applyModel> => {
			const model = buildModel(spec(), { ...task, seed });
			return applyModel(g, model, { input, parameters: placeWeights(g, model, prefix) });
		};
		const total = g.op("Add", [place(1, "a/"), place(2, "b/")]);
		const both = await logitsOf(encodeModel(modelOf(g.toOnnx("both", [["logits", total]]))), 2);
		const [a, b] = await Promise.all(
			[1, 2].map((seed) => logitsOf(encodeModel(buildModel(spec(), { ...task, seed })), 2)),
		);
		for (const [i, value] of both.entries()) expect(value).toBeCloseTo((a?.[i] ?? NaN) + (b?.[i] ?? NaN), 5);
	});

	test("every unknown operator is named at once", () => {
		const { graph, ...rest } = buildModel(spec(), task);
		const nodes = graph.nodes.map((node, index) =>
			index < 2 ? { ...node, name: `n${index}`, opType: `Odd${index}` } : node,
		);
		const g = createGraph();
		const input = g.input("input", { type: "float", dims: [2, ...task.sampleShape] });
		expect(() => applyModel(g, { ...rest, graph: { ...graph, nodes } }, { input })).toThrow("n0 (Odd0), n1 (Odd1)");
	});

	test("an operator of the same name in another domain is unknown", () => {
		const { graph, ...rest } = buildModel(spec(), task);
		const nodes = graph.nodes.map((node) => ({ ...node, domain: "other" }));
		const g = createGraph();
		const input = g.input("input", { type: "float", dims: [2, ...task.sampleShape] });
		expect(() => applyModel(g, { ...rest, graph: { ...graph, nodes } }, { input })).toThrow(
			expect.objectContaining({ name: "LimbeckError", category: "model" }) as Error,
		);
	});
});
