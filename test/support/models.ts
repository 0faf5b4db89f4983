/** Models as other programs write them, and what they compute. */
import { expect } from "vitest";
import type { Attributes } from "../../src/graph/attributes.js";
import { encodeModel } from "../../src/onnx/encode.js";
import type { OnnxModel, OnnxNode, OnnxValueInfo } from "../../src/onnx/model.js";
import { elementCount, type Tensor, type TensorOf } from "../../src/onnx/tensor.js";
import { createDraws } from "./draws.js";
import { runtime } from "./graphs.js";

/** A node by its operator, inputs, outputs and attributes. */
export type NodeParts = readonly [
	opType: string,
	inputs: readonly string[],
	outputs: readonly string[],
	attributes?: Attributes,
	domain?: string,
];

/** The parts of a foreign model. */
export interface ModelParts {
	readonly opset: number;
	readonly nodes: readonly NodeParts[];
	readonly inputs: readonly OnnxValueInfo[];
	readonly outputs: readonly OnnxValueInfo[];
	readonly constants?: Readonly<Record<string, Tensor>>;
	readonly valueInfos?: readonly OnnxValueInfo[];
}

/** A float value of a shape. */
export function info(name: string, dims: OnnxValueInfo["dims"]): OnnxValueInfo {
	return { name, type: "float", dims };
}

/** A model that no exporter of ours wrote. */
export function foreignModel({
	opset,
	nodes,
	inputs,
	outputs,
	constants = {},
	valueInfos = [],
}: ModelParts): OnnxModel {
	return {
		irVersion: 4,
		opsetImports: new Map([
			["", opset],
			["com.microsoft", 1],
		]),
		producerName: "test",
		producerVersion: "",
		metadata: new Map(),
		graph: {
			name: "foreign",
			nodes: nodes.map(nodeOf),
			inputs,
			outputs,
			valueInfos,
			initializers: Object.entries(constants).map(([name, tensor]) => ({ name, tensor })),
		},
	};
}

function nodeOf([opType, inputs, outputs, attributes = {}, domain = ""]: NodeParts): OnnxNode {
	return { name: "", opType, domain, inputs, outputs, attributes: new Map(Object.entries(attributes)) };
}

/** Random floats of a shape, −1 … 1, the same for the same name. */
export function randomTensor(name: string, dims: readonly number[]): TensorOf<"float"> {
	return { type: "float", dims, data: Float32Array.from(createDraws(3, name).reals(elementCount(dims), -1, 1)) };
}

/** What ONNX Runtime makes of a model. */
export async function runModel(
	model: OnnxModel,
	feeds: Readonly<Record<string, Tensor>>,
): Promise<Readonly<Record<string, Tensor>>> {
	const session = await runtime.createSession(encodeModel(model), { threads: 1 });
	try {
		return await session.run(feeds);
	} finally {
		await session.release();
	}
}

/** Both models make the same of an input, to `digits` digits after the point. */
export async function expectSame(
	before: OnnxModel,
	after: OnnxModel,
	feeds: Readonly<Record<string, Tensor>>,
	digits = 5,
): Promise<void> {
	const [wanted, got] = [await runModel(before, feeds), await runModel(after, feeds)];
	for (const [name, { type, dims, data }] of Object.entries(wanted)) {
		expect(got[name]).toMatchObject({ type, dims });
		const values = Array.from(got[name]?.data as ArrayLike<number | bigint>, Number);
		for (const [at, value] of Array.from(data as ArrayLike<number | bigint>, Number).entries()) {
			expect(values[at], `${name} at ${String(at)}`).toBeCloseTo(value, digits);
		}
	}
}
