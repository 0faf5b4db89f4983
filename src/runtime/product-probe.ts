/** Multiplies two numbers in an engine: whether it computes, and how. */
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import { outputOf, type Runtime, type SessionOptions } from "./runtime.js";

const scalar = { type: "float", dims: [] } as const;

/** z = x y. */
const product: OnnxModel = {
	irVersion: 10,
	opsetImports: new Map([["", 21]]),
	producerName: "limbeck",
	producerVersion: "",
	metadata: new Map(),
	graph: {
		name: "probe",
		inputs: [
			{ name: "x", ...scalar },
			{ name: "y", ...scalar },
		],
		outputs: [{ name: "z", ...scalar }],
		valueInfos: [],
		initializers: [],
		nodes: [{ name: "z", opType: "Mul", domain: "", inputs: ["x", "y"], outputs: ["z"], attributes: new Map() }],
	},
};

/**
 * The product of two numbers, as one element.
 *
 * @throws LimbeckError where the engine cannot compute it so.
 */
export async function productOf(
	create: Runtime["createSession"],
	x: number,
	y: number,
	settings: SessionOptions = {},
): Promise<Float32Array> {
	const session = await create(encodeModel(product), { threads: 1, ...settings });
	try {
		const of = (value: number) => ({ ...scalar, data: Float32Array.of(value) });
		return outputOf(await session.run({ x: of(x), y: of(y) }), "z", "float").data;
	} finally {
		await session.release();
	}
}
