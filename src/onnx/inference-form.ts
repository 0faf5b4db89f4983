/**
 * Nodes in their training form, in the form that answers: exports that were made while training have BatchNormalization
 * with the statistics of the batch, whose answers depend on the samples that are asked together, and Dropout that drops.
 */
import type { Notice } from "../notices.js";
import { fedInputs, type OnnxGraph, type OnnxModel, type OnnxNode } from "./model.js";
import { modelError, quote } from "./model-error.js";
import type { Tensor } from "./tensor.js";
import { namesUsed } from "./topological-order.js";

const exportInstead =
	"Export it in inference form: call eval on the model before torch.onnx.export, and leave out training=TrainingMode.TRAINING.";

/** The constants of a graph by name, those of `Constant` nodes with them. */
type Constants = ReadonlyMap<string, Tensor | undefined>;

/** What a rule may ask of the graph around a node. */
interface Around {
	/** Version of ONNX's operators. */
	readonly opset: number;
	readonly constants: Constants;
	/** The node that makes a value. */
	readonly makerOf: (name: string) => OnnxNode | undefined;
	/** Whether something uses a value. */
	readonly isUsed: (name: string) => boolean;
	/** Whether a value depends on what the model is fed with; weights and what is made of them do not. */
	readonly isFed: (name: string) => boolean;
	/** What to call the node in messages. */
	readonly place: string;
}

/** A kind of node that has a training form. */
interface TrainingForm {
	readonly isTraining: (node: OnnxNode, around: Around) => boolean;
	/** The same node for inference; throws where there is none. */
	readonly inference: (node: OnnxNode, around: Around) => OnnxNode;
	/** What is to be known of it, after the number and the names of the nodes; `undefined` for nothing. */
	readonly told: (node: OnnxNode, around: Around) => string | undefined;
}

const runningTold =
	"normalised each batch by its own statistics; read in inference form, with the running statistics in the file.";
const batchTold =
	"normalise by the statistics of the batch itself, since the file has no others: an answer depends on the samples " +
	"that are asked with it.";

const integerAttribute = ({ attributes }: OnnxNode, name: string): number | undefined => {
	const attribute = attributes.get(name);
	return attribute?.kind === "int" ? attribute.value : undefined;
};

const withInteger = (node: OnnxNode, name: string, value: number): OnnxNode => ({
	...node,
	attributes: new Map([...node.attributes, [name, { kind: "int", value }]]),
});

const trainingForms: Readonly<Record<string, TrainingForm>> = {
	BatchNormalization: {
		// From version 14 an attribute says so, from 7 on the outputs do, and before that `is_test`.
		isTraining: (node, { opset }) => {
			if (opset >= 14) return integerAttribute(node, "training_mode") === 1;
			const statistics = node.outputs.slice(1).some((name) => name !== "");
			return statistics || (opset < 7 && (integerAttribute(node, "is_test") ?? 0) === 0);
		},
		inference: (node, around) => {
			refuseUsedStatistics(node, around);
			refuseOtherStatistics(node, around);
			const alone = { ...node, outputs: node.outputs.slice(0, 1) };
			if (around.opset >= 14) return withInteger(alone, "training_mode", 0);
			return around.opset < 7 ? withInteger(alone, "is_test", 1) : alone;
		},
		told: ({ inputs }, { constants, isFed }) => {
			if (!isFed(inputs[0] ?? "")) return undefined;
			return constants.has(inputs[3] ?? "") ? runningTold : batchTold;
		},
	},
	Dropout: {
		isTraining: (node, { opset, constants }) => {
			if (opset < 7) return (integerAttribute(node, "is_test") ?? 0) === 0;
			const mode = opset < 12 ? undefined : constants.get(node.inputs[2] ?? "");
			return mode?.type === "bool" && mode.data[0] === 1;
		},
		inference: (node, { opset }) =>
			opset < 7 ? withInteger(node, "is_test", 1) : { ...node, inputs: node.inputs.slice(0, 2) },
		told: () => "dropped values at random; read in inference form, in which every value passes.",
	},
};

/** The statistics of a batch have no meaning outside training. */
function refuseUsedStatistics({ outputs }: OnnxNode, { isUsed, place }: Around): void {
	const used = outputs.slice(1).find((name) => name !== "" && isUsed(name));
	if (used === undefined) return;
	throw modelError(place, "inference form", `training form, of which ${quote(used)} is used`, exportInstead);
}

/**
 * Running statistics are constants. A normalisation that has none computes those of what it normalises, such as the
 * weights of a standardised convolution, beside it: they are what its training form takes.
 */
