import { modelOf } from "../models/family.js";
import type { OnnxGraph, OnnxModel, OnnxValueInfo } from "../onnx/model.js";

/**
 * A model around a graph that was built for one size and runs with any.
 *
 * @param names - of the dimensions of each input and output.
 */
export function modelOfAnySize(graph: OnnxGraph, names: Readonly<Record<string, readonly string[]>>): OnnxModel {
	const freed = (info: OnnxValueInfo): OnnxValueInfo => ({ ...info, dims: names[info.name] });
	return modelOf({ ...graph, inputs: graph.inputs.map(freed), outputs: graph.outputs.map(freed) });
}
