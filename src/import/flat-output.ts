import { int } from "../graph/attributes.js";
import type { OnnxModel, OnnxValueInfo } from "../onnx/model.js";
import { onnxNode } from "./rewrite.js";

/**
 * How many classes an output `[batch, classes]` has, or one with more dimensions of size 1 such as
 * `[batch, classes, 1, 1]`; `undefined` where the file does not say, or it is none such.
 */
export function classesOfOutput({ dims }: Pick<OnnxValueInfo, "dims">): number | undefined {
	const sample = dims?.slice(1) ?? [];
	const sizes = sample.filter((size) => size !== 1);
	const [size = 1, ...others] = sizes;
	return sample.length > 0 && others.length === 0 && typeof size === "number" ? size : undefined;
}

/** The same model with a first output `[batch, classes]` where it gives that with more dimensions of size 1. */
export function withFlatOutput(model: OnnxModel): OnnxModel {
	const { graph } = model;
	const [output, ...others] = graph.outputs;
	const classes = output && classesOfOutput(output);
	if (output?.dims === undefined || output.dims.length === 2 || classes === undefined) return model;
	// The output keeps its name; what stands before the new node takes another.
	const before = freshName(model, `${output.name}/unflattened`);
	const inner = (name: string): string => (name === output.name ? before : name);
	const nodes = graph.nodes.map((node) => ({
		...node,
		inputs: node.inputs.map(inner),
		outputs: node.outputs.map(inner),
	}));
	const [batch = ""] = output.dims;
	return {
		...model,
		graph: {
			...graph,
			nodes: [...nodes, onnxNode("Flatten", [before], [output.name], { axis: int(1) })],
			outputs: [{ ...output, dims: [batch, classes] }, ...others],
			valueInfos: graph.valueInfos.filter(({ name }) => name !== output.name),
		},
	};
}

function freshName({ graph }: OnnxModel, base: string): string {
	const taken = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
	let name = base;
	while (taken.has(name)) name += "_";
	return name;
}
