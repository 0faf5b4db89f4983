import type { z } from "zod";
import { int } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount, type TensorOf } from "../onnx/tensor.js";
import { scaled } from "../ops/rules.js";
import type { TaskName } from "../tasks/names.js";

/**
 * What a loss may look at: answers `[batch, outputs]`, such as logits; labels as the task has them, int64 `[batch]` of
 * classes, float `[batch, outputs]` of others.
 */
export interface LossInputs {
	readonly student: Value;
	readonly teacher: Value;
	readonly labels: Value;
	/** The variance of the teacher's answers, `[batch, outputs]`, where they are numbers. */
	readonly variance: Value;
	/** The share of the run's steps that is done, a float scalar in [0, 1). */
	readonly progress: Value;
	readonly inner: InnerValues;
}

/** Values inside the two models by name, and what the objective learns beside the student. */
export interface InnerValues extends InnerActivations {
	/** One of the objective's own parameters. */
	readonly parameter: (name: string) => Value;
}

/** What nodes inside the two models make. */
export interface InnerActivations {
	/** @throws LimbeckError (`usage`) that lists near names where there is no such value. */
	readonly student: (name: string) => Value;
	/** @throws LimbeckError (`usage`) as for the student, and where the teacher is not in the graph. */
	readonly teacher: (name: string) => Value;
}

/** A parameter of an objective: trained along with the student, and no part of it. */
export interface LossParameter {
	readonly name: string;
	readonly dims: readonly number[];
	/** Its first value. */
	readonly initial: (seed: number) => TensorOf<"float">;
}

/**
 * Where a recipe may name an objective. `labels`: for a network without a teacher, or in a mixture; `teacher`: for a
 * student of one, or in a mixture; `inside`: in a mixture, beside one on outputs; `internal`: nowhere, only plans of ours
 * do.
 */
export type LossRole = "labels" | "teacher" | "inside" | "internal";

/**
 * One objective. Every loss here is summed over the classes of a sample and averaged over the batch, unless its
 * formula says otherwise, and is built from log-softmaxes, so that it stays finite for logits of any size. What is
 * softened by a temperature T is multiplied by T².
 */
export interface Loss<
	Options extends z.ZodType,
	Needs extends keyof LossInputs = keyof LossInputs,
	Role extends LossRole = LossRole,
> {
	readonly role: Role;
	/** The tasks that it suits. */
	readonly tasks: readonly TaskName[];
	/** An object with its `name`, which is described by one line for people, and its options. */
	readonly options: Options;
	/** Which inputs `build` reads. */
	readonly needs: (options: z.infer<Options>) => readonly Needs[];
	/** The temperatures by which it softens the teacher's answers; none where absent. */
	readonly temperatures?: (options: z.infer<Options>) => readonly number[];
	/** Whether a weight in it changes over training; it does not where absent. */
	readonly isScheduled?: (options: z.infer<Options>) => boolean;
	/** The option that weighs the labels: at 0 it needs none. Absent where no option does that. */
	readonly labelWeight?: string;
	/** The objectives that it is made of; itself alone where absent. */
	readonly parts?: (options: z.infer<Options>) => readonly { readonly name: string }[];
	/** The same with what is learned of the teacher over these classes alone; absent where it cannot be. */
	readonly overClasses?: (options: z.infer<Options>, classes: readonly number[]) => z.infer<Options>;
	/** What it learns itself, for models with these values inside; nothing where absent. */
	readonly parameters?: (options: z.infer<Options>, inner: InnerActivations) => readonly LossParameter[];
	/**
	 * Adds the objective to a graph; gives the loss, a scalar.
	 *
	 * @throws LimbeckError (`usage`) where it makes no sense for these shapes.
	 */
	readonly build: (g: Graph, inputs: Pick<LossInputs, Needs>, options: z.infer<Options>) => Value;
}

/** An entry of the table of objectives: its types are found from its options, its role and what it needs. */
export function defineLoss<Options extends z.ZodType, Needs extends keyof LossInputs, Role extends LossRole>(
	loss: Loss<Options, Needs, Role>,
): Loss<Options, Needs, Role> {
	return loss;
}

/** The mean over the batch of a sum over classes: Σ x / batch, for x `[batch, classes]`. */
export function batchMean(g: Graph, x: Value): Value {
	return scaled(g, g.op("ReduceSum", [x], { keepdims: int(0) }), 1 / (x.dims[0] ?? 1));
}

/** The mean of all elements. */
export function meanOfAll(g: Graph, x: Value): Value {
	return scaled(g, g.op("ReduceSum", [x], { keepdims: int(0) }), 1 / elementCount(x.dims));
}

/** log softmax(z / T), `[batch, classes]`. */
export function logSoftmax(g: Graph, logits: Value, temperature = 1): Value {
	const softened = temperature === 1 ? logits : scaled(g, logits, 1 / temperature);
	return g.op("LogSoftmax", [softened], { axis: int(-1) });
}

/** mean_batch KL(p ‖ q) of distributions that are given by their logarithms, `[batch, classes]`. */
export function divergence(g: Graph, logP: Value, logQ: Value): Value {
	return batchMean(g, g.op("Mul", [g.op("Exp", [logP]), g.op("Sub", [logP, logQ])]));
}

/** Σ_k w_k x_k of scalars; terms of weight 0 are left out. At least one weight must differ from 0. */
export function weightedSum(g: Graph, terms: readonly (readonly [weight: number, build: () => Value])[]): Value {
	const built = terms.flatMap(([weight, build]) => {
		if (weight === 0) return [];
		return weight === 1 ? [build()] : [scaled(g, build(), weight)];
	});
	return built.reduce((sum, term) => g.op("Add", [sum, term]));
}
