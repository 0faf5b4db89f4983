import { LimbeckError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import type { OnnxModel, OnnxNode } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import { operatorOf } from "../ops/index.js";
import type { TrainingForms } from "../ops/operator.js";

/** How a model is placed in a graph. */
export interface ApplyOptions {
	/** What stands for the model's input, `[batch, …]`. */
	readonly input: Value;
	/** Values that stand for initialisers by name, such as weights under training; the others become constants. */
	readonly parameters?: ReadonlyMap<string, Value>;
	/** The training forms of operators that have one; the model is placed as for inference where absent. */
	readonly training?: TrainingForms;
}

/**
 * Places a model's nodes in a graph, for the batch size of `input`.
 *
 * @returns the model's first output, usually logits `[batch, classes]`.
 * @throws LimbeckError (`model`) that lists every node whose operator Limbeck does not know.
 */
export function applyModel(g: Graph, model: OnnxModel, options: ApplyOptions): Value {
	const { input, parameters = new Map<string, Value>(), training } = options;
	const { graph } = model;
	refuseOldOperators(model);
	refuseUnknownOperators(graph.nodes);
	const values = new Map<string, Value>();
	for (const { name, tensor } of graph.initializers) {
		values.set(name, parameters.get(name) ?? (isSmall(tensor) ? g.constant(tensor) : g.parameter(name, tensor)));
	}
	for (const declared of graph.inputs) if (!values.has(declared.name)) values.set(declared.name, input);
	for (const node of graph.nodes) placeNode(g, node, values, training);
	const [output] = graph.outputs;
	return lookUp(values, output?.name ?? "", "the model's output");
}

/**
 * The large constants of a model as values of `g`, to give as `parameters` wherever the model is placed in its bodies.
 *
 * @param prefix - put before their names, so that several models fit in one graph.
 */
export function placeWeights(g: Graph, { graph }: OnnxModel, prefix = ""): ReadonlyMap<string, Value> {
	const large = graph.initializers.filter(({ tensor }) => !isSmall(tensor));
	return new Map(large.map(({ name, tensor }) => [name, g.parameter(prefix + name, tensor)]));
}

/** Whether a constant is kept where it is used, and equal ones once: scalars, shapes, axes. */
function isSmall({ data }: Tensor): boolean {
	return data.length <= 16;
}

function placeNode(g: Graph, node: OnnxNode, values: Map<string, Value>, training: TrainingForms | undefined): void {
	const inputs = node.inputs.map((name) => (name === "" ? undefined : lookUp(values, name, node.name)));
	const attributes = Object.fromEntries(node.attributes);
	const { train, fold } = operatorOf(node.opType) ?? {};
	const folded = fold?.(inputs, attributes)?.map((tensor) => g.constant(tensor));
	const outputs =
		folded ??
		(training === undefined || train === undefined
			? g.ops(node.opType, inputs, attributes)
			: train(g, inputs, attributes, training));
	for (const [index, name] of node.outputs.entries()) {
		const value = outputs[index];
		if (name !== "" && value !== undefined) values.set(name, value);
	}
}

function lookUp(values: ReadonlyMap<string, Value>, name: string, user: string): Value {
	const value = values.get(name);
	if (value !== undefined) return value;
	throw new LimbeckError("model", { where: user, expected: `a value named "${name}" before it`, got: "none" });
}

/** Our operator entries hold from this version on: axes became inputs, softmaxes took one axis. */
const oldestOpset = 18;

function refuseOldOperators({ opsetImports }: OnnxModel): void {
	const version = opsetImports.get("") ?? oldestOpset;
	if (version >= oldestOpset) return;
	throw new LimbeckError("model", {
		where: "opset",
		expected: `version ${oldestOpset} or later`,
		got: String(version),
		hint: "Export the model again with a newer opset, or convert it with onnx.version_converter.",
	});
}

function refuseUnknownOperators(nodes: readonly OnnxNode[]): void {
	const unknown = nodes.filter(
		({ opType, domain }) => (operatorOf(opType)?.domain ?? "") !== domain || !operatorOf(opType),
	);
	if (unknown.length === 0) return;
	throw new LimbeckError("model", {
		where: unknown.map(({ name, opType }) => `${name} (${opType})`).join(", "),
		expected: "operators that Limbeck can train through",
		got: [...new Set(unknown.map(({ opType }) => opType))].join(", "),
		hint: "Replace these nodes, or use the model as a teacher in evaluation only.",
	});
}
