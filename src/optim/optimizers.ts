/** Optimizers: pure functions from (parameter, gradient, state) to (parameter, state), written as nodes. */
import { z } from "zod";
import { entryChoice } from "../choices.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";

/** What one update of one parameter sees. `learningRate`, `rateRatio`, `momentum` and `step` are scalars. */
export interface Update<State extends string> {
	readonly parameter: Value;
	/** The gradient of the loss; times the learning rate where the optimizer wants it so. */
	readonly gradient: Value;
	/** State of the parameter's shape; zeros before the first step. */
	readonly state: Readonly<Record<State, Value>>;
	readonly learningRate: Value;
	/** The learning rate over that of the step before; absent where it never changes. */
	readonly rateRatio?: Value;
	readonly momentum: Value;
	/** 1 at the first step. */
	readonly step: Value;
}

/** One optimizer: its options, the names of its state, and its update. */
export interface Optimizer<Options extends z.ZodType, State extends string> {
	readonly options: Options;
	readonly state: readonly State[];
	/** Whether `update` wants its gradient multiplied by the learning rate, which costs nothing further up. */
	readonly wantsScaledGradient: boolean;
	/** Adds one parameter's update to a graph. */
	readonly update: (
		g: Graph,
		update: Update<State>,
		options: z.infer<Options>,
	) => { readonly parameter: Value; readonly state: Readonly<Record<State, Value>> };
}

const rate = z.number().gt(0).max(1000);
const decay = z.number().min(0).lt(1);

const sgdOptions = z.strictObject({
	name: z.literal("sgd"),
	learningRate: rate.default(0.1).describe("base learning rate"),
	momentum: decay.default(0.9).describe("share of the last update that is kept"),
	nesterov: z.boolean().default(false).describe("look ahead along the momentum (Nesterov)"),
	weightDecay: z.number().min(0).default(0).describe("L2 penalty, added to the gradient"),
});

/**
 * v ← μ v + g, w ← w − η v; Nesterov: w ← w − η (g + μ v). PyTorch's form; Sutskever et al. 2013.
 *
 * The state is u = η v, so that a step passes over the weights' memory three times and not four:
 * u ← μ (η / η₋₁) u + η g, w ← w − u, with η₋₁ the rate of the step before. Twice for large matrices while the rate
 * stays as it is, where u is added in the product that g is.
 */
const sgd: Optimizer<typeof sgdOptions, "velocity"> = {
	options: sgdOptions,
	state: ["velocity"],
	wantsScaledGradient: true,
	update(g, { parameter, gradient, state, learningRate, rateRatio, momentum }, { nesterov, weightDecay }) {
		const kept = rateRatio === undefined ? momentum : g.op("Mul", [momentum, rateRatio]);
		const decay = weightDecay === 0 ? undefined : g.op("Mul", [learningRate, g.scalar(weightDecay)]);
		const decayed = decay === undefined ? gradient : g.op("Add", [gradient, g.op("Mul", [parameter, decay])]);
		const velocity = scaledSum(g, decayed, state.velocity, kept);
		const change = nesterov ? g.op("Add", [g.op("Mul", [velocity, momentum]), decayed]) : velocity;
		return { parameter: g.op("Sub", [parameter, change]), state: { velocity } };
	},
};

/** Elements of a matrix above which a pass over it is worth saving: fewer stay in a cache between passes. */
const largeMatrix = 2 ** 21;

/** gradient + factor · state. For a large matrix that is itself a product, one product that starts from the state. */
function scaledSum(g: Graph, gradient: Value, state: Value, factor: Value): Value {
	const node = g.nodes.findLast(({ outputs }) => outputs[0] === gradient);
	const beta = factor.constant?.data[0];
	const isBareProduct = node?.opType === "Gemm" && node.inputs[2] === undefined;
	if (!isBareProduct || typeof beta !== "number" || elementCount(state.dims) < largeMatrix) {
		return g.op("Add", [g.op("Mul", [state, factor]), gradient]);
	}
	const [a, b] = node.inputs;
	return g.op("Gemm", [a, b, state], { ...node.attributes, beta: { kind: "float", value: beta } });
}

