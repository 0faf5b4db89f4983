/** A specialist's outputs: its classes, and one for all others together, the dustbin. */
import { LimbeckError } from "../errors.js";
import { int } from "../graph/attributes.js";
import type { OnnxInitializer, OnnxModel, OnnxNode } from "../onnx/model.js";

/** Which classes a specialist is for. */
export interface SpecialistTask {
	/** Its classes, in the order of its outputs. */
	readonly special: readonly number[];
	/** All classes. */
	readonly classes: number;
}

/**
 * A specialist from a generalist (Hinton et al. 2015, §5.2): logits `[batch, special + 1]`, the dustbin last. It starts
 * out agreeing with the generalist exactly: the dustbin's logit is log Σ exp of all logits that are not special, so its
 * softmax gives every class of its own the generalist's probability, and the dustbin the sum of the others'.
 *
 * No single row of weights can do that. So the generalist's last layer stays whole and is trained through the sum: the
 * dustbin may look like many different things, and with the whole softmax the same network is the specialist of §6.1.
 * It costs the generalist's last layer. Weights keep their names; those that `train` leaves out stay the generalist's.
 *
 * @param generalist - its first output is logits `[batch, classes]`; must have passed importModel.
 * @throws LimbeckError (`usage`) for classes that are not some of them, each once; (`model`) where the model declares
 * other outputs.
 */
export function specialistModel(generalist: OnnxModel, { special, classes }: SpecialistTask): OnnxModel {
	checkSpecial(special, classes);
	const inside = new Set(special);
	const others = Array.from({ length: classes }, (_, c) => c).filter((c) => !inside.has(c));
	const constants = { special, others, axis: [1] };
	const along = new Map([["axis", int(1)]]);
	const model = withNodes(generalist, classes, special.length + 1, (logits, name) => ({
		nodes: [
			{ opType: "Gather", inputs: [logits, name("special")], output: name("own"), attributes: along },
			{ opType: "Gather", inputs: [logits, name("others")], output: name("rest"), attributes: along },
			{
				opType: "ReduceLogSumExp",
				inputs: [name("rest"), name("axis")],
				output: name("sum"),
				attributes: new Map([["keepdims", int(1)]]),
			},
			{ opType: "Concat", inputs: [name("own"), name("sum")], output: name("logits"), attributes: along },
		],
		constants: Object.entries(constants).map(([key, values]) => ({
			name: name(key),
			tensor: { type: "int64", dims: [values.length], data: BigInt64Array.from(values, BigInt) },
		})),
	}));
	return { ...model, metadata: new Map([...model.metadata].filter(([key]) => key !== "limbeck.classes")) };
}

/**
 * A specialist with a number added to its dustbin's logit, such as {@link samplingCorrection}.
 *
 * @param specialist - logits `[batch, special + 1]`, the dustbin last.
 * @param special - how many classes are its own.
 * @throws LimbeckError (`model`) where the model declares other outputs.
 */
export function shiftDustbin(specialist: OnnxModel, special: number, shift: number): OnnxModel {
	const data = new Float32Array(special + 1).fill(shift, special);
	return withNodes(specialist, special + 1, special + 1, (logits, name) => ({
		nodes: [{ opType: "Add", inputs: [logits, name("shift")], output: name("shifted"), attributes: new Map() }],
		constants: [{ name: name("shift"), tensor: { type: "float", dims: [special + 1], data } }],
	}));
}

/** What stands behind a model's logits; the last node makes the new ones. */
export interface Ending {
	readonly nodes: readonly (Pick<OnnxNode, "opType" | "inputs" | "attributes"> & { readonly output: string })[];
	readonly constants: readonly OnnxInitializer[];
}

/**
 * A model with more nodes behind its logits; all else in it is as it was.
 *
 * @param before - how many logits it has; after: how many it has then.
 * @throws LimbeckError (`model`) where it declares another number.
 */
export function withNodes(
	model: OnnxModel,
	before: number,
	after: number,
	end: (logits: string, name: (key: string) => string) => Ending,
): OnnxModel {
	const { graph } = model;
	const [output, ...others] = graph.outputs;
	const width = output?.dims?.at(-1);
	if (output === undefined || (typeof width === "number" && width !== before)) {
		const [expected, got] = [`an output [batch,${String(before)}]`, `[${output?.dims?.join() ?? ""}]`];
		throw new LimbeckError("model", { where: "specialist", expected, got });
	}
	const { nodes, constants } = end(output.name, (key) => `specialist/${key}`);
	const added = nodes.map(({ output: made, ...node }) => ({ ...node, name: made, domain: "", outputs: [made] }));
	const logits = { ...output, name: nodes.at(-1)?.output ?? output.name, dims: ["batch", after] };
	return {
		...model,
		graph: {
			...graph,
			nodes: [...graph.nodes, ...added],
			initializers: [...graph.initializers, ...constants],
			outputs: [logits, ...others],
		},
	};
}

/**
 * What to add to the logit of the dustbin of a specialist that saw its classes more often than they are: the log of the
 * odds that they had in training over their true odds (Hinton et al. 2015, §5.2).
 *
 * By Bayes' rule a class's posterior is in proportion to its prior. Training at the shares s of special samples and 1 − s
 * of others, where t and 1 − t are true, multiplies special classes by s / t and the dustbin by (1 − s) / (1 − t): the
 * logit that undoes it, up to a constant for all, is log[s (1 − t) / (t (1 − s))] for the dustbin.
 *
 * @param trained - s, the share of special samples in training, usually a half.
 * @param actual - t, their share in the data.
 * @throws LimbeckError (`usage`) for shares that are not between 0 and 1.
 */
export function samplingCorrection(trained: number, actual: number): number {
	for (const [where, share] of Object.entries({ trained, actual })) {
		if (share > 0 && share < 1) continue;
		const expected = "a share between 0 and 1, without them";
		throw new LimbeckError("usage", { where: `sampling correction: ${where}`, expected, got: String(share) });
	}
	return Math.log((trained * (1 - actual)) / (actual * (1 - trained)));
}

/** The label of each class in a specialist: its place among the special ones, or the dustbin, after them. */
export function specialistLabels(special: readonly number[], classes: number): Uint32Array {
	checkSpecial(special, classes);
	const labels = new Uint32Array(classes).fill(special.length);
	for (const [place, c] of special.entries()) labels[c] = place;
	return labels;
}

/** Refuses classes that are not some of all, each once. */
export function checkSpecial(special: readonly number[], classes: number): void {
	const valid = special.every((c) => Number.isInteger(c) && c >= 0 && c < classes);
	const some = special.length > 0 && special.length < classes;
	if (valid && some && new Set(special).size === special.length) return;
	throw new LimbeckError("usage", {
		where: "specialist",
		expected: `some of ${String(classes)} classes, each once, and one or more left for the dustbin`,
		got: special.join(", "),
	});
}
