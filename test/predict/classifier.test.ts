import { expect, test } from "vitest";
import { int, ints } from "../../src/graph/attributes.js";
import type { OnnxModel } from "../../src/onnx/model.js";
import { classesKey, preprocessingKey } from "../../src/predict/metadata.js";
import type { Prediction } from "../../src/predict/model.js";
import { openModel } from "../../src/predict/open-model.js";
import { runtime } from "../support/graphs.js";
import { foreignModel, info, type ModelParts } from "../support/models.js";

const names = [classesKey, JSON.stringify(["a", "b", "c"])] as const;
const normalization = [preprocessingKey, JSON.stringify({ mean: 0, std: 1 })] as const;

function model(
	parts: Pick<ModelParts, "nodes"> & Partial<ModelParts>,
	...metadata: readonly (readonly [string, string])[]
): OnnxModel {
	const given = { opset: 17, inputs: [info("x", ["n", 3])], outputs: [info("y", ["n", 3])], ...parts };
	return { ...foreignModel(given), metadata: new Map(metadata) };
}

async function answer(given: OnnxModel, sample: readonly number[]): Promise<Prediction> {
	const open = (bytes: Uint8Array) => runtime.createSession(bytes, { threads: 1 });
	const classifier = await openModel(given, "a.onnx", open, { task: "classification" });
	const made = await classifier.predict(Float32Array.from(sample));
	await classifier.release();
	return made;
}

/** A softmax that no operator is named for. */
const written: ModelParts["nodes"] = [
	["Exp", ["x"], ["e"]],
	["ReduceL1", ["e"], ["t"], { axes: ints([1]) }],
	["Div", ["e", "t"], ["y"]],
];

test.each([
	["without names", []],
	["with names", [names]],
	["with all that Limbeck writes", [names, normalization]],
] as const)("probabilities that only their values tell are read as such, %s", async (_, metadata) => {
	const { probabilities } = await answer(model({ nodes: written }, ...metadata), [1, 2, 3]);
	for (const [at, p] of [0.09, 0.2447, 0.6652].entries()) expect(probabilities[at]).toBeCloseTo(p, 3);
});

test("logits that are all between 0 and 1 are logits in a file as Limbeck writes it", async () => {
	const { logits } = await answer(
		model({ nodes: [["Identity", ["x"], ["y"]]] }, names, normalization),
		[0.1, 0.2, 0.3],
	);
	for (const [at, z] of [0.1, 0.2, 0.3].entries()) expect(logits[at]).toBeCloseTo(z, 6);
});

test("an output of several rows a sample is refused", async () => {
	const nodes: ModelParts["nodes"] = [
		["Unsqueeze", ["x", "axis"], ["rows"]],
		["Concat", ["rows", "rows"], ["y"], { axis: int(1) }],
	];
	const axis = { type: "int64", dims: [1], data: BigInt64Array.of(1n) } as const;
	const rows = model({ nodes, outputs: [info("y", ["n", 2, 3])], constants: { axis } });
	await expect(answer(rows, [1, 2, 3])).rejects.toThrow('got "y" (float[n,2,3])');
});
