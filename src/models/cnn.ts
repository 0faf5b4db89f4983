import { z } from "zod";
import { int, ints } from "../graph/attributes.js";
import type { Value } from "../graph/value.js";
import { imageOf, type ModelFamily, numbersIn } from "./family.js";
import { batchNorm, convolution, type Layers, pooledHead } from "./layers.js";

const cnnOptions = z.strictObject({
	channels: z
		.array(z.int().min(1).max(8192))
		.min(1)
		.max(16)
		.default([32, 64, 128])
		.describe("channels of each block, first to last; each block but the last halves the image"),
	convolutions: z.int().min(1).max(16).default(2).describe("convolutions of each block"),
	kernel: z.int().min(1).max(31).default(3).describe("side of a convolution's kernel, in pixels"),
	normalize: z.boolean().default(true).describe("whether batch normalisation follows each convolution"),
	dropout: z.number().min(0).lt(1).default(0).describe("share of features dropped before the head in training"),
});

type CnnOptions = z.infer<typeof cnnOptions>;

/**
 * Blocks of (convolution, batch normalisation, ReLU), as VGG stacks them (Simonyan & Zisserman 2015), with max pooling
 * between blocks and the mean over the image at the end.
 */
export const cnn: ModelFamily<typeof cnnOptions> = {
	title: "blocks of convolutions with pooling between them",
	options: cnnOptions,
	short: { example: "32,64,128", means: "channels of each block" },
	parseShort: (text) => ({ channels: numbersIn(text, ",") }),
	shortOf: ({ channels }) => channels.join(),
	build(g, input, options, { classes, seed }) {
		const layers = { g, seed };
		const { channels } = options;
		const features = channels.reduce(
			(x, width, index) => {
				const made = block(layers, x, `blocks.${String(index)}`, width, options);
				return index + 1 < channels.length ? halved(layers, made) : made;
			},
			imageOf(input, "cnn"),
		);
		return pooledHead(layers, features, classes, options.dropout);
	},
};

function block(layers: Layers, input: Value, name: string, channels: number, options: CnnOptions): Value {
	const { kernel, normalize } = options;
	let x = input;
	for (let index = 1; index <= options.convolutions; index++) {
		x = convolution(layers, x, `${name}.conv${String(index)}`, [channels, kernel], { bias: !normalize });
		if (normalize) x = batchNorm(layers, x, `${name}.bn${String(index)}`);
		x = layers.g.op("Relu", [x], {}, index === options.convolutions ? name : "Relu");
	}
	return x;
}

/** Max pooling over 2×2; an image of one row or column keeps it. */
function halved({ g }: Layers, x: Value): Value {
	const window = ints(x.dims.slice(2).map((side) => Math.min(2, side)));
	return g.op("MaxPool", [x], { kernel_shape: window, strides: window, ceil_mode: int(1) });
}
