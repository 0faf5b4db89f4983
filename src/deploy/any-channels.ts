/** The front of a shipped image model: it takes whatever channels a library gives. */
import type { DataSet } from "../data/data-set.js";
import { int } from "../graph/attributes.js";
import { onnxNode } from "../import/rewrite.js";
import type { OnnxModel, OnnxNode } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";

import { withInput } from "../predict/metadata.js";
import { perChannel } from "../predict/normalizer.js";
import { luminance } from "../train/preprocess.js";
import { inputNameFor } from "./deployable.js";
import { renameValues } from "./rename.js";

/** The channels that images may have: grey, colours, colours and alpha. */
export const anyChannels = [1, 3, 4] as const;

const floats = (dims: readonly number[], values: readonly number[]): Tensor => ({
	type: "float",
	dims,
	data: Float32Array.from(values),
});
const axis = (...values: readonly number[]): Tensor => ({
	type: "int64",
	dims: [values.length],
	data: BigInt64Array.from(values, BigInt),
});

/**
 * A shipped image model that takes images `[batch, channels, height, width]` of 1, 3 or 4 channels, 0 … 1, as libraries
 * decode them, and makes of them what training saw: laid on white by alpha, grey by ITU-R BT.601 if it is a grey model,
 * then normalised. transformers.js gives four channels of a picture with alpha, and of every picture in a browser.
 *
 * @param model - as `deployable` makes it: input of normalised samples of one channel or three.
 */
export function withAnyChannels(
	model: OnnxModel,
	{ sampleShape, normalization }: Pick<DataSet, "sampleShape" | "normalization">,
): OnnxModel {
	const input = inputNameFor(sampleShape);
	const inner = (name: string): string => `image/${name}`;
	const body = renameValues(model, (name) => (name === input ? inner("normalized") : name)).graph;
	const [channels = 3, ...size] = sampleShape;
	const constants = constantsOf(channels, perChannel(normalization, sampleShape));
	const front = nodesOf(channels, input, inner);
	return withInput(
		{
			...model,
			graph: {
				...body,
				inputs: [{ name: input, type: "float", dims: ["batch", "channels", ...size] }],
				initializers: [
					...Object.entries(constants).map(([name, tensor]) => ({ name: inner(name), tensor })),
					...body.initializers,
				],
				nodes: [...front, ...body.nodes],
			},
		},
		sampleShape,
	);
}

function constantsOf(
	channels: number,
	{ mean, std }: { readonly mean: readonly number[]; readonly std: readonly number[] },
): Readonly<Record<string, Tensor>> {
	const each = [mean.length, 1, 1];
	return {
		zero: axis(0),
		one: axis(1),
		three: axis(3),
		four: axis(4),
		nothing: floats([], [0]),
		white: floats([], [1]),
		...(channels === 1
			? { shares: floats([1, 3, 1, 1], luminance) }
			: { colourful: { type: "int64", dims: [4], data: BigInt64Array.of(1n, 3n, 1n, 1n) } }),
		mean: floats(each, mean),
		std: floats(each, std),
	};
}

function nodesOf(channels: number, input: string, inner: (name: string) => string): readonly OnnxNode[] {
	const node = (
		opType: string,
		inputs: readonly string[],
		output: string,
		attributes: Parameters<typeof onnxNode>[3] = {},
	): OnnxNode =>
		onnxNode(
			opType,
			inputs.map((name) => (name === input ? name : inner(name))),
			[inner(output)],
			attributes,
		);
	const along = { axis: int(1) };
	return [
		// An image without alpha is opaque: ones after its channels, so that the fourth is alpha whatever it has.
		node("Slice", [input, "zero", "one", "one"], "first"),
		node("Mul", ["first", "nothing"], "zeros"),
		node("Add", ["zeros", "white"], "ones"),
		node("Concat", [input, "ones", "ones", "ones"], "filled", along),
		node("Slice", ["filled", "three", "four", "one"], "alpha"),
		node("Slice", [input, "zero", "three", "one"], "colours"),
		// colours · alpha + (1 − alpha): exact where alpha is 1.
		node("Mul", ["colours", "alpha"], "covered"),
		node("Sub", ["white", "alpha"], "clear"),
		node("Add", ["covered", "clear"], "opaque"),
		...(channels === 1
			? [
					node("Mul", ["opaque", "shares"], "weighted"),
					node("ReduceSum", ["weighted", "one"], "image", { keepdims: int(1) }),
				]
			: [node("Expand", ["opaque", "colourful"], "image")]),
		node("Sub", ["image", "mean"], "centred"),
		node("Div", ["centred", "std"], "normalized"),
	];
}
