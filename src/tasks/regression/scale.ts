/** A network that learned in units of the labels' deviation, as one that answers in the labels' own. */
import { LimbeckError } from "../../errors.js";
import type { OnnxModel, OnnxNode } from "../../onnx/model.js";
import type { TensorOf } from "../../onnx/tensor.js";
import type { Scale } from "../task.js";

/** What the output of a network of numbers is called. */
const outputName = "values";

/** The constants of the two nodes that {@link inOwnUnits} adds. */
const constants = { std: "values/std", mean: "values/mean" } as const;

/**
 * The network with its output times the deviation plus the mean, called `values`.
 *
 * @throws LimbeckError (`model`) for a network without an output.
 */
export function inOwnUnits(model: OnnxModel, { mean, std }: Scale): OnnxModel {
	const { graph } = model;
	const [output, ...others] = graph.outputs;
	if (output === undefined) {
		throw new LimbeckError("model", { where: "network", expected: "an output", got: "none" });
	}
	const row = (values: readonly number[]): TensorOf<"float"> => ({
		type: "float",
		dims: [values.length],
		data: Float32Array.from(values),
	});
	const node = (opType: string, inputs: readonly string[], made: string): OnnxNode => ({
		name: made,
		opType,
		domain: "",
		inputs,
		outputs: [made],
		attributes: new Map(),
	});
	const nodes = [
		...graph.nodes,
		node("Mul", [output.name, constants.std], "values/scaled"),
		node("Add", ["values/scaled", constants.mean], outputName),
	];
	const initializers = [
		...graph.initializers,
		{ name: constants.std, tensor: row(std) },
		{ name: constants.mean, tensor: row(mean) },
	];
	return { ...model, graph: { ...graph, nodes, initializers, outputs: [{ ...output, name: outputName }, ...others] } };
}
