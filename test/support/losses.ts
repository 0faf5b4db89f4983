/** Objectives on small batches in ONNX Runtime. */
import { expect } from "vitest";
import { gradients } from "../../src/autodiff/gradients.js";
import type { Graph } from "../../src/graph/graph.js";
import type { Value } from "../../src/graph/value.js";
import { type LossOptions, losses, lossOf } from "../../src/losses/index.js";
import type { InnerValues } from "../../src/losses/loss.js";
import { createGraph } from "../../src/ops/index.js";
import { createDraws } from "./draws.js";
import { evaluate, integers, numbers, type RealTensor, real, scalar } from "./graphs.js";

const none = (name: string): Value => {
	throw new Error(`no value ${name}`);
};
const noInner: InnerValues = { student: none, teacher: none, parameter: none };

/** A batch: `batch` rows of logits, and a label for each. */
export interface Batch {
	readonly student: readonly (readonly number[])[];
	readonly teacher: readonly (readonly number[])[];
	readonly labels: readonly number[];
	/** Labels of other tasks than classification, `[batch, outputs]`, in their place. */
	readonly marks?: readonly (readonly number[])[];
	/** Of the teacher's answers. */
	readonly variance?: readonly (readonly number[])[];
}

/** What an objective gives. */
export interface Result {
	readonly value: number;
	/** ∂ loss / ∂ student, `[batch, classes]`, row by row. */
	readonly gradient: readonly (readonly number[])[];
}

/** Rows as a tensor. */
export const matrix = (rows: readonly (readonly number[])[], type: RealTensor["type"] = "double"): RealTensor =>
	real(type, [rows.length, rows[0]?.length ?? 0], rows.flat());

/** Adds an objective to a graph: half of the run is done. */
export function buildOn(
	g: Graph,
	options: LossOptions,
	student: Value,
	{ teacher, labels, marks, variance }: Batch,
	progress = 0.5,
): Value {
	const type = student.type === "float" ? "float" : "double";
	const ofClasses = lossOf(options).tasks.includes("classification");
	return lossOf(options).build(
		g,
		{
			student,
			teacher: g.parameter("teacher", matrix(teacher, type)),
			labels: g.parameter("labels", ofClasses ? integers([labels.length], labels) : matrix(marks ?? teacher, type)),
			variance: g.parameter("variance", matrix(variance ?? teacher.map((row) => row.map(() => 0.5)), type)),
			progress: g.scalar(progress),
			inner: noInner,
		},
		options,
	);
}

/** An objective's value and gradient. */
export async function run(
	options: LossOptions,
	batch: Batch,
	type: RealTensor["type"] = "double",
	progress = 0.5,
): Promise<Result> {
	const g = createGraph();
	const student = g.parameter("student", matrix(batch.student, type));
	const loss = buildOn(g, options, student, batch, progress);
	expect(loss.dims).toEqual([]);
	const [gradient] = gradients(g, loss, [student]);
	if (gradient === undefined) throw new Error("no gradient");
	const outputs = await evaluate(g, { loss, gradient });
	const flat = numbers(outputs, "gradient");
	const classes = batch.student[0]?.length ?? 0;
	return {
		value: scalar(outputs, "loss"),
		gradient: batch.student.map((_, row) => flat.slice(row * classes, (row + 1) * classes)),
	};
}

/** Random logits and labels. */
export function drawBatch(seed: number, batch: number, classes: number, spread = 3): Batch {
	const draws = createDraws(seed, "logits");
	const rows = (): Batch["student"] => Array.from({ length: batch }, () => draws.reals(classes, -spread, spread));
	return {
		student: rows(),
		teacher: rows(),
		labels: Array.from({ length: batch }, () => draws.integer(0, classes - 1)),
		marks: Array.from({ length: batch }, () => Array.from({ length: classes }, () => draws.integer(0, 1))),
		variance: Array.from({ length: batch }, () => draws.reals(classes, 0, 2)),
	};
}

/** Probabilities at a temperature. */
export function softmax(logits: readonly number[], temperature: number): readonly number[] {
	const powers = logits.map((z) => Math.exp(z / temperature));
	const sum = powers.reduce((a, b) => a + b, 0);
	return powers.map((power) => power / sum);
}

/** Expects numbers to be within `tolerance` of others. */
export function expectClose(got: readonly number[], expected: readonly number[], tolerance = 1e-12): void {
	expect(got).toHaveLength(expected.length);
	for (const [i, value] of expected.entries()) expect(Math.abs((got[i] ?? NaN) - value)).toBeLessThan(tolerance);
}

/** Objectives by their most used options. */
export const softTargets = (temperature: number, hardWeight = 0): LossOptions => ({
	name: "soft-targets",
	temperature,
	hardWeight,
	standardize: false,
});
export const standardized = (temperature: number, hardWeight = 0): LossOptions => ({
	name: "soft-targets",
	temperature,
	hardWeight,
	standardize: true,
});
export const labelSmoothing = (smoothing: number): LossOptions => ({ name: "label-smoothing", smoothing });
export const dkd = (options: object = {}): LossOptions => losses.dkd.options.parse({ name: "dkd", ...options });
export const dist = (options: object = {}): LossOptions => losses.dist.options.parse({ name: "dist", ...options });
export const crossEntropy: LossOptions = { name: "cross-entropy" };
export const logitMatching: LossOptions = { name: "logit-matching" };
export const additive: LossOptions = { name: "additive" };
