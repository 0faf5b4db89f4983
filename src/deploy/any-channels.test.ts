import { expect, test } from "vitest";
import { runtime } from "../../test/support/graphs.js";
import { foreignModel, info } from "../../test/support/models.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import { outputOf } from "../runtime/runtime.js";
import { withAnyChannels } from "./any-channels.js";

/** What a model of one or three channels is given for two pixels of an image, by the normalisation (value − 0.5) / 0.25. */
async function normalized(channels: 1 | 3, planes: readonly (readonly number[])[]): Promise<readonly number[]> {
	const inner = foreignModel({
		opset: 18,
		inputs: [info("pixel_values", ["n", channels, 1, 2])],
		outputs: [info("logits", ["n", "c"])],
		nodes: [["Flatten", ["pixel_values"], ["logits"]]],
	});
	const facts = { sampleShape: [channels, 1, 2], normalization: { mean: 0.5, std: 0.25 } };
	const model: OnnxModel = withAnyChannels(inner, facts);
	const session = await runtime.createSession(encodeModel(model), { threads: 1 });
	// Two samples, to see that the batch stays free.
	const data = Float32Array.from([...planes, ...planes].flat());
	const outputs = await session.run({ pixel_values: { type: "float", dims: [2, planes.length, 1, 2], data } });
	await session.release();
	const values = Array.from(outputOf(outputs, "logits", "float").data, (value) => 0.25 * value + 0.5);
	expect(values.slice(values.length / 2)).toEqual(values.slice(0, values.length / 2));
	return values.slice(0, values.length / 2);
}

const [red, green, blue, alpha] = [
	[1, 0.2],
	[0, 0.4],
	[0, 0.6],
	[1, 0.5],
] as const;
const grey = [0.299, 0.2 * 0.299 + 0.4 * 0.587 + 0.6 * 0.114] as const;

test.each<readonly [string, 1 | 3, readonly (readonly number[])[], readonly number[]]>([
	["colours for a model of colours", 3, [red, green, blue], [...red, ...green, ...blue]],
	["grey for a model of colours", 3, [red], [...red, ...red, ...red]],
	["alpha for a model of colours", 3, [red, green, blue, alpha], [1, 0.6, 0, 0.7, 0, 0.8]],
	["grey for a grey model", 1, [red], red],
	["colours for a grey model", 1, [red, green, blue], grey],
	["alpha for a grey model", 1, [red, green, blue, alpha], [0.299, 0.5 * grey[1] + 0.5]],
])("%s", async (_, channels, planes, wanted) => {
	const values = await normalized(channels, planes);
	expect(values).toHaveLength(wanted.length);
	for (const [at, value] of values.entries()) expect(value).toBeCloseTo(wanted[at] ?? Number.NaN, 6);
});
