import fc from "fast-check";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { decodeModel } from "./decode.js";
import { encodeModel } from "./encode.js";
import type { OnnxAttribute, OnnxGraph, OnnxInitializer, OnnxModel, OnnxNode, OnnxValueInfo } from "./model.js";
import { type DataType, dataTypes, type Tensor, tensorArrays } from "./tensor.js";

const text = fc.string({ unit: "binary", maxLength: 40 });
const name = fc.string({ unit: "binary", minLength: 1, maxLength: 200 });
const integer = fc.maxSafeInteger();
const float = fc.float();
// Object.keys widens the keys of the table to string.
const dataType = fc.constantFrom(...(Object.keys(dataTypes) as DataType[]));

const tensor: fc.Arbitrary<Tensor> = fc
	.record({ type: dataType, dims: fc.array(fc.nat(3), { maxLength: 3 }), seed: fc.nat(255) })
	.map(({ type, dims, seed }) => {
		const bytes = dims.reduce((product, dim) => product * dim, tensorArrays[type].BYTES_PER_ELEMENT);
		const raw = Uint8Array.from({ length: bytes }, (_, i) =>
			type === "bool" ? (seed + i) % 2 : (seed + 37 * i) % 255,
		);
		const data = new tensorArrays[type](raw.buffer);
		// Integers of 4 bits are kept one a byte.
		if (type === "int4" || type === "uint4")
			for (const at of data.keys()) data[at] = ((raw[at] ?? 0) % 16) - (type === "int4" ? 8 : 0);
		return { type, dims, data } as Tensor;
	});

const valueInfo: fc.Arbitrary<OnnxValueInfo> = fc.record({
	name,
	type: dataType,
	dims: fc.option(fc.array(fc.oneof(fc.nat(), text), { maxLength: 4 }), { nil: undefined }),
});

const initializer: fc.Arbitrary<OnnxInitializer> = fc.record({ name, tensor });

/** Any graph whose values are each defined once; nothing else about it makes sense. */
const { graph } = fc.letrec<{ graph: OnnxGraph; node: OnnxNode; attribute: OnnxAttribute }>((tie) => ({
	attribute: fc.oneof(
		{ depthSize: "small", withCrossShrink: true },
		fc.record({ kind: fc.constant("int" as const), value: integer }),
		fc.record({ kind: fc.constant("float" as const), value: float }),
		fc.record({ kind: fc.constant("string" as const), value: text }),
		fc.record({ kind: fc.constant("ints" as const), value: fc.array(integer) }),
		fc.record({ kind: fc.constant("floats" as const), value: fc.array(float) }),
		fc.record({ kind: fc.constant("strings" as const), value: fc.array(text) }),
		fc.record({ kind: fc.constant("tensor" as const), value: tensor }),
		fc.record({ kind: fc.constant("graph" as const), value: tie("graph") }),
	),
	node: fc.record({
		name: text,
		opType: name,
		domain: text,
		inputs: fc.array(text, { maxLength: 3 }),
		outputs: fc.constant([]),
		attributes: fc.array(fc.tuple(name, tie("attribute")), { maxLength: 3 }).map((entries) => new Map(entries)),
	}),
	graph: fc
		.record({
			name: text,
			nodes: fc.array(tie("node"), { maxLength: 3 }),
			inputs: fc.uniqueArray(valueInfo, { maxLength: 3, selector: (info) => info.name }),
			outputs: fc.array(valueInfo, { maxLength: 3 }),
			valueInfos: fc.array(valueInfo, { maxLength: 3 }),
			initializers: fc.uniqueArray(initializer, { maxLength: 3, selector: (entry) => entry.name }),
		})
		.map((parts) => ({
			...parts,
			nodes: parts.nodes.map((node, i) => ({ ...node, outputs: [`output of node ${String(i)}`, ""] })),
		})),
}));

const model: fc.Arbitrary<OnnxModel> = fc.record({
	irVersion: fc.integer({ min: 1, max: 13 }),
	opsetImports: fc
		.array(fc.tuple(text, fc.integer({ min: 1, max: 30 })), { minLength: 1, maxLength: 3 })
		.map((entries) => new Map(entries)),
	producerName: text,
	producerVersion: text,
	graph,
	metadata: fc.array(fc.tuple(text, text), { maxLength: 3 }).map((entries) => new Map(entries)),
});

test("what is encoded decodes to the same model", () => {
	fc.assert(
		fc.property(model, (original) => {
			expect(decodeModel(encodeModel(original))).toEqual(original);
		}),
		{ seed: 1, numRuns: 300 },
	);
});

const value = (valueName: string, type: DataType, dims: readonly (number | string)[]): OnnxValueInfo => ({
	name: valueName,
	type,
	dims,
});

function node(
	opType: string,
	inputs: string[],
	outputs: string[],
	attributes: [string, OnnxAttribute][] = [],
): OnnxNode {
	return { name: "", opType, domain: "", inputs, outputs, attributes: new Map(attributes) };
}

