import { expect, test } from "vitest";
import { randomTensor, runModel } from "../../test/support/models.js";
import { buildModel } from "../models/index.js";
import { selectTrainable } from "../models/trainable.js";
import type { OnnxModel } from "../onnx/model.js";
import { ownClassesAlone, shiftClasses } from "./additive.js";

const [sampleShape, classes, special] = [[6], 4, [3, 1]] as const;
const model = buildModel(
	{ family: "mlp", hidden: [5], activation: "relu", initializer: "he-normal", inputDropout: 0, hiddenDropout: 0 },
	{ sampleShape, classes, seed: 1 },
);
const input = randomTensor("samples", [9, 6]);

async function logitsOf(one: OnnxModel): Promise<readonly number[]> {
	const [output] = Object.values(await runModel(one, { input }));
	return Array.from((output?.data ?? []) as Float32Array);
}

test("a stage moves the logits of its own classes alone, and trains the weights that it had", async () => {
	const [plain, stage] = [await logitsOf(model), ownClassesAlone(model, { special, classes })];
	const factor = (at: number): number => (special.some((c) => c === at % classes) ? 1 : 0);
	const own = plain.map((z, at) => z * factor(at));
	expect(await logitsOf(stage)).toEqual(own);
	expect(selectTrainable(stage).map(({ name }) => name)).toEqual(selectTrainable(model).map(({ name }) => name));
	const shifted = await logitsOf(shiftClasses(stage, { special, classes }, -2));
	expect(shifted).toEqual(own.map((z, at) => Math.fround(z + (factor(at) === 1 ? -2 : 0))));
});
