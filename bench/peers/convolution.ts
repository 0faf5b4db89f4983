import { gradients } from "../../dist/autodiff/gradients.js";
import { int, ints } from "../../dist/graph/attributes.js";
import type { Graph } from "../../dist/graph/graph.js";
import type { Value } from "../../dist/graph/value.js";
import { modelOf } from "../../dist/models/family.js";
import { encodeModel } from "../../dist/onnx/encode.js";
import { elementCount, type Tensor } from "../../dist/onnx/tensor.js";
import { geometryOf } from "../../dist/ops/convolution-geometry.js";
import { weightGradient } from "../../dist/ops/convolution-gradient.js";
import { createGraph } from "../../dist/ops/index.js";
import { nodeRuntime } from "../../dist/runtime/node.js";
import type { ConvolutionTask } from "../convolution.js";
import type { Trainer } from "../serve.js";

/** A convolution or one of its gradients as a graph of its own; a step is one run. */
export async function prepare(task: ConvolutionTask): Promise<Trainer> {
	const runtime = await nodeRuntime();
	const g = createGraph(task.blocked ? runtime.target : {});
	const result = resultOf(g, task);
	// One element comes out: what is measured is not the copy of the others.
	const one = g.op("Gather", [g.op("Reshape", [result, g.integers([-1])]), g.integers([0])]);
	const model = modelOf(g.toOnnx("convolution", [["one", one]]));
	const session = await runtime.createSession(encodeModel(model), { threads: task.threads });
	const feeds: Readonly<Record<string, Tensor>> = Object.fromEntries(
		g.inputs.map((input) => [input.name, random(input)]),
	);
	return {
		about: `onnxruntime-node ${runtime.version}, ${String(task.threads)} threads`,
		async run(steps) {
			for (let step = 0; step < steps; step++) await session.run(feeds);
			return 0;
		},
	};
}

function resultOf(g: Graph, { what, formulation, x: xDims, w: wDims, stride, padding, group }: ConvolutionTask): Value {
	const attributes = {
		strides: ints([stride, stride]),
		pads: ints([padding, padding, padding, padding]),
		group: int(group),
	};
	const x = g.input("x", { type: "float", dims: xDims });
	// As an input they are not constant, as in training.
	const w = g.input("w", { type: "float", dims: wDims });
	const y = g.op("Conv", [x, w], attributes);
	if (what === "y") return y;
	const dy = g.input("dy", y);
	if (what === "dw") return weightGradient(g, x, dy, geometryOf(x, w, attributes), formulation);
	const [dx = x] = gradients(g, g.op("ReduceSum", [g.op("Mul", [y, dy])], { keepdims: int(0) }), [x]);
	return dx;
}

function random({ dims }: { readonly dims: readonly number[] }): Tensor {
	const data = Float32Array.from({ length: elementCount(dims) }, (_, index) => ((index * 2654435761) >>> 8) / 2 ** 24);
	return { type: "float", dims, data };
}