function modelOf(parts: Partial<OnnxGraph>): OnnxModel {
	const empty = { name: "graph", nodes: [], inputs: [], outputs: [], valueInfos: [], initializers: [] };
	return {
		irVersion: 10,
		opsetImports: new Map([["", 21]]),
		producerName: "limbeck",
		producerVersion: "0",
		graph: { ...empty, ...parts },
		metadata: new Map(),
	};
}

const floats = (dims: readonly number[], ...data: number[]): Tensor => ({
	type: "float",
	dims,
	data: Float32Array.from(data),
});

describe("ONNX Runtime accepts what is encoded", () => {
	test("Gemm and Relu", async () => {
		const gemm: [string, OnnxAttribute][] = [
			["alpha", { kind: "float", value: 2 }],
			["transB", { kind: "int", value: 1 }],
		];
		const bytes = encodeModel(
			modelOf({
				nodes: [node("Gemm", ["x", "w", "b"], ["h"], gemm), node("Relu", ["h"], ["y"])],
				inputs: [value("x", "float", ["batch", 2])],
				outputs: [value("y", "float", ["batch", 3])],
				valueInfos: [value("h", "float", ["batch", 3])],
				initializers: [
					{ name: "w", tensor: floats([3, 2], 1, 2, 3, 4, -5, -6) },
					{ name: "b", tensor: floats([3], 0.5, -100, 0) },
				],
			}),
		);
		const session = await InferenceSession.create(bytes);
		const { y } = await session.run({ x: new OrtTensor("float32", [1, 1, 0, -1], [2, 2]) });
		// relu(2 x wᵀ + b)
		expect(y?.dims).toEqual([2, 3]);
		expect(y?.data).toEqual(Float32Array.of(6.5, 0, 0, 0, 0, 12));
		await session.release();
	});

	test("Loop, whose body is an attribute", async () => {
		const body: OnnxGraph = {
			name: "body",
			nodes: [node("Mul", ["state", "factor"], ["next"]), node("Identity", ["condition"], ["go on"])],
			inputs: [value("step", "int64", []), value("condition", "bool", []), value("state", "float", [2])],
			outputs: [value("go on", "bool", []), value("next", "float", [2])],
			valueInfos: [],
			initializers: [{ name: "factor", tensor: floats([], 3) }],
		};
		const bytes = encodeModel(
			modelOf({
				nodes: [node("Loop", ["steps", "", "x"], ["y"], [["body", { kind: "graph", value: body }]])],
				inputs: [value("x", "float", [2])],
				outputs: [value("y", "float", [2])],
				initializers: [{ name: "steps", tensor: { type: "int64", dims: [], data: BigInt64Array.of(4n) } }],
			}),
		);
		const session = await InferenceSession.create(bytes);
		const { y } = await session.run({ x: new OrtTensor("float32", [1, -2], [2]) });
		expect(y?.data).toEqual(Float32Array.of(81, -162));
		await session.release();
	});
});

test("large weights are encoded into a buffer of exactly their size, and decoded without a copy", () => {
	const weights: Tensor = { type: "uint8", dims: [2 ** 20, 32], data: new Uint8Array(2 ** 25).fill(7) };
	const bytes = encodeModel(modelOf({ initializers: [{ name: "w", tensor: weights }] }));
	expect(bytes.buffer.byteLength).toBe(bytes.length);
	expect(bytes.length - weights.data.length).toBeLessThan(100);
	expect(decodeModel(bytes).graph.initializers[0]?.tensor.data.buffer).toBe(bytes.buffer);
});

describe("what ONNX cannot hold is refused", () => {
	const withAttribute = (attribute: OnnxAttribute): OnnxModel =>
		modelOf({ nodes: [node("Op", [], ["y"], [["a", attribute]])] });
	const cases: [string, OnnxModel, RegExp][] = [
		[
			"a fraction as an integer",
			withAttribute({ kind: "int", value: 1.5 }),
			/Attribute\.i: expected a safe integer, got 1\.5/,
		],
		[
			"an unsafe integer",
			withAttribute({ kind: "ints", value: [2 ** 53] }),
			/Attribute\.ints: expected a safe integer/,
		],
		["a number beyond float32", withAttribute({ kind: "floats", value: [1e39] }), /32-bit floats, got 1e\+39/],
		[
			"half a character",
			withAttribute({ kind: "string", value: "\ud800" }),
			/Attribute\.s: expected well-formed Unicode/,
		],
		[
			"a tensor that is not full",
			withAttribute({ kind: "tensor", value: floats([2], 1) }),
			/the 2 elements of \[2\], got 1/,
		],
		[
			"an integer of 4 bits beyond them",
			withAttribute({ kind: "tensor", value: { type: "int4", dims: [1], data: Int8Array.of(8) } }),
			/integers from -8 to 7, got 8/,
		],
	];
	test.each(cases)("%s", (_, broken, message) => {
		expect(() => encodeModel(broken)).toThrow(expect.objectContaining({ category: "model" }));
		expect(() => encodeModel(broken)).toThrow(message);
	});
});