const adamShape = {
	learningRate: rate.default(0.001).describe("base learning rate"),
	momentum: decay.default(0.9).describe("β₁: share of the gradient's running mean that is kept"),
	beta2: decay.default(0.999).describe("β₂: share of the squared gradient's running mean that is kept"),
	epsilon: z.number().gt(0).default(1e-8).describe("keeps the division finite"),
};
const adamOptions = z.strictObject({
	name: z.literal("adam"),
	...adamShape,
	weightDecay: z.number().min(0).default(0).describe("L2 penalty, added to the gradient"),
});
const adamwOptions = z.strictObject({
	name: z.literal("adamw"),
	...adamShape,
	weightDecay: z.number().min(0).default(0.01).describe("share of each weight removed per step, times the rate"),
});

type Moments = "mean" | "square";

/**
 * m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g²,
 * w ← w − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε): Kingma & Ba 2015.
 */
function adamUpdate(
	g: Graph,
	{ parameter, gradient, state, learningRate, momentum, step }: Update<Moments>,
	{ momentum: beta1, beta2, epsilon }: { readonly momentum: number; readonly beta2: number; readonly epsilon: number },
): { readonly parameter: Value; readonly state: Readonly<Record<Moments, Value>> } {
	const one = g.scalar(1);
	const rest = g.op("Sub", [one, momentum]);
	const mean = g.op("Add", [g.op("Mul", [state.mean, momentum]), g.op("Mul", [gradient, rest])]);
	const squared = g.op("Mul", [g.op("Mul", [gradient, gradient]), g.scalar(1 - beta2)]);
	const square = g.op("Add", [g.op("Mul", [state.square, g.scalar(beta2)]), squared]);
	// 1 − βᵗ
	const correction = (beta: number): Value =>
		beta === 0 ? one : g.op("Sub", [one, g.op("Exp", [g.op("Mul", [step, g.scalar(Math.log(beta))])])]);
	// √(v / c₂) + ε = (√v + ε √c₂) / √c₂: the corrections act on scalars.
	const root = g.op("Sqrt", [correction(beta2)]);
	const denominator = g.op("Add", [g.op("Sqrt", [square]), g.op("Mul", [root, g.scalar(epsilon)])]);
	const size = g.op("Mul", [learningRate, g.op("Div", [root, correction(beta1)])]);
	const change = g.op("Mul", [g.op("Div", [mean, denominator]), size]);
	return { parameter: g.op("Sub", [parameter, change]), state: { mean, square } };
}

/** Adam; weight decay is an L2 penalty in the gradient, as in PyTorch's `Adam`. */
const adam: Optimizer<typeof adamOptions, Moments> = {
	options: adamOptions,
	state: ["mean", "square"],
	wantsScaledGradient: false,
	update(g, update, options) {
		if (options.weightDecay === 0) return adamUpdate(g, update, options);
		const penalty = g.op("Mul", [update.parameter, g.scalar(options.weightDecay)]);
		return adamUpdate(g, { ...update, gradient: g.op("Add", [update.gradient, penalty]) }, options);
	},
};

/** Adam with the weight decay apart from the gradient, w ← (1 − η λ) w: Loshchilov & Hutter 2019. */
const adamw: Optimizer<typeof adamwOptions, Moments> = {
	options: adamwOptions,
	state: ["mean", "square"],
	wantsScaledGradient: false,
	update(g, update, options) {
		if (options.weightDecay === 0) return adamUpdate(g, update, options);
		const kept = g.op("Sub", [g.scalar(1), g.op("Mul", [update.learningRate, g.scalar(options.weightDecay)])]);
		return adamUpdate(g, { ...update, parameter: g.op("Mul", [update.parameter, kept]) }, options);
	},
};

/** Every optimizer by name. */
export const optimizers = { sgd, adam, adamw } as const;

/** An optimizer's name and options, as a recipe writes it. */
export const optimizerOptions = entryChoice(optimizers);

/** An optimizer's name and its options. */
export type OptimizerOptions = z.infer<typeof optimizerOptions>;

/** The entry of an optimizer, with its own types forgotten: the options decide which it is. */
export function optimizerOf({ name }: OptimizerOptions): Optimizer<z.ZodType<OptimizerOptions>, string> {
	// The name picks the entry whose options these are; TypeScript cannot pair them through the table.
	return optimizers[name] as unknown as Optimizer<z.ZodType<OptimizerOptions>, string>;
}