function refuseOtherStatistics({ inputs }: OnnxNode, { constants, makerOf, isFed, place }: Around): void {
	const fits = (name = ""): boolean =>
		isFed(inputs[0] ?? "") && constants.has(name) ? true : /^(?:ReduceMean|Div|Mul)$/.test(makerOf(name)?.opType ?? "");
	if (fits(inputs[3]) && fits(inputs[4])) return;
	const got = `training form, with ${inputs.slice(3, 5).map(quote).join(" and ") || "none"}`;
	throw modelError(place, "running statistics of the values that it normalises", got, exportInstead);
}

/** How many names a notice lists. */
const namesListed = 3;

/**
 * A model with its nodes in inference form, and a notice that says so. Nodes must be in order.
 *
 * @throws LimbeckError (`model`) for a node whose training form has no inference form.
 */
export function inInferenceForm(model: OnnxModel, where: string): OnnxModel {
	const changed: Changed[] = [];
	const opset = model.opsetImports.get("") ?? 1;
	const graph = inferenceGraph(model.graph, { opset, where, changed, outer: new Map() });
	const kinds = new Map<string, Changed[]>();
	for (const one of changed) kinds.set(one.told, [...(kinds.get(one.told) ?? []), one]);
	const notices = Array.from(kinds.values(), (some) => noticeOf(some, where));
	return notices.length === 0
		? { ...model, graph }
		: { ...model, graph, notices: [...(model.notices ?? []), ...notices] };
}

/** A node that was changed, and what is to be known of it. */
interface Changed {
	readonly opType: string;
	readonly name: string;
	readonly told: string;
}

function noticeOf(some: readonly Changed[], where: string): Notice {
	const names = some.map(({ name }) => name);
	const listed = names.slice(0, namesListed).map(quote).join(", ") + (names.length > namesListed ? ", …" : "");
	const { opType = "", told = "" } = some[0] ?? {};
	const nodes = names.length === 1 ? `the ${opType} node` : `${String(names.length)} ${opType} nodes`;
	return {
		code: "training-form",
		text: `${where}: ${nodes} ${listed} ${told}`,
		hint: "A model that is exported in evaluation mode has that form itself.",
	};
}

interface Pass {
	readonly opset: number;
	readonly where: string;
	readonly changed: Changed[];
	/** Constants of the graphs around. */
	readonly outer: Constants;
}

function inferenceGraph(graph: OnnxGraph, pass: Pass): OnnxGraph {
	const constants = constantsOf(graph, pass.outer);
	const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
	const fed = valuesFed(graph);
	const used = new Set([...graph.nodes.flatMap(namesUsed), ...graph.outputs.map(({ name }) => name)]);
	const nodes = graph.nodes.map((original) => {
		const node = withBodies(original, { ...pass, outer: constants });
		const form = node.domain === "" ? trainingForms[node.opType] : undefined;
		const name = node.name === "" ? (node.outputs[0] ?? "") : node.name;
		const around: Around = {
			opset: pass.opset,
			constants,
			makerOf: (value) => makers.get(value),
			isUsed: (value) => used.has(value),
			// What a body takes from around it counts as fed.
			isFed: (value) => fed.has(value) || (!makers.has(value) && !constants.has(value)),
			place: `${pass.where}, node ${quote(name)} (${node.opType})`,
		};
		if (form?.isTraining(node, around) !== true) return node;
		const told = form.told(node, around);
		if (told !== undefined) pass.changed.push({ opType: node.opType, name, told });
		return form.inference(node, around);
	});
	return { ...graph, nodes };
}

/** The values that depend on what a graph is fed with. */
function valuesFed(graph: OnnxGraph): ReadonlySet<string> {
	const fed = new Set(fedInputs(graph).map(({ name }) => name));
	for (const node of graph.nodes) {
		if (namesUsed(node).some((name) => fed.has(name))) for (const name of node.outputs) fed.add(name);
	}
	return fed;
}

function withBodies(node: OnnxNode, pass: Pass): OnnxNode {
	if (![...node.attributes.values()].some(({ kind }) => kind === "graph")) return node;
	const attributes = Array.from(node.attributes, ([name, one]) => {
		const body = one.kind === "graph" ? { kind: one.kind, value: inferenceGraph(one.value, pass) } : one;
		return [name, body] as const;
	});
	return { ...node, attributes: new Map(attributes) };
}

/** The operators that leave a constant one. */
const passing = new Set(["Identity", "Cast"]);

function constantsOf({ initializers, nodes }: OnnxGraph, outer: Constants): Constants {
	const constants = new Map<string, Tensor | undefined>(outer);
	for (const { name, tensor } of initializers) constants.set(name, tensor);
	for (const { opType, domain, inputs, outputs, attributes } of nodes) {
		const [output = ""] = outputs;
		const [input = ""] = inputs;
		if (domain !== "") continue;
		if (opType === "Constant") {
			const value = attributes.get("value");
			constants.set(output, value?.kind === "tensor" ? value.value : undefined);
		} else if (passing.has(opType) && constants.has(input)) constants.set(output, constants.get(input));
	}
	return constants;
}
