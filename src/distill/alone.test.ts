import { join } from "node:path";
import { expect, test } from "vitest";
import { runtime } from "../../test/support/graphs.js";
import { foreignModel, info, type NodeParts, randomTensor } from "../../test/support/models.js";
import { temporaryFolder } from "../../test/support/own-data.js";
import { syntheticData } from "../../test/support/synthetic.js";
import type { Notice } from "../notices.js";
import { writeModelFile } from "../onnx/file.js";
import { answersAlone } from "./alone.js";
import { finiteAnswers, withModel } from "./evaluated-model.js";

const data = syntheticData(4, 20);

/** What is found of a model of these nodes, from `flat` `[n, 64]` to `y`. */
async function found(nodes: readonly NodeParts[]): Promise<Notice | undefined> {
	const file = join(await temporaryFolder(), "model.onnx");
	const model = foreignModel({
		opset: 18,
		inputs: [info("x", ["n", 1, 8, 8])],
		outputs: [info("y", ["n", data.classes.length])],
		constants: {
			weight: randomTensor("weight", [64, data.classes.length]),
			first: { type: "int64", dims: [1], data: BigInt64Array.of(0n) },
		},
		nodes: [["Flatten", ["x"], ["flat"]], ...nodes],
	});
	await writeModelFile(file, model);
	const test = { ...data.validation, classes: data.classes, sampleShape: data.sampleShape };
	return withModel(file, { ...test, probe: test }, runtime, async (opened) => {
		const { logits } = await finiteAnswers(opened, test, data.classes.length, "test");
		return answersAlone(opened, test, data.sampleShape, logits);
	});
}

test("a model whose answers depend on the batch is reported, others are not", async () => {
	expect(await found([["MatMul", ["flat", "weight"], ["y"]]])).toBeUndefined();
	const bound = await found([
		["ReduceMean", ["flat", "first"], ["mean"]],
		["Sub", ["flat", "mean"], ["centred"]],
		["MatMul", ["centred", "weight"], ["y"]],
	]);
	expect(bound).toMatchObject({ code: "depends-on-batch" });
	expect(bound?.text).toMatch(/16 of 16 samples that were tried/);
	expect(bound?.hint).toContain("evaluation mode");
});
