import type { z } from "zod";
import { LimbeckError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { modelIrVersion, modelOpset } from "../graph/opset.js";
import type { Value } from "../graph/value.js";
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from "../onnx/model.js";

/** What a model is built for. */
export interface ModelTask {
	/** `[channels, height, width]` of an image, `[features]` of a table row, `[channels, length]` of a signal. */
	readonly sampleShape: readonly number[];
	readonly classes: number;
	/** The fewest outputs that make sense; two where absent. */
	readonly fewest?: number;
	/** Decides the initial weights. */
	readonly seed: number;
}

/** A family of models: its options, and how to build one. */
export interface ModelFamily<Options extends z.ZodObject> {
	/** One line for people. */
	readonly title: string;
	readonly options: Options;
	/** What may follow the family's name and a colon in short: `resnet:8x4`. */
	readonly short: { readonly example: string; readonly means: string };
	/** The options that a short form means, not checked; `undefined` where it is none. A number may be NaN. */
	readonly parseShort: (text: string) => z.input<Options> | undefined;
	/** The short form of some options, as far as it tells them: what stands after the name and a colon. */
	readonly shortOf: (options: z.infer<Options>) => string;
	/** Units of each hidden layer, where it is made of nothing else; absent for other networks. */
	readonly hiddenUnits?: (options: z.infer<Options>) => readonly number[];
	/** Adds the network to `g`. `input` is `[batch, …sampleShape]`; the result is logits `[batch, classes]`. */
	readonly build: (g: Graph, input: Value, options: z.infer<Options>, task: ModelTask) => Value;
}

/** The numbers of a text, or NaN where there is something else. */
export function numbersIn(text: string, separator: string): number[] {
	return text.split(separator).map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
}

/**
 * An input that must be images `[batch, channels, height, width]`.
 *
 * @throws LimbeckError (`usage`) for another rank.
 */
export function imageOf(input: Value, family: string): Value {
	if (input.dims.length === 4) return input;
	throw new LimbeckError("usage", {
		where: `model ${family}`,
		expected: "images: samples of [channels, height, width]",
		got: `samples of [${input.dims.slice(1).join(", ")}]`,
		hint: "The family mlp takes samples of any shape.",
	});
}

/** A model around a graph that is made of our operators. */
export function modelOf(graph: OnnxGraph): OnnxModel {
	const others = [...domainsIn(graph)].filter((domain) => domain !== "").map((domain) => [domain, 1] as const);
	const opsetImports = new Map([["", modelOpset], ...others]);
	return {
		irVersion: modelIrVersion,
		opsetImports,
		producerName: "limbeck",
		producerVersion: "",
		graph,
		metadata: new Map(),
	};
}

/** The domains of a graph's operators, its bodies' included. */
function domainsIn({ nodes }: OnnxGraph): ReadonlySet<string> {
	const inside = ({ attributes }: OnnxNode): readonly string[] =>
		[...attributes.values()].flatMap((attribute) =>
			attribute.kind === "graph" ? [...domainsIn(attribute.value)] : [],
		);
	return new Set(nodes.flatMap((node) => [node.domain, ...inside(node)]));
}

/** A network as a classifier for any batch size, with the output `logits` `[batch, classes]`. */
export function classifierOf(g: Graph, logits: Value): OnnxModel {
	return anyBatchModel(g, "classifier", [["logits", logits]]);
}

/** A graph that was built for one batch size and serves any, as a model: all inputs and outputs are `[batch, …]`. */
export function anyBatchModel(
	g: Graph,
	name: string,
	outputs: readonly (readonly [name: string, value: Value])[],
): OnnxModel {
	const graph = g.toOnnx(name, outputs);
	const anyBatch = (info: OnnxValueInfo): OnnxValueInfo => ({
		...info,
		dims: info.dims?.map((dim, axis) => (axis === 0 ? "batch" : dim)),
	});
	return modelOf({ ...graph, inputs: graph.inputs.map(anyBatch), outputs: graph.outputs.map(anyBatch) });
}
