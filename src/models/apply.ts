import { LimbeckError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { modelOpset } from "../graph/opset.js";
import { sameDims, type Value, type ValueType } from "../graph/value.js";
import { exportedBatchKey, exportForAnyBatch, fixedBatch } from "../import/batch.js";
import { nodeName } from "../import/rewrite.js";
import { isKnown, refuseNodes } from "../import/support.js";
import type { OnnxModel, OnnxNode, OnnxValueInfo } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import { operatorOf } from "../ops/index.js";
import type { TrainingForms } from "../ops/operator.js";
import { byDistance } from "../options.js";
import { sampleDims, sampleInput } from "./input.js";
import { opaqueTypes } from "./opaque.js";

/** How a model is placed in a graph. */
export interface ApplyOptions {
	/** What stands for the model's input, `[batch, …]`. */
	readonly input: Value;
	/** Values that stand for initialisers by name, such as weights under training; the others become constants. */
	readonly parameters?: ReadonlyMap<string, Value>;
	/** The training forms of operators that have one; the model is placed as for inference where absent. */
	readonly training?: TrainingForms;
}

/** A model in a graph. */
export interface PlacedModel {
	/** Its first output, usually logits `[batch, classes]`. */
	readonly output: Value;
	/**
	 * What one of its nodes makes, by the name that the model's file has for it.
	 *
	 * @param where - who asks, for the message.
	 * @throws LimbeckError (`usage`) with near names where no node makes floats under this name.
	 */
	readonly inner: (name: string, where: string) => Value;
}

/**
 * Places a model's nodes in a graph, for the batch size of `input`.
 *
 * @returns the model's first output, usually logits `[batch, classes]`.
 * A node whose operator Limbeck does not know is kept as it is where nothing below it is trained and the file says what
 * types its outputs have.
 *
 * @throws LimbeckError (`model`) that lists every other node of an unknown operator; for a node whose operands do not
 * fit, such as a shape that was exported for one batch size; for a model that importModel has not seen.
 */
export function applyModel(g: Graph, model: OnnxModel, options: ApplyOptions): Value {
	return placeModel(g, model, options).output;
}

/** {@link applyModel}, which also gives the values inside. */
export function placeModel(g: Graph, model: OnnxModel, options: ApplyOptions): PlacedModel {
	const { input, parameters = new Map<string, Value>(), training } = options;
	const { graph } = model;
	refuseOldOperators(model);
	const declared = sampleInput(model, "model");
	refuseOtherBatch(declared, input);
	const values = new Map<string, Value>();
	for (const { name, tensor } of graph.initializers) {
		values.set(name, parameters.get(name) ?? (isSmall(tensor) ? g.constant(tensor) : g.parameter(name, tensor)));
	}
	values.set(declared.name, asDeclared(g, input, declared));
	const opaque = opaqueTypes(model, input, parameters);
	refuseNodes(graph.nodes.filter((node) => !isKnown(node) && !opaque.has(node)));
	for (const node of graph.nodes) {
		const types = opaque.get(node);
		if (types !== undefined) placeOpaque(g, node, types, values);
		else
			named(node, model, () => {
				placeNode(g, node, values, training);
			});
	}
	const [output] = graph.outputs;
	return {
		output: lookUp(values, output?.name ?? "", "the model's output"),
		inner: (name, where) => innerValue(values, graph.nodes, name, where),
	};
}

/** How many names an error lists. */
const namesTold = 8;

function innerValue(
	values: ReadonlyMap<string, Value>,
	nodes: readonly OnnxNode[],
	name: string,
	where: string,
): Value {
	const made = nodes.flatMap(({ outputs }) => outputs).filter((output) => values.get(output)?.type === "float");
	const value = made.includes(name) ? values.get(name) : undefined;
	if (value !== undefined) return value;
	throw new LimbeckError("usage", {
		where,
		expected: "the name of a value that a node of the model makes",
		got: JSON.stringify(name),
		hint: `Near names are ${byDistance(name, made).slice(0, namesTold).join(", ")}.`,
	});
}

/** A model that takes one batch size is placed for no other. */
function refuseOtherBatch(declared: OnnxValueInfo, { dims: [batch] }: Value): void {
	const fixed = fixedBatch({ inputs: [declared] });
	if (fixed === undefined || fixed === batch) return;
	throw new LimbeckError("model", {
		where: `input ${declared.name}`,
		expected: `batches of ${String(fixed)}, which alone the model takes`,
		got: String(batch),
		hint: exportForAnyBatch,
	});
}

/** The input in the shape that the model takes it in. */
function asDeclared(g: Graph, input: Value, declared: OnnxValueInfo): Value {
	const [batch = 1, ...sample] = input.dims;
	const dims = [batch, ...sampleDims(declared, sample, `input ${declared.name}`)];
	return sameDims(dims, input.dims) ? input : g.op("Reshape", [input, g.integers(dims)]);
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

/**
 * Places a node: as its entry's constants where the entry can fold it, in its training form where
 * there is one and `training` is given, else as it is. Its outputs go to `values`, where its inputs are.
 */
export function placeNode(g: Graph, node: OnnxNode, values: Map<string, Value>, training?: TrainingForms): void {
	const inputs = inputsOf(node, values);
	const attributes = Object.fromEntries(node.attributes);
	const { train, fold } = operatorOf(node.opType) ?? {};
	const outputs =
		fold?.(inputs, attributes)?.map((tensor) => g.constant(tensor)) ??
		(training === undefined || train === undefined
			? g.ops(node.opType, inputs, attributes, placedName(node))
			: train(g, inputs, attributes, training));
	setOutputs(node, outputs, values);
}

/** Places a node whose operator nobody knows, with the output types that the file gives. */
function placeOpaque(g: Graph, node: OnnxNode, types: readonly ValueType[], values: Map<string, Value>): void {
	const attributes = Object.fromEntries(node.attributes);
	const outputs = g.add(node.opType, node.domain, inputsOf(node, values), types, attributes, placedName(node));
	setOutputs(node, outputs, values);
}

/** The name of what a node makes: the node's own, told from the outputs of the graph around it. */
function placedName(node: OnnxNode): string {
	return `${node.opType}/${nodeName(node)}`;
}

function inputsOf(node: OnnxNode, values: ReadonlyMap<string, Value>): readonly (Value | undefined)[] {
	return node.inputs.map((name) => (name === "" ? undefined : lookUp(values, name, nodeName(node))));
}

function setOutputs({ outputs }: OnnxNode, placed: readonly Value[], values: Map<string, Value>): void {
	for (const [index, name] of outputs.entries()) {
		const value = placed[index];
		if (name !== "" && value !== undefined) values.set(name, value);
	}
}

/** Names the node in errors about what does not fit, and the batch size of the export as a likely cause. */
function named(node: OnnxNode, { metadata }: OnnxModel, work: () => void): void {
	try {
		work();
	} catch (error) {
		if (!(error instanceof LimbeckError) || error.category !== "model") throw error;
		const { where, expected, got, hint } = error;
		const batch = metadata.get(exportedBatchKey);
		const mend =
			batch === undefined
				? hint
				: `The model was exported for a batch of ${batch}, on which this node depends. ${exportForAnyBatch}`;
		throw new LimbeckError("model", {
			where: `${nodeName(node)} (${node.opType}): ${where}`,
			expected,
			got,
			...(mend === undefined ? {} : { hint: mend }),
			cause: error,
		});
	}
}

function lookUp(values: ReadonlyMap<string, Value>, name: string, user: string): Value {
	const value = values.get(name);
	if (value !== undefined) return value;
	throw new LimbeckError("model", { where: user, expected: `a value named "${name}" before it`, got: "none" });
}

function refuseOldOperators({ opsetImports }: OnnxModel): void {
	const version = opsetImports.get("") ?? modelOpset;
	if (version >= modelOpset) return;
	throw new LimbeckError("model", {
		where: "opset",
		expected: `version ${modelOpset} or later`,
		got: String(version),
		hint: "Pass the model through importModel first.",
	});
}
