/** Networks of other tasks than classification as they are shipped. */
import { describe, expect, it } from "vitest";
import { runtime } from "../../test/support/graphs.js";
import { foreignModel, info, randomTensor } from "../../test/support/models.js";
import { syntheticData } from "../../test/support/synthetic.js";
import type { AnyDataSet } from "../data/data-set.js";
import { int } from "../graph/attributes.js";
import type { OnnxModel } from "../onnx/model.js";
import { chosenOf, taskNameOf, withClassifierMetadata } from "../predict/metadata.js";
import { inOwnUnits } from "../tasks/regression/scale.js";
import type { Classifier } from "../train/ensemble.js";
import { deployable } from "./deployable.js";
import { shippedInFloat16 } from "./float16.js";
import { answersOf, quantize } from "./quantize.js";
import { shippable } from "./shippable.js";

const plain = syntheticData(60, 30);
const names = ["price", "area"];

/** The synthetic pictures with labels of another task. */
const dataOf = (task: "multi-label" | "regression"): AnyDataSet => ({ ...plain, task, classes: names });

/** Two numbers of a picture. @param width - how many outputs the file has. */
function network(width = 2, last?: string): OnnxModel {
	return foreignModel({
		opset: 21,
		inputs: [info("x", ["n", 1, 8, 8])],
		outputs: [info("y", ["n", width])],
		constants: { weight: randomTensor("weight", [64, 16]), head: randomTensor("head", [16, width]) },
		nodes: [
			["Flatten", ["x"], ["flat"], { axis: int(1) }],
			["MatMul", ["flat", "weight"], ["inner"]],
			["Relu", ["inner"], ["hidden"]],
			["MatMul", ["hidden", "head"], [last === undefined ? "y" : "z"]],
			...(last === undefined ? [] : [[last, ["z"], ["y"]] as const]),
		],
	});
}

const scale = { mean: [400_000, 90], std: [250_000, 30] };
const houses = inOwnUnits(network(), scale);
const radii = { radii: [20_000, 4] };

const member = (model: OnnxModel): Classifier => ({
	model,
	where: "net.onnx",
	normalization: plain.normalization,
	outputs: "auto",
	order: {},
	weight: 1,
});

/** The largest difference of each number, over its deviation. */
function distances(wanted: Float32Array, got: Float32Array): readonly number[] {
	return scale.std.map((std, name) =>
		wanted.reduce((most, value, at) => {
			return at % 2 === name ? Math.max(most, Math.abs(value - (got[at] ?? Number.NaN)) / std) : most;
		}, 0),
	);
}

describe("a network of numbers", () => {
	const data = dataOf("regression");
	const saved = withClassifierMetadata(houses, { ...data, chosen: radii });

	it("ships as `values` in their units, with its task and what was chosen", async () => {
		const { model } = await shippable(runtime, member(saved), data, 1);
		expect(model.graph.outputs).toMatchObject([{ name: "values", dims: ["batch", 2] }]);
		expect(taskNameOf(model, "net")).toBe("regression");
		expect(chosenOf(model, names, "net")).toEqual(radii);
		expect(chosenOf(model, ["area", "price"], "net")).toBeUndefined();
		expect(await answersOf(runtime, model, data, 1)).toEqual(await answersOf(runtime, houses, data, 1));
	});

	it("keeps its units in float16, which holds no such numbers", async () => {
		const float32 = deployable(saved, { ...data, where: "net.onnx" });
		const half = shippedInFloat16(float32, "regression");
		const types = new Map(half.graph.initializers.map(({ name, tensor }) => [name, tensor.type]));
		expect(Object.fromEntries(types)).toMatchObject({ weight: "float16", head: "float", "values/std": "float" });
		const wanted = await answersOf(runtime, float32, data, 1);
		expect(Math.max(...wanted)).toBeGreaterThan(100_000);
		for (const far of distances(wanted, await answersOf(runtime, half, data, 1))) expect(far).toBeLessThan(0.01);
	});

	it("is near in int8, by the distance of its numbers", async () => {
		const float32 = deployable(saved, { ...data, where: "net.onnx" });
		const quantized = await quantize(runtime, float32, data, 1);
		if (quantized === undefined) throw new Error("nothing was quantised");
		const wanted = await answersOf(runtime, float32, data, 1);
		for (const far of distances(wanted, await answersOf(runtime, quantized.model, data, 1))) {
			expect(far).toBeLessThan(0.1);
		}
	});

	it("ships without the variances that a file has behind its numbers", async () => {
		const both = network(4);
		const { model } = await shippable(runtime, member(both), data, 1);
		const whole = await answersOf(runtime, both, { ...data, classes: ["a", "b", "c", "d"] }, 1);
		const means = whole.filter((_, at) => at % 4 < 2);
		expect(await answersOf(runtime, model, data, 1)).toEqual(means);
	});
});

describe("a network of labels", () => {
	const data = dataOf("multi-label");

	it("ships as the logits before its sigmoid", async () => {
		const { model } = await shippable(runtime, member(network(2, "Sigmoid")), data, 1);
		expect(model.graph.outputs).toMatchObject([{ name: "logits", dims: ["batch", 2] }]);
		expect(taskNameOf(model, "net")).toBe("multi-label");
		expect(await answersOf(runtime, model, data, 1)).toEqual(await answersOf(runtime, network(), data, 1));
	});
});
