import { z } from "zod";
import { LimbeckError } from "../errors.js";
import { int, ints } from "../graph/attributes.js";
import type { Value } from "../graph/value.js";
import { imageOf, type ModelFamily, numbersIn } from "./family.js";
import { initialWeights } from "./initializers.js";
import { dropout, type Layers, layerNorm, linear } from "./layers.js";

const share = z.number().min(0).lt(1);

const vitOptions = z.strictObject({
	patch: z.int().min(1).max(1024).default(4).describe("side of a patch, in pixels"),
	dim: z.int().min(1).max(8192).default(192).describe("numbers that stand for a patch"),
	depth: z.int().min(1).max(128).default(6).describe("blocks of attention and perceptron"),
	heads: z.int().min(1).max(256).default(3).describe("heads of each attention; a divisor of dim"),
	mlpRatio: z.number().gt(0).max(64).default(4).describe("hidden units of the perceptron over dim"),
	pool: z.enum(["class", "mean"]).default("class").describe("what the head sees: a class token, or the mean of all"),
	dropout: share.default(0).describe("share dropped after the embedding, attention and perceptron in training"),
});

type VitOptions = z.infer<typeof vitOptions>;

/**
 * Vision transformer (Dosovitskiy et al. 2021): patches of the image as a sequence, blocks that normalise first, a
 * learned embedding of positions. Initial weights as in DeiT (Touvron et al. 2021). Parameters are named as in timm,
 * except that q, k and v are three matrices.
 */
export const vit: ModelFamily<typeof vitOptions> = {
	title: "vision transformer",
	options: vitOptions,
	short: { example: "192x6", means: "dim x depth, with heads of 64" },
	parseShort: (text) => {
		const [dim = 0, depth, ...others] = numbersIn(text, "x");
		return depth === undefined || others.length > 0 ? undefined : { dim, depth, heads: dim % 64 === 0 ? dim / 64 : 1 };
	},
	shortOf: ({ dim, depth }) => `${String(dim)}x${String(depth)}`,
	build(g, input, options, { classes, seed }) {
		const layers = { g, seed };
		const { dim, heads, pool } = options;
		if (dim % heads !== 0) {
			throw new LimbeckError("usage", {
				where: "vit: heads",
				expected: `a divisor of dim, ${String(dim)}`,
				got: String(heads),
			});
		}
		const embedded = embed(layers, imageOf(input, "vit"), options);
		const tokens = embedded.dims[1] ?? 1;
		// Every token is a row: linear layers and norms see a matrix.
		let x = g.op("Reshape", [embedded, g.integers([-1, dim])]);
		for (let index = 0; index < options.depth; index++) {
			x = block(layers, x, `blocks.${String(index)}`, tokens, options);
		}
		const rows = (value: Value): Value => g.op("Reshape", [value, g.integers([-1, tokens, dim])]);
		// The norm acts on each token alone: of the others nothing is asked after the last block.
		const pooled =
			pool === "class"
				? layerNorm(layers, g.op("Gather", [rows(x), g.constant(scalarIndex)], { axis: int(1) }), "norm")
				: g.op("ReduceMean", [rows(layerNorm(layers, x, "norm")), g.integers([1])], { keepdims: int(0) });
		return linear(layers, pooled, "head", classes, "truncated-normal");
	},
};

const scalarIndex = { type: "int64", dims: [], data: BigInt64Array.of(0n) } as const;

/** Image `[batch, channels, height, width]` → tokens `[batch, tokens, dim]` with their positions. */
function embed(layers: Layers, image: Value, { patch, dim, pool, dropout: ratio }: VitOptions): Value {
	const { g, seed } = layers;
	const [, channels = 1, height = 1, width = 1] = image.dims;
	if (height % patch !== 0 || width % patch !== 0) {
		const expected = `a divisor of the image's sides, ${String(height)} and ${String(width)}`;
		throw new LimbeckError("usage", { where: "vit: patch", expected, got: String(patch) });
	}
	const [rows, columns] = [height / patch, width / patch];
	// A convolution whose stride is its kernel, as a matrix product: `[batch · patches, channels · patch²]`.
	const grid = g.op("Reshape", [image, g.integers([-1, channels, rows, patch, columns, patch])]);
	const patches = g.op("Transpose", [grid], { perm: ints([0, 2, 4, 1, 3, 5]) });
	const flat = g.op("Reshape", [patches, g.integers([-1, channels * patch * patch])]);
	const projected = linear(layers, flat, "patch_embed.proj", dim, "truncated-normal");
	const sequence = g.op("Reshape", [projected, g.integers([-1, rows * columns, dim])]);
	const tokens = rows * columns + (pool === "class" ? 1 : 0);
	const drawn = (name: string, count: number): Value =>
		g.parameter(name, { ...initialWeights("truncated-normal", name, [count, dim], seed), dims: [1, count, dim] });
	const positions = drawn("pos_embed", tokens);
	if (pool === "mean") return dropout(g, g.op("Add", [sequence, positions]), ratio);
	// A row of zeros before the patches takes the class token: no node needs the batch size.
	const before = g.op("Pad", [sequence, g.integers([0, 1, 0, 0, 0, 0])]);
	const token = g.op("Pad", [drawn("cls_token", 1), g.integers([0, 0, 0, 0, tokens - 1, 0])]);
	return dropout(g, g.op("Add", [before, g.op("Add", [token, positions])]), ratio);
}

/** x + attention(norm(x)), then x + perceptron(norm(x)); x is `[batch · tokens, dim]`. */
function block(layers: Layers, x: Value, name: string, tokens: number, options: VitOptions): Value {
	const { g } = layers;
	const { dim, mlpRatio, dropout: ratio } = options;
	const attended = attention(layers, layerNorm(layers, x, `${name}.norm1`), `${name}.attn`, tokens, options);
	const middle = g.op("Add", [x, dropout(g, attended, ratio)]);
	const normed = layerNorm(layers, middle, `${name}.norm2`);
	const hidden = linear(layers, normed, `${name}.mlp.fc1`, Math.round(dim * mlpRatio), "truncated-normal");
	const out = linear(layers, dropout(g, g.op("Gelu", [hidden]), ratio), `${name}.mlp.fc2`, dim, "truncated-normal");
	return g.op("Add", [middle, dropout(g, out, ratio)], {}, name);
}

/** softmax(q kᵀ / √d) v in every head, d numbers a head, and a linear layer over all heads. */
function attention(layers: Layers, x: Value, name: string, tokens: number, { dim, heads }: VitOptions): Value {
	const { g } = layers;
	const size = dim / heads;
	const perHead = (part: string, perm: readonly number[]): Value => {
		const projected = linear(layers, x, `${name}.${part}`, dim, "truncated-normal");
		const split = g.op("Reshape", [projected, g.integers([-1, tokens, heads, size])]);
		return g.op("Transpose", [split], { perm: ints(perm) });
	};
	const q = g.op("Mul", [perHead("q", [0, 2, 1, 3]), g.scalar(1 / Math.sqrt(size))]);
	const scores = g.op("MatMul", [q, perHead("k", [0, 2, 3, 1])]);
	const mixed = g.op("MatMul", [g.op("Softmax", [scores], { axis: int(-1) }), perHead("v", [0, 2, 1, 3])]);
	const merged = g.op("Transpose", [mixed], { perm: ints([0, 2, 1, 3]) });
	const rows = g.op("Reshape", [merged, g.integers([-1, dim])]);
	return linear(layers, rows, `${name}.proj`, dim, "truncated-normal");
}
