/** Models of each task are loaded by what their files say, and by what is told of those that say nothing. */
import { expect, test } from "vitest";
import { int } from "../../src/graph/attributes.js";
import type { OnnxModel } from "../../src/onnx/model.js";
import { classesKey, withClassifierMetadata } from "../../src/predict/metadata.js";
import type { ModelOf } from "../../src/predict/model.js";
import { openModel, type TaskReadOptions } from "../../src/predict/open-model.js";
import type { TaskName } from "../../src/tasks/names.js";
import { runtime } from "../support/graphs.js";
import { foreignModel, info, type ModelParts } from "../support/models.js";

const names = ["red", "green", "blue"];

/** A model whose numbers are its sample, or what the nodes make of it. */
function model(nodes: ModelParts["nodes"] = [["Identity", ["x"], ["y"]]], width = 3): OnnxModel {
	return foreignModel({ opset: 17, inputs: [info("x", ["n", 3])], outputs: [info("y", ["n", width])], nodes });
}

function own(task: TaskName, chosen: Readonly<Record<string, readonly number[]>>): OnnxModel {
	const normalization = { mean: 0, std: 1 };
	return withClassifierMetadata(model(), { task, chosen, classes: names, normalization });
}

async function opened<Name extends TaskName, Answer>(
	given: OnnxModel,
	options: TaskReadOptions<Name>,
	ask: (loaded: ModelOf<Name>) => Promise<Answer>,
): Promise<Answer> {
	const loaded = await openModel(given, "a.onnx", (bytes) => runtime.createSession(bytes, { threads: 1 }), options);
	try {
		return await ask(loaded);
	} finally {
		await loaded.release();
	}
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

test("labels hold where their logits reach the thresholds that were chosen", async () => {
	const given = own("multi-label", { thresholds: [1, -1, 0] });
	await opened(given, {}, async (loaded) => {
		if (loaded.task !== "multi-label") throw new Error(loaded.task);
		expect(loaded.labels).toEqual(names);
		for (const [at, t] of [1, -1, 0].entries()) expect(loaded.thresholds[at]).toBeCloseTo(sigmoid(t), 6);
		const { labels, probabilities, logits } = await loaded.predict(Float32Array.of(0.5, -0.5, 0));
		expect(labels).toEqual(["green", "blue"]);
		for (const [at, z] of [0.5, -0.5, 0].entries()) {
			expect(logits[at]).toBeCloseTo(z, 6);
			expect(probabilities[at]).toBeCloseTo(sigmoid(z), 6);
		}
		expect((await loaded.predict(Float32Array.of(-9, -9, -9))).labels).toEqual([]);
	});
});

test("numbers come in their units, with intervals where radii were chosen", async () => {
	const sample = Float32Array.of(40_000, -1, 0);
	await opened(own("regression", { radii: [1000, 2, 0] }), { task: "regression" }, async (loaded) => {
		expect(loaded.names).toEqual(names);
		expect(await loaded.predict(sample)).toEqual({
			values: sample,
			intervals: [
				{ low: 39_000, high: 41_000 },
				{ low: -3, high: 1 },
				{ low: 0, high: 0 },
			],
		});
	});
	expect(await opened(own("regression", {}), { task: "regression" }, (one) => one.predict(sample))).toEqual({
		values: sample,
	});
});

test("a foreign model is of the task that is told", async () => {
	const scores = model([["Sigmoid", ["x"], ["y"]]]);
	const written = model([
		["Neg", ["x"], ["m"]],
		["Exp", ["m"], ["e"]],
		["Add", ["e", "one"], ["d"]],
		["Reciprocal", ["d"], ["y"]],
	]);
	const one = { type: "float", dims: [1], data: Float32Array.of(1) } as const;
	const withOne = { ...written, graph: { ...written.graph, initializers: [{ name: "one", tensor: one }] } };
	for (const given of [scores, withOne]) {
		await opened(given, { task: "multi-label" }, async (loaded) => {
			const { labels, logits } = await loaded.predict(Float32Array.of(2, -1, 0.5));
			expect(labels).toEqual(["0", "2"]);
			for (const [at, z] of [2, -1, 0.5].entries()) expect(logits[at]).toBeCloseTo(z, 4);
		});
	}
	// Numbers that look like probabilities are numbers all the same.
	const values = await opened(model([["Softmax", ["x"], ["y"]]]), { task: "regression" }, (loaded) =>
		loaded.predict(Float32Array.of(0, 0, 0)),
	);
	for (const value of values.values) expect(value).toBeCloseTo(1 / 3, 6);
	const unsaid = await opened(scores, {}, (loaded) => Promise.resolve(loaded.task));
	expect(unsaid).toBe("classification");
});

test("one label and one number are answers of their own, and variances behind numbers are left out", async () => {
	const first = model([["ReduceMax", ["x"], ["y"], { axes: { kind: "ints", value: [1] } }]], 1);
	const label = await opened(first, { task: "multi-label", outputs: "logits" }, (one) =>
		one.predict(Float32Array.of(-3, -2, -4)),
	);
	expect([...label.logits]).toEqual([-2]);
	const value = await opened(first, { task: "regression" }, (one) => one.predict(Float32Array.of(3, 2, 4)));
	expect([...value.values]).toEqual([4]);
	const both = model([["Concat", ["x", "x"], ["y"], { axis: int(1) }]], 6);
	const named = { ...both, metadata: new Map([[classesKey, JSON.stringify(names)]]) };
	const numbers = await opened(named, { task: "regression" }, (one) => one.predict(Float32Array.of(1, 2, 3)));
	expect([...numbers.values]).toEqual([1, 2, 3]);
});

test("what does not fit is refused", async () => {
	const labels = own("multi-label", { thresholds: [1, -1, 0] });
	const ask = (): Promise<undefined> => Promise.resolve(undefined);
	await expect(opened(labels, { task: "classification" }, ask)).rejects.toMatchObject({
		category: "usage",
		message: expect.stringContaining("one of the task multi-label") as string,
		hint: "loadModel loads a model of any task.",
	});
	await expect(opened(own("multi-label", { thresholds: [1] }), {}, ask)).rejects.toThrow("lists of 3 numbers");
	await expect(opened(own("regression", { radii: [1, 2] }), {}, ask)).rejects.toThrow("lists of 3 numbers");
	await expect(opened(labels, { outputs: "probabilities" }, ask)).rejects.toThrow("outputs as logits or sigmoid");
	await expect(opened(model(), { task: "regression", outputs: "sigmoid" }, ask)).rejects.toThrow("without the option");
	await expect(
		opened(own("regression", {}), { task: "regression" }, (one) => one.predict(Float32Array.of(1, Number.NaN, 1))),
	).rejects.toThrow("3 finite values");
});
