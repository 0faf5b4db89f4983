import type { z } from "zod";
import { int } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";

/** What a loss may look at. Logits are `[batch, classes]`, labels are int64 `[batch]`. */
export interface LossInputs {
	readonly student: Value;
	readonly teacher: Value;
	readonly labels: Value;
}

/**
 * One objective. Every loss here is summed over the classes of a sample and averaged over the batch, unless its
 * formula says otherwise, and is built from log-softmaxes, so that it stays finite for logits of any size.
 */
export interface Loss<Options extends z.ZodType, Needs extends keyof LossInputs = keyof LossInputs> {
	readonly options: Options;
	/** Which inputs `build` reads. */
	readonly needs: readonly Needs[];
	/** Adds the objective to a graph; gives the loss, a scalar. */
	readonly build: (g: Graph, inputs: Pick<LossInputs, Needs>, options: z.infer<Options>) => Value;
}

/** The mean over the batch of a sum over classes: Σ x / batch, for x `[batch, classes]`. */
export function batchMean(g: Graph, x: Value): Value {
	const sum = g.op("ReduceSum", [x], { keepdims: int(0) });
	return g.op("Mul", [sum, g.scalar(1 / (x.dims[0] ?? 1), x)]);
}

/** log softmax(z / T), `[batch, classes]`. */
export function logSoftmax(g: Graph, logits: Value, temperature = 1): Value {
	const scaled = temperature === 1 ? logits : g.op("Mul", [logits, g.scalar(1 / temperature, logits)]);
	return g.op("LogSoftmax", [scaled], { axis: int(-1) });
}
