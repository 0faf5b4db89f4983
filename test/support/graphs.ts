/** Running small graphs in the real ONNX Runtime. */
import type { Graph } from "../../src/graph/graph.js";
import type { Value } from "../../src/graph/value.js";
import { modelOf } from "../../src/models/family.js";
import { encodeModel } from "../../src/onnx/encode.js";
import type { Tensor, TensorOf } from "../../src/onnx/tensor.js";
import { nodeRuntime } from "../../src/runtime/node.js";
import type { Session } from "../../src/runtime/runtime.js";

/** One for a test file: loading the native module takes a while. */
export const runtime = await nodeRuntime();

/** A session for the outputs, by the names given. One thread: these graphs are too small for more. */
export function compile(g: Graph, outputs: Readonly<Record<string, Value>>): Promise<Session> {
	return runtime.createSession(encodeModel(modelOf(g.toOnnx("test", Object.entries(outputs)))), { threads: 1 });
}

/** Runs a graph once. */
export async function evaluate(
	g: Graph,
	outputs: Readonly<Record<string, Value>>,
	feeds: Readonly<Record<string, Tensor>> = {},
): Promise<Readonly<Record<string, Tensor>>> {
	const session = await compile(g, outputs);
	try {
		return await session.run(feeds);
	} finally {
		await session.release();
	}
}

/** The elements of an output as numbers. */
export function numbers(outputs: Readonly<Record<string, Tensor>>, name: string): readonly number[] {
	const tensor = outputs[name];
	if (tensor === undefined) throw new Error(`no output ${name}`);
	return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

/** The one element of an output. */
export function scalar(outputs: Readonly<Record<string, Tensor>>, name: string): number {
	const [value, ...rest] = numbers(outputs, name);
	if (value === undefined || rest.length > 0) throw new Error(`output ${name} is not a scalar`);
	return value;
}

/** A tensor that gradients are checked for. */
export type RealTensor = TensorOf<"float"> | TensorOf<"double">;

/** A tensor of floats or doubles. */
export function real(type: RealTensor["type"], dims: readonly number[], values: ArrayLike<number>): RealTensor {
	return type === "float"
		? { type, dims, data: Float32Array.from(values) }
		: { type, dims, data: Float64Array.from(values) };
}

/** A tensor of int64. */
export function integers(dims: readonly number[], values: readonly number[]): Tensor {
	return { type: "int64", dims, data: BigInt64Array.from(values, BigInt) };
}
