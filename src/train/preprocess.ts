/** What a network is given: samples as the data hold them, in the form that it was trained on. */
import { z } from "zod";
import type { Normalization, SampleShape, Samples } from "../data/data-set.js";
import { LimbeckError } from "../errors.js";
import { int, ints, text } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { anyBatchModel } from "../models/family.js";
import type { OnnxModel } from "../onnx/model.js";
import { cast, createGraph } from "../ops/index.js";
import { unitOf } from "../predict/normalizer.js";
import { normalize } from "./normalize.js";

const perChannel = (number: z.ZodNumber): z.ZodUnion<readonly [z.ZodNumber, z.ZodArray<z.ZodNumber>]> =>
	z.union([number, z.array(number).min(1).max(65_536)]);

/** How a model wants its samples, where that is not as the data have them. */
export const inputOptions = z
	.strictObject({
		layout: z
			.enum(["nchw", "nhwc", "flat"])
			.optional()
			.describe("channels before or after height and width, or all in a row; as the model's input is declared"),
		size: z
			.tuple([z.int().min(1).max(4096), z.int().min(1).max(4096)])
			.optional()
			.describe("height and width that images are scaled to; as the data have them where left out"),
		mean: perChannel(z.number()).optional().describe("mean of the scaled values, a number or one for each channel"),
		std: perChannel(z.number().gt(0)).optional().describe("standard deviation, likewise"),
		scale: z.number().gt(0).optional().describe("factor before mean and std; a byte is byte / 255, so 255 gives bytes"),
		channels: z.enum(["rgb", "bgr", "gray"]).optional().describe("order of the colours, or one grey channel"),
	})
	.describe("how samples are given to the model");

/** How samples become a network's input. Fields left out change nothing. */
export interface Preprocessing extends Normalization {
	readonly scale?: number;
	/** `[height, width]`. */
	readonly size?: readonly [height: number, width: number];
	readonly channels?: "rgb" | "bgr" | "gray";
	readonly layout?: "nchw" | "nhwc" | "flat";
}

/** The share of red, green and blue in grey (ITU-R BT.601, as Pillow's mode L). */
export const luminance = [0.299, 0.587, 0.114] as const;

/** Whether no more is done than subtracting a mean and dividing by a deviation. */
export function onlyNormalizes({ scale, size, channels, layout }: Preprocessing): boolean {
	return [scale, size, channels, layout].every((field) => field === undefined);
}

/**
 * Adds to a graph what makes a network's input of samples `[batch, channels, height, width]`, uint8 or float, in this
 * order; images alone can be given other colours, sizes and layouts.
 *
 * 1. Colours: the data's are red, green, blue; grey is 0.299 R + 0.587 G + 0.114 B, and one channel serves as three.
 * 2. Size: bilinear, sample centres at half pixels, as PyTorch's `interpolate(mode="bilinear", align_corners=False)`.
 * 3. (scale · x − mean) / std, where x of a byte is byte / 255; mean and std follow the colours' new order.
 * 4. Layout.
 *
 * @throws LimbeckError (`usage`) where the samples are no images and would have to be.
 */
export function preprocess(g: Graph, samples: Value, preprocessing: Preprocessing): Value {
	const { scale = 1, size, channels, layout = "nchw" } = preprocessing;
	if (channels !== undefined || size !== undefined || layout === "nhwc") requireImages(samples.dims.slice(1));
	const unit = (samples.type === "uint8" ? unitOf.uint8 : unitOf.float) / scale;
	const coloured = channels === undefined ? samples : recolour(g, cast(g, samples, "float"), channels);
	const resized = size === undefined ? coloured : resizeImages(g, cast(g, coloured, "float"), size);
	const normalized = normalize(g, resized, preprocessing, unit);
	if (layout === "nchw") return normalized;
	if (layout === "flat") return g.op("Flatten", [normalized], { axis: int(1) });
	return g.op("Transpose", [normalized], { perm: ints([0, 2, 3, 1]) });
}

function recolour(g: Graph, images: Value, channels: "rgb" | "bgr" | "gray"): Value {
	const count = images.dims[1] ?? 1;
	if (count !== 1 && count !== 3) {
		const got = `${String(count)} channels`;
		throw new LimbeckError("usage", { where: "input: channels", expected: "images of one channel or three", got });
	}
	if (channels === "gray") {
		if (count === 1) return images;
		const shares = g.constant({ type: "float", dims: [3, 1, 1], data: Float32Array.from(luminance) });
		return g.op("ReduceSum", [g.op("Mul", [images, shares]), g.integers([1])], { keepdims: int(1) });
	}
	if (count === 1) return g.op("Concat", [images, images, images], { axis: int(1) });
	return channels === "rgb" ? images : g.op("Gather", [images, g.integers([2, 1, 0])], { axis: int(1) });
}

function resizeImages(g: Graph, images: Value, size: readonly [height: number, width: number]): Value {
	const [, , height, width] = images.dims;
	if (height === size[0] && width === size[1]) return images;
	const attributes = {
		mode: text("linear"),
		coordinate_transformation_mode: text("half_pixel"),
		axes: ints([2, 3]),
	};
	return g.op("Resize", [images, undefined, undefined, g.integers(size)], attributes);
}

function requireImages(shape: SampleShape): void {
	if (shape.length === 3) return;
	throw new LimbeckError("usage", {
		where: "input",
		expected: "images, samples of [channels, height, width], for size, channels and layout nhwc",
		got: `samples of [${shape.join(", ")}]`,
	});
}

/**
 * {@link preprocess} as a model of its own: input `samples` `[batch, …sampleShape]`, output `input`, for models that
 * cannot stand in a graph of ours.
 */
export function preprocessingModel(
	type: Samples["type"],
	sampleShape: SampleShape,
	preprocessing: Preprocessing,
): OnnxModel {
	const { g, input } = preprocessingGraph(type, sampleShape, preprocessing);
	return anyBatchModel(g, "preprocessing", [["input", input]]);
}

/** The shape of a sample after {@link preprocess}. @throws LimbeckError (`usage`) as that does. */
export function preprocessedShape(sampleShape: SampleShape, preprocessing: Preprocessing): SampleShape {
	return preprocessingGraph("float", sampleShape, preprocessing).input.dims.slice(1);
}

function preprocessingGraph(
	type: Samples["type"],
	sampleShape: SampleShape,
	preprocessing: Preprocessing,
): { readonly g: Graph; readonly input: Value } {
	const g = createGraph();
	// Any batch size serves: the nodes do not depend on it.
	const samples = g.input("samples", { type, dims: [1, ...sampleShape] });
	return { g, input: preprocess(g, samples, preprocessing) };
}
