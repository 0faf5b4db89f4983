/**
 * How a rate changes over a run: nodes that turn the progress of training into a factor of the base rate.
 * The same schedules serve the learning rate and the momentum.
 */
import { z } from "zod";
import { entryChoice } from "../choices.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";

/** One schedule: its options, and its factor as nodes. */
export interface Schedule<Options extends z.ZodType> {
	readonly options: Options;
	/**
	 * Adds the factor to a graph.
	 *
	 * @param progress - scalar in [0, 1): the share of the steps after warm-up that is done.
	 * @returns a scalar that multiplies the base rate.
	 */
	readonly factor: (g: Graph, progress: Value, options: z.infer<Options>) => Value;
}

const mul = (g: Graph, a: Value, b: number): Value => g.op("Mul", [a, g.scalar(b)]);
const add = (g: Graph, a: Value, b: number): Value => g.op("Add", [a, g.scalar(b)]);

const constantOptions = z.strictObject({ name: z.literal("constant") });
const cosineOptions = z.strictObject({
	name: z.literal("cosine"),
	final: z.number().min(0).max(1).default(0).describe("factor at the end"),
});
const linearOptions = z.strictObject({
	name: z.literal("linear"),
	final: z.number().min(0).default(0).describe("factor at the end; above 1 the rate grows"),
});
const stepOptions = z.strictObject({
	name: z.literal("step"),
	at: z.array(z.number().gt(0).lt(1)).min(1).describe("progress at which the rate drops, for example [0.5, 0.75]"),
	factor: z.number().gt(0).default(0.1).describe("what the rate is multiplied by at each drop"),
});
const exponentialOptions = z.strictObject({
	name: z.literal("exponential"),
	final: z.number().gt(0).default(0.01).describe("factor at the end"),
});

const constant: Schedule<typeof constantOptions> = {
	options: constantOptions,
	factor: (g) => g.scalar(1),
};

/** final + (1 − final) (1 + cos πp) / 2: Loshchilov & Hutter 2017, one period. */
const cosine: Schedule<typeof cosineOptions> = {
	options: cosineOptions,
	factor: (g, progress, { final }) =>
		add(g, mul(g, add(g, g.op("Cos", [mul(g, progress, Math.PI)]), 1), (1 - final) / 2), final),
};

/** 1 + (final − 1) p. */
const linear: Schedule<typeof linearOptions> = {
	options: linearOptions,
	factor: (g, progress, { final }) => add(g, mul(g, progress, final - 1), 1),
};

/** factor to the number of drops passed. */
const step: Schedule<typeof stepOptions> = {
	options: stepOptions,
	factor: (g, progress, { at, factor }) =>
		at.reduce((product, drop) => {
			const passed = g.op("GreaterOrEqual", [progress, g.scalar(drop)]);
			return g.op("Mul", [product, g.op("Where", [passed, g.scalar(factor), g.scalar(1)])]);
		}, g.scalar(1)),
};

/** final^p. */
const exponential: Schedule<typeof exponentialOptions> = {
	options: exponentialOptions,
	factor: (g, progress, { final }) => g.op("Exp", [mul(g, progress, Math.log(final))]),
};

/** Every schedule by name. */
export const schedules = { constant, cosine, linear, step, exponential } as const;

/** A schedule's name and options, as a recipe writes it. */
export const scheduleOptions = entryChoice(schedules);

/** A schedule's name and its options. */
export type ScheduleOptions = z.infer<typeof scheduleOptions>;

/** Where a step stands in its run. */
export interface Progress {
	/** Scalar float: the number of steps done before this one. */
	readonly step: Value;
	readonly totalSteps: number;
	readonly warmupSteps: number;
}

/**
 * A scheduled rate: `base`, a number or a scalar of the graph, times the schedule's factor, after a linear warm-up from
 * `base / warmupSteps`.
 *
 * @returns a scalar; a constant where the rate never changes and `base` is a number.
 */
export function scheduledRate(g: Graph, base: number | Value, options: ScheduleOptions, progress: Progress): Value {
	const { step: done, totalSteps, warmupSteps } = progress;
	const after = g.op("Max", [add(g, done, -warmupSteps), g.scalar(0)]);
	const share = mul(g, after, 1 / Math.max(1, totalSteps - warmupSteps));
	const factor = factorOf(g, share, options);
	const rate =
		typeof base === "number" && factor.constant !== undefined
			? g.scalar(base * Number(factor.constant.data[0]))
			: g.op("Mul", [factor, typeof base === "number" ? g.scalar(base) : base]);
	if (warmupSteps === 0) return rate;
	const warmup = g.op("Min", [mul(g, add(g, done, 1), 1 / warmupSteps), g.scalar(1)]);
	return g.op("Mul", [rate, warmup]);
}

function factorOf(g: Graph, progress: Value, options: ScheduleOptions): Value {
	// The name picks the entry whose options these are; TypeScript cannot pair them through the table.
	const schedule = schedules[options.name] as Schedule<z.ZodType<ScheduleOptions>>;
	return schedule.factor(g, progress, options);
}
