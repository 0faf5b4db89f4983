/** A classifier as it is shipped: one input, one output, any batch size. */

import type { Normalization, PixelScale, SampleShape, Samples } from "../data/data-set.js";
import { LimbeckError } from "../errors.js";
import { sameDims } from "../graph/value.js";
import { exportForAnyBatch, fixedBatch } from "../import/batch.js";
import { importModel } from "../import/index.js";
import { nodeName, onnxNode } from "../import/rewrite.js";
import { isKnown } from "../import/support.js";
import { modelOf } from "../models/family.js";
import { sampleDims, sampleInput } from "../models/input.js";
import type { OnnxGraph, OnnxModel } from "../onnx/model.js";
import { decisions } from "../predict/decisions/index.js";
import { type Chosen, preprocessingKey, withClassifierMetadata } from "../predict/metadata.js";
import { taskOf } from "../tasks/index.js";
import { defaultTask, type TaskName } from "../tasks/names.js";
import { type Classifier, readOutput } from "../train/ensemble.js";
import { preprocessingModel } from "../train/preprocess.js";
import { renameValues, renaming } from "./rename.js";

/** What a shipped model is for. */
export interface DeployTask extends Partial<Pick<Classifier, "output" | "outputs" | "order">> {
	/** What is answered; classes where absent. */
	readonly task?: TaskName | undefined;
	/** What was chosen for it on the validation split, where it stays as it is. */
	readonly chosen?: Chosen | undefined;
	readonly sampleShape: SampleShape;
	readonly classes: readonly string[];
	readonly normalization: Normalization;
	/** Names of the columns that its inputs are, for a table. */
	readonly features?: readonly string[];
	/** What pixels that are not bytes are scaled by, where that is known. */
	readonly pixelScale?: PixelScale;
	/** The model's file, for messages. */
	readonly where: string;
}

/** What the output of a shipped model is called: `logits`, or `values` where they are numbers in their units. */
export function outputNameFor({ task = defaultTask }: { readonly task?: TaskName | undefined }): "logits" | "values" {
	return decisions[task].output;
}

/** Whether samples are images that libraries can prepare: grey or red, green and blue. */
export function isImage([channels, height, width, ...others]: SampleShape): boolean {
	return others.length === 0 && height !== undefined && width !== undefined && (channels === 1 || channels === 3);
}

/** The input of a shipped model; transformers.js feeds images by that name. */
export function inputNameFor(sampleShape: SampleShape): string {
	return isImage(sampleShape) ? "pixel_values" : "input";
}

/**
 * A model in the form that is shipped, in float32: `pixel_values` or `input`, normalised samples
 * `[batch, …sampleShape]`, to `logits` or `values` `[batch, classes]`. The output is chosen as a teacher's is; a last
 * Softmax or Sigmoid that makes probabilities is left out; what no output needs goes.
 *
 * @throws LimbeckError (`model`) that names every node of an operator that Limbeck does not know; for a quantised model,
 * control flow, an input that the samples do not fit, or several inputs.
 */
