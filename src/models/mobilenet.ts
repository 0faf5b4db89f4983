import { z } from "zod";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { imageOf, type ModelFamily, numbersIn } from "./family.js";
import { batchNorm, convolution, type Layers, pooledHead } from "./layers.js";

const count = (most: number): z.ZodInt => z.int().min(1).max(most);

const mobilenetOptions = z.strictObject({
	width: z.number().gt(0).max(16).default(1).describe("factor of all channels, rounded to a multiple of 8"),
	expansion: z
		.number()
		.min(1)
		.max(16)
		.default(6)
		.describe("factor of the channels inside a block; 1 in the first stage"),
	stages: z
		.array(z.tuple([count(8192), count(64), z.int().min(1).max(4)]))
		.min(1)
		.max(32)
		.default([
			[16, 1, 1],
			[24, 2, 1],
			[32, 3, 2],
			[64, 4, 2],
			[96, 3, 1],
			[160, 3, 2],
			[320, 1, 1],
		])
		.describe("stages of blocks: channels, number of blocks, stride of the first"),
	stem: count(8192).default(32).describe("channels of the first convolution, before the factor"),
	last: count(65_536).default(1280).describe("features before the head; more where width is more than 1"),
	dropout: z.number().min(0).lt(1).default(0).describe("share of features dropped before the head in training"),
});

/**
 * MobileNetV2 (Sandler et al. 2018): inverted residual blocks, in which a depthwise convolution works on expanded
 * channels. The default strides are for images of 32×32, which the original would reduce to one pixel. Parameters are
 * named as in torchvision.
 */
export const mobilenet: ModelFamily<typeof mobilenetOptions> = {
	title: "inverted residual blocks with depthwise convolutions",
	options: mobilenetOptions,
	short: { example: "0.5", means: "width" },
	parseShort: (text) => {
		const [width, ...others] = numbersIn(text, ",");
		return others.length === 0 ? { width } : undefined;
	},
	shortOf: ({ width }) => String(width),
	build(g, input, options, { classes, seed }) {
		const layers = { g, seed };
		const { width, expansion, stages } = options;
		let x = convolution(layers, imageOf(input, "mobilenet"), "features.0.0", [rounded(options.stem * width), 3]);
		x = relu6(g, batchNorm(layers, x, "features.0.1"));
		let index = 0;
		for (const [stage, [channels, blocks, stageStride]] of stages.entries()) {
			for (let block = 0; block < blocks; block++) {
				x = invertedResidual(layers, x, {
					name: `features.${String(++index)}.conv`,
					channels: rounded(channels * width),
					expansion: stage === 0 ? 1 : expansion,
					stride: block === 0 ? stageStride : 1,
				});
			}
		}
		const name = `features.${String(index + 1)}`;
		x = convolution(layers, x, `${name}.0`, [rounded(options.last * Math.max(1, width)), 1]);
		x = relu6(g, batchNorm(layers, x, `${name}.1`));
		return pooledHead(layers, x, classes, options.dropout);
	},
};

interface Block {
	readonly name: string;
	readonly channels: number;
	readonly expansion: number;
	readonly stride: number;
}

/** Expand (1×1), depthwise (3×3), project (1×1, linear); plus x where the shape is the same. */
function invertedResidual(layers: Layers, x: Value, { name, channels, expansion, stride }: Block): Value {
	const { g } = layers;
	const inputs = x.dims[1] ?? 1;
	const inside = Math.round(inputs * expansion);
	const expands = inside !== inputs;
	let y = x;
	if (expands) {
		const expanded = convolution(layers, y, `${name}.0.0`, [inside, 1]);
		y = relu6(g, batchNorm(layers, expanded, `${name}.0.1`));
	}
	const at = expands ? 1 : 0;
	const depthwise = convolution(layers, y, `${name}.${String(at)}.0`, [inside, 3], { stride, groups: inside });
	y = relu6(g, batchNorm(layers, depthwise, `${name}.${String(at)}.1`));
	const projected = convolution(layers, y, `${name}.${String(at + 1)}`, [channels, 1]);
	y = batchNorm(layers, projected, `${name}.${String(at + 2)}`);
	return stride === 1 && inputs === channels ? g.op("Add", [x, y], {}, name) : y;
}

const relu6 = (g: Graph, x: Value): Value => g.op("Clip", [x, g.scalar(0), g.scalar(6)]);

/** The nearest multiple of 8 that is not below nine tenths of `channels`; at least 8. */
function rounded(channels: number): number {
	const nearest = Math.max(8, Math.floor((channels + 4) / 8) * 8);
	return nearest < 0.9 * channels ? nearest + 8 : nearest;
}
