import { z } from "zod";
import type { Value } from "../graph/value.js";
import { imageOf, type ModelFamily, numbersIn } from "./family.js";
import { batchNorm, convolution, type Layers, pooledHead } from "./layers.js";

const resnetOptions = z.strictObject({
	depth: z
		.int()
		.min(8)
		.max(1202)
		.refine((depth) => depth % 6 === 2, "6n + 2, such as 8, 14, 20, 32, 56 or 110")
		.default(20)
		.describe("layers with weights, 6n + 2: three stages of n blocks of two convolutions"),
	width: z.number().gt(0).max(64).default(1).describe("factor of the stages' 16, 32 and 64 channels"),
	stem: z
		.int()
		.min(1)
		.max(8192)
		.optional()
		.describe("channels of the first convolution; 16, or half of the first stage's where those are more than 32"),
	zeroInit: z
		.boolean()
		.default(false)
		.describe("whether each block starts as the identity: γ = 0 in its last normalisation"),
	dropout: z.number().min(0).lt(1).default(0).describe("share of features dropped before the head in training"),
});

/**
 * Residual networks for small images: a 3×3 convolution, three stages of basic blocks, the mean over the image (He et
 * al. 2016, "Deep residual learning", §4.2). A block that changes the shape has a 1×1 convolution with batch
 * normalisation in its shortcut. `8x4` is depth 8 at width 4, as the literature of distillation names it (Tian et al.
 * 2020, "Contrastive representation distillation").
 */
export const resnet: ModelFamily<typeof resnetOptions> = {
	title: "residual network for small images",
	options: resnetOptions,
	short: { example: "8x4", means: "depth, or depth x width" },
	parseShort: (text) => {
		const [depth, width = 1, ...others] = numbersIn(text, "x");
		return others.length === 0 ? { depth, width } : undefined;
	},
	shortOf: ({ depth, width }) => `${String(depth)}x${String(width)}`,
	build(g, input, { depth, width, stem, zeroInit, dropout }, { classes, seed }) {
		const layers = { g, seed };
		const stages = [16, 32, 64].map((channels) => Math.max(1, Math.round(channels * width)));
		const first = stem ?? Math.max(16, (stages[0] ?? 16) / 2);
		let x = convolution(layers, imageOf(input, "resnet"), "conv1", [Math.round(first), 3]);
		x = g.op("Relu", [batchNorm(layers, x, "bn1")]);
		for (const [stage, channels] of stages.entries()) {
			for (let block = 0; block < (depth - 2) / 6; block++) {
				const name = `layer${String(stage + 1)}.${String(block)}`;
				const stride = block === 0 && stage > 0 ? 2 : 1;
				x = basicBlock(layers, x, { name, channels, stride, gamma: zeroInit ? 0 : 1 });
			}
		}
		return pooledHead(layers, x, classes, dropout);
	},
};

interface Block {
	readonly name: string;
	readonly channels: number;
	readonly stride: number;
	/** γ of the last normalisation at first. */
	readonly gamma: number;
}

/** relu(x + bn(conv(relu(bn(conv(x)))))). */
function basicBlock(layers: Layers, x: Value, { name, channels, stride, gamma }: Block): Value {
	const { g } = layers;
	const first = convolution(layers, x, `${name}.conv1`, [channels, 3], { stride });
	const activated = g.op("Relu", [batchNorm(layers, first, `${name}.bn1`)]);
	const second = convolution(layers, activated, `${name}.conv2`, [channels, 3]);
	const residual = batchNorm(layers, second, `${name}.bn2`, gamma);
	const same = stride === 1 && x.dims[1] === channels;
	const shortcut = same
		? x
		: batchNorm(
				layers,
				convolution(layers, x, `${name}.downsample.0`, [channels, 1], { stride }),
				`${name}.downsample.1`,
			);
	return g.op("Relu", [g.op("Add", [residual, shortcut])], {}, name);
}
