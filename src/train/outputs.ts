/** A classifier's numbers as logits in a graph. */
import { z } from "zod";
import { int } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { formNames, leastProbability, lowestFinite, type OutputForm } from "../predict/output-form.js";

/** The option that says what a classifier's outputs are. */
export const outputsOption = z
	.enum(["auto", ...formNames])
	.default("auto")
	.describe("what the numbers are; auto: as the last operator or the values on some training samples say");

/** How a classifier's numbers are read. */
export interface Reading {
	readonly form: OutputForm;
	/** Which of its outputs are the data's classes, in their order; all in order where absent. */
	readonly select?: readonly number[];
	/** Whether it gives one number for two classes: the logit of the second against the first. */
	readonly pair?: true;
}

/** The logits of a classifier's numbers, in a graph. */
const readers: Readonly<Record<OutputForm, (g: Graph, answer: Value) => Value>> = {
	logits: (_, answer) => answer,
	// log max(p, 10⁻¹²).
	probabilities: logarithm,
	percentages: (g, answer) => logarithm(g, g.op("Mul", [answer, g.scalar(0.01)])),
	"log-probabilities": (g, answer) => g.op("Max", [answer, g.scalar(lowestFinite)]),
	// log p − log (1 − p).
	sigmoid: (g, answer) => g.op("Sub", [logarithm(g, answer), logarithm(g, g.op("Sub", [g.scalar(1), answer]))]),
};

function logarithm(g: Graph, answer: Value): Value {
	return g.op("Log", [g.op("Max", [answer, g.scalar(leastProbability)])]);
}

/**
 * A classifier's numbers as logits `[batch, classes]` in a graph: log max(p, 10⁻¹²) of probabilities; logits and
 * log-probabilities, which are logits, no lower than −1000 where they were −∞. One number z for two classes becomes 0
 * and z. Outputs that are not chosen are left out; a softmax distributes their share over the others.
 */
export function logitsOf(g: Graph, answer: Value, { form, select, pair }: Reading): Value {
	const own = readers[form](g, answer);
	const logits = pair === true ? g.op("Concat", [g.op("Mul", [own, g.scalar(0)]), own], { axis: int(1) }) : own;
	return select === undefined ? logits : g.op("Gather", [logits, g.integers(select)], { axis: int(1) });
}