export function deployable(model: OnnxModel, task: DeployTask): OnnxModel {
	const { task: name, chosen, sampleShape, classes, normalization, features, pixelScale, where } = task;
	const outputName = outputNameFor(task);
	const imported = importModel(readOutput({ ...task, model }, classes, taskOf(task)).model, sampleShape);
	refuseUnknown(imported, where);
	const batch = fixedBatch(imported.graph);
	if (batch !== undefined) {
		throw new LimbeckError("model", {
			where,
			expected: "a model that takes batches of any size",
			got: `one that takes batches of ${String(batch)} alone`,
			hint: exportForAnyBatch,
		});
	}
	const [output] = imported.graph.outputs;
	const input = sampleInput(imported, where);
	if (input.type !== "float" || output === undefined) {
		const got = `${JSON.stringify(input.name)} (${input.type})`;
		throw new LimbeckError("model", { where, expected: "a float input and an output", got });
	}
	const inputName = inputNameFor(sampleShape);
	const dims = sampleDims(input, sampleShape, where);
	const reshaped = !sameDims(dims, sampleShape);
	const renamed = renameValues(
		imported,
		freeing(
			imported.graph,
			new Map([
				[input.name, reshaped ? "reshaped" : inputName],
				[output.name, outputName],
			]),
		),
	);
	const shape = { type: "int64", dims: [dims.length + 1], data: BigInt64Array.from([-1, ...dims], BigInt) } as const;
	const { graph } = renamed;
	return withClassifierMetadata(
		modelOf(
			pruned({
				...graph,
				name: "classifier",
				inputs: [{ name: inputName, type: "float", dims: ["batch", ...sampleShape] }],
				outputs: [{ name: outputName, type: "float", dims: ["batch", classes.length] }],
				valueInfos: [],
				initializers: reshaped
					? [...graph.initializers, { name: "reshaped/shape", tensor: shape }]
					: graph.initializers,
				nodes: reshaped
					? [onnxNode("Reshape", [inputName, "reshaped/shape"], ["reshaped"]), ...graph.nodes]
					: graph.nodes,
			}),
		),
		{ task: name, chosen, classes, normalization, features, pixelScale, shipped: outputName },
	);
}

/** The renaming of a table, which gives other values that have one of the new names a name of their own. */
function freeing(graph: OnnxGraph, table: ReadonlyMap<string, string>): (name: string) => string {
	const wanted = new Set([...table.values(), "reshaped/shape"]);
	const taken = [...graph.initializers.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)];
	const others = taken.filter((name) => wanted.has(name) && !table.has(name));
	return renaming(new Map([...others.map((name) => [name, `${name}/inner`] as const), ...table]));
}

function refuseUnknown({ graph }: OnnxModel, where: string): void {
	const unknown = graph.nodes.filter((node) => !isKnown(node));
	if (unknown.length === 0) return;
	throw new LimbeckError("model", {
		where,
		expected: "operators that Limbeck knows, to convert them",
		got: unknown.map((node) => `${nodeName(node)} (${node.opType})`).join(", "),
	});
}

/** The graph without nodes and constants that no output needs. */
function pruned(graph: OnnxGraph): OnnxGraph {
	const needed = new Set(graph.outputs.map(({ name }) => name));
	const nodes = graph.nodes.toReversed().filter(({ inputs, outputs }) => {
		if (!outputs.some((name) => needed.has(name))) return false;
		for (const name of inputs) needed.add(name);
		return true;
	});
	return {
		...graph,
		nodes: nodes.reverse(),
		initializers: graph.initializers.filter(({ name }) => needed.has(name)),
	};
}

/**
 * A shipped model that takes samples as they are stored and normalises them itself, in float32.
 *
 * @param type - of the stored samples; bytes stay bytes up to the model's input.
 */
export function withPreprocessing(
	model: OnnxModel,
	type: Samples["type"],
	{ sampleShape, normalization }: Pick<DeployTask, "sampleShape" | "normalization">,
): OnnxModel {
	const inputName = inputNameFor(sampleShape);
	const front = preprocessingModel(type, sampleShape, normalization);
	const { graph } = renameValues(front, (name) => {
		if (name === "samples") return inputName;
		return name === "input" ? "normalized" : `normalize/${name}`;
	});
	const bodyInput = model.graph.inputs[0]?.name ?? inputName;
	const body = renameValues(model, renaming(new Map([[bodyInput, "normalized"]]))).graph;
	return {
		...model,
		metadata: new Map([...model.metadata].filter(([key]) => key !== preprocessingKey)),
		graph: {
			...body,
			inputs: graph.inputs,
			initializers: [...graph.initializers, ...body.initializers],
			nodes: [...graph.nodes, ...body.nodes],
		},
	};
}
