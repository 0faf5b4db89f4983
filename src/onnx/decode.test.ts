import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, test } from "vitest";
import { LimbeckError } from "../errors.js";
import { randomStream } from "../random.js";
import { decodeModel } from "./decode.js";
import type { DecodeOptions } from "./decode-options.js";
import { encodeModel } from "./encode.js";
import type { OnnxGraph, OnnxModel } from "./model.js";
import type { Message } from "./schema.js";
import type { Tensor } from "./tensor.js";
import { writeModelMessage } from "./wire-writer.js";

/** A model file around a graph message that no OnnxGraph could be. */
function fileOf(graph: Message<"Graph">): Uint8Array {
	return writeModelMessage({ irVersion: 10, opsetImport: [{ version: 21 }], graph });
}

const fileOfTensor = (tensor: Message<"Tensor">): Uint8Array => fileOf({ initializer: [{ name: "w", ...tensor }] });

const fileOfAttribute = (attribute: Message<"Attribute">): Uint8Array =>
	fileOf({ node: [{ opType: "Op", output: ["y"], attribute: [{ name: "a", ...attribute }] }] });

function decodeTensor(tensor: Message<"Tensor">): Tensor | undefined {
	return decodeModel(fileOfTensor(tensor)).graph.initializers[0]?.tensor;
}

function concat(...parts: Uint8Array[]): Uint8Array {
	return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** The error that decoding gives, which must be a LimbeckError about the model; undefined where there is none. */
function errorOf(bytes: Uint8Array, options?: DecodeOptions): LimbeckError | undefined {
	try {
		decodeModel(bytes, options);
		return undefined;
	} catch (error) {
		if (error instanceof LimbeckError && error.category === "model") return error;
		throw error;
	}
}

const body: OnnxGraph = {
	name: "body",
	nodes: [],
	inputs: [],
	outputs: [{ name: "é", type: "float", dims: [3, "n", ""] }],
	valueInfos: [],
	initializers: [{ name: "é", tensor: { type: "float16", dims: [2], data: Uint16Array.of(1, 2) } }],
};

const small: OnnxModel = {
	irVersion: 10,
	opsetImports: new Map([
		["", 21],
		["com.microsoft", 1],
	]),
	producerName: "limbeck",
	producerVersion: "1",
	graph: {
		name: "g",
		nodes: [
			{
				name: "n",
				opType: "If",
				domain: "",
				inputs: ["c", ""],
				outputs: ["y"],
				attributes: new Map([
					["then_branch", { kind: "graph", value: body }],
					["ints", { kind: "ints", value: [1, -1, 300] }],
					["floats", { kind: "floats", value: [0.5, Number.NaN] }],
				]),
			},
		],
		inputs: [{ name: "c", type: "bool", dims: [] }],
		outputs: [{ name: "y", type: "float", dims: undefined }],
		valueInfos: [],
		initializers: [{ name: "w", tensor: { type: "int64", dims: [2, 1], data: BigInt64Array.of(-1n, 2n ** 40n) } }],
	},
	metadata: new Map([["__proto__", "value"]]),
};

describe("typed fields", () => {
	const varints = Uint8Array.of(1, 0xac, 0x02);
	const minusOne = new BinaryWriter().int64(-1).finish();
	const floats = new Uint8Array(Float32Array.of(1, 2.5).buffer);
	const doubles = new Uint8Array(Float64Array.of(1, 2.5).buffer);
	const cases: [string, Message<"Tensor">, Tensor][] = [
		["float", { dataType: 1, floatData: [floats] }, { type: "float", dims: [2], data: Float32Array.of(1, 2.5) }],
		["double", { dataType: 11, doubleData: [doubles] }, { type: "double", dims: [2], data: Float64Array.of(1, 2.5) }],
		["int32", { dataType: 6, int32Data: [varints] }, { type: "int32", dims: [2], data: Int32Array.of(1, 300) }],
		["int64", { dataType: 7, int64Data: [varints] }, { type: "int64", dims: [2], data: BigInt64Array.of(1n, 300n) }],
		[
			"uint64",
			{ dataType: 13, uint64Data: [varints] },
			{ type: "uint64", dims: [2], data: BigUint64Array.of(1n, 300n) },
		],
		["uint32", { dataType: 12, uint64Data: [varints] }, { type: "uint32", dims: [2], data: Uint32Array.of(1, 300) }],
		["float16", { dataType: 10, int32Data: [varints] }, { type: "float16", dims: [2], data: Uint16Array.of(1, 300) }],
		[
			"int8, in two runs",
			{ dataType: 3, int32Data: [Uint8Array.of(5), minusOne] },
			{ type: "int8", dims: [2], data: Int8Array.of(5, -1) },
		],
	];
	test.each(cases)("%s", (_, message, expected) => {
		expect(decodeTensor({ dims: [2], ...message })).toEqual(expected);
	});

	test("numbers that are not packed", () => {
		const graph = new BinaryWriter();
		graph.tag(5, WireType.LengthDelimited).fork();
		graph.tag(1, WireType.Varint).int64(1).tag(1, WireType.Varint).int64(2);
		graph.tag(2, WireType.Varint).int32(1).tag(8, WireType.LengthDelimited).string("w");
		graph.tag(4, WireType.Bit32).float(7).tag(4, WireType.Bit32).float(8).join();
		const file = new BinaryWriter().tag(7, WireType.LengthDelimited).bytes(graph.finish()).finish();
		const { initializers } = decodeModel(
			concat(writeModelMessage({ irVersion: 3, opsetImport: [{ version: 7 }] }), file),
		).graph;
		expect(initializers).toEqual([{ name: "w", tensor: { type: "float", dims: [1, 2], data: Float32Array.of(7, 8) } }]);
	});
});

describe("tensors", () => {
	test("are views where the file's bytes are aligned, and copies where not", () => {
		const bytes = encodeModel(small);
		for (let shift = 0; shift < 8; shift++) {
			const shifted = Buffer.alloc(bytes.length + shift);
			shifted.set(bytes, shift);
			const { tensor } = decodeModel(shifted.subarray(shift)).graph.initializers[0] ?? {};
			expect(tensor?.data).toEqual(BigInt64Array.of(-1n, 2n ** 40n));
		}
	});

	const cases: [string, Message<"Tensor">, RegExp][] = [
		["strings", { dataType: 8, dims: [0] }, /initializer "w": expected one of float, .*, got string \(8\)/],
		["bfloat16", { dataType: 16, dims: [0] }, /initializer "w": .*got bfloat16 \(16\)/],
		["no type", { dims: [0] }, /got element type \(0\)/],
		[
			"too few bytes",
			{ dataType: 1, dims: [2], rawData: new Uint8Array(7) },
			/the 8 bytes of float \[2\], got 7 bytes/,
		],
		["too many bytes", { dataType: 1, dims: [], rawData: new Uint8Array(8) }, /the 4 bytes of float \[\], got 8 bytes/],
		["no data", { dataType: 1, dims: [2] }, /the 8 bytes of float \[2\], got 0 bytes/],
		[
			"a bomb",
			{ dataType: 1, dims: [2 ** 20, 2 ** 20] },
			/at most 2147483647 bytes, got \[1048576, 1048576\] of 4 bytes/,
		],
		["a bomb behind a zero", { dataType: 1, dims: [2 ** 40, 0] }, /at most 2147483647 bytes/],
		["a negative size", { dataType: 1, dims: [-1, -4], rawData: new Uint8Array(16) }, /sizes of at least 0/],
		["33 dimensions", { dataType: 1, dims: Array<number>(33).fill(1), rawData: new Uint8Array(4) }, /at most 32 dim/],
		["too few varints", { dataType: 7, dims: [3], int64Data: [Uint8Array.of(1, 2)] }, /3 elements, got 2/],
		["a varint cut short", { dataType: 7, dims: [1], int64Data: [Uint8Array.of(0x80)] }, /one that does not end/],
		["an endless varint", { dataType: 7, dims: [1], int64Data: [new Uint8Array(11).fill(0x80)] }, /does not end/],
		[
			"300 as uint8",
			{ dataType: 2, dims: [1], int32Data: [Uint8Array.of(0xac, 2)] },
			/elements of type uint8, got 300/,
		],
		["2 as bool", { dataType: 9, dims: [1], rawData: Uint8Array.of(2) }, /bool elements of 0 or 1/],
		[
			"the wrong field",
			{ dataType: 1, dims: [1], int32Data: [Uint8Array.of(1)] },
			/and floatData, got data in int32Data/,
		],
		[
			"two fields",
			{ dataType: 1, dims: [1], rawData: new Uint8Array(4), floatData: [new Uint8Array(4)] },
			/got data in rawData and floatData/,
		],
		["an unknown location", { dataType: 1, dims: [], dataLocation: 2 }, /data location 0 or 1, got 2/],
		[
			"external data, without a reader",
			{ dataType: 1, dims: [], dataLocation: 1, externalData: [{ key: "location", value: "w" }] },
			/data inside the model, got data in "w"/,
		],
	];
	test.each(cases)("refused: %s", (_, message, expected) => {
		expect(errorOf(fileOfTensor(message))?.message).toMatch(expected);
	});
});

describe("attributes", () => {
	const attributeOf = (message: Message<"Attribute">): unknown =>
		decodeModel(fileOfAttribute(message)).graph.nodes[0]?.attributes.get("a");

	test("without a type are what their value is", () => {
		expect(attributeOf({ i: 0 })).toEqual({ kind: "int", value: 0 });
		expect(attributeOf({ floats: [1, 2] })).toEqual({ kind: "floats", value: [1, 2] });
	});

	test("without a value are zero or empty", () => {
		expect(attributeOf({ type: 1 })).toEqual({ kind: "float", value: 0 });
		expect(attributeOf({ type: 3 })).toEqual({ kind: "string", value: "" });
		expect(attributeOf({ type: 7 })).toEqual({ kind: "ints", value: [] });
	});

	const cases: [string, Message<"Attribute">, RegExp][] = [
		["neither type nor value", {}, /attribute "a": expected one value .*, got 0 values and no type/],
		["two values and no type", { i: 1, f: 1 }, /got 2 values and no type/],
		["a type without a kind", { type: 9 }, /got type 9/],
		["a graph that is absent", { type: 5 }, /expected a graph, got none/],
	];
	test.each(cases)("refused: %s", (_, message, expected) => {
		expect(errorOf(fileOfAttribute(message))?.message).toMatch(expected);
	});

	test("refused: an integer beyond 2⁵³", () => {
		expect(errorOf(fileOfAttribute({ i: 2n ** 62n }))?.message).toMatch(
			/attribute "a": expected an integer within ±\(2⁵³ − 1\), got 4611686018427387904/,
		);
	});
});

describe("graphs", () => {
	const float: Message<"Tensor"> = { dataType: 1, rawData: new Uint8Array(4) };
	const type: Message<"Type"> = { tensorType: { elemType: 1 } };
	const cases: [string, Message<"Graph">, RegExp][] = [
		[
			"two initialisers of one name",
			{
				initializer: [
					{ ...float, name: "w" },
					{ ...float, name: "w" },
				],
			},
			/"w" twice/,
		],
		["an initialiser without a name", { initializer: [float] }, /a name, got none/],
		[
			"an output defined twice",
			{
				node: [
					{ opType: "A", output: ["y"] },
					{ opType: "B", output: ["y"] },
				],
			},
			/"y" twice/,
		],
		[
			"an output that is an input",
			{ node: [{ opType: "A", output: ["x"] }], input: [{ name: "x", type }] },
			/"x" twice/,
		],
		["an input without a type", { input: [{ name: "x" }] }, /input "x": expected a tensor type, got none/],
		["a node without an operator", { node: [{ name: "n" }] }, /node "n", op_type: expected a name/],
		[
			"an attribute twice",
			{
				node: [
					{
						name: "n",
						opType: "A",
						attribute: [
							{ name: "a", i: 1 },
							{ name: "a", i: 1 },
						],
					},
				],
			},
			/node "n", attributes: expected names that differ, got "a" twice/,
		],
		[
			"a training operator",
			{ node: [{ opType: "Adam", domain: "ai.onnx.preview.training" }] },
			/training operator "Adam"/,
		],
	];
	test.each(cases)("refused: %s", (_, graph, expected) => {
		expect(errorOf(fileOf(graph))?.message).toMatch(expected);
	});

	test("an input may have an initialiser, a hint need not have a type, a negative size is unknown", () => {
		const shape = { dim: [{ dimValue: -1 }] };
		const { graph } = decodeModel(
			fileOf({
				initializer: [{ ...float, name: "x" }],
				input: [{ name: "x", type: { tensorType: { elemType: 1, shape } } }],
				valueInfo: [{ name: "h" }],
			}),
		);
		expect(graph.inputs).toEqual([{ name: "x", type: "float", dims: [""] }]);
		expect(graph.valueInfos).toEqual([]);
	});
});

describe("models", () => {
	const valid = encodeModel(small);
	const field = (number: number, bytes: Uint8Array): Uint8Array =>
		new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(bytes).finish();

	test("fields that ONNX does not know are skipped", () => {
		const unknown = new BinaryWriter();
		unknown.tag(1000, WireType.Varint).int64(-1).tag(1001, WireType.Bit64).double(1);
		unknown.tag(1002, WireType.StartGroup).tag(1, WireType.Bit32).float(1).tag(1002, WireType.EndGroup);
		expect(decodeModel(concat(unknown.finish(), valid, field(6, Uint8Array.of(0xff))))).toEqual(small);
	});

	test("both names of ONNX's own domain are one", () => {
		const opsetImport = [{ domain: "ai.onnx", version: 21 }];
		const node = [{ opType: "Relu", domain: "ai.onnx" }];
		const model = decodeModel(writeModelMessage({ irVersion: 10, opsetImport, graph: { node } }));
		expect([...model.opsetImports]).toEqual([["", 21]]);
		expect(model.graph.nodes[0]?.domain).toBe("");
	});

	const cases: [string, Uint8Array, RegExp][] = [
		["nothing", new Uint8Array(), /^m\.onnx: expected an ONNX model with a graph, got none/],
		["text", new TextEncoder().encode("not a model"), /^m\.onnx, byte \d+, .*The file is damaged or not an ONNX model/],
		["training information", concat(valid, field(20, new Uint8Array())), /expected no Model\.trainingInfo/],
		["a second graph", concat(valid, field(7, new Uint8Array())), /Model\.graph: expected the field at most once/],
		["a domain twice", concat(valid, field(8, Uint8Array.of(0x10, 1))), /opset_import: .* "" twice/],
		["a metadata key twice", concat(valid, field(14, new Uint8Array()), field(14, new Uint8Array())), /metadata_props/],
		["invalid UTF-8", concat(field(2, Uint8Array.of(0xc3, 0x28)), valid), /producerName: expected UTF-8 text/],
		["no operator set", writeModelMessage({ irVersion: 10, graph: {} }), /at least one opset_import, got none/],
		["no version", writeModelMessage({ opsetImport: [{ version: 1 }], graph: {} }), /ir_version/],
		["a wrong wire type", concat(valid, field(1, Uint8Array.of(1))), /Model\.irVersion: expected wire type 0, got 2/],
		["a sparse initialiser", concat(field(7, field(15, new Uint8Array())), valid), /no Graph\.sparseInitializer/],
		[
			"a sequence",
			writeModelMessage({
				irVersion: 10,
				opsetImport: [{ version: 21 }],
				graph: { input: [{ name: "s", type: { sequenceType: new Uint8Array() } }] },
			}),
			/input "s": expected a tensor, got a sequence or map/,
		],
		[
			"a message longer than the one around it",
			concat(field(7, Uint8Array.of(0x0a, 100)), new Uint8Array(200)),
			/byte 4, Graph\.node: expected 100 bytes, got 0 before its message ends/,
		],
	];
	test.each(cases)("refused: %s", (_, bytes, expected) => {
		expect(errorOf(bytes, { where: "m.onnx" })?.message).toMatch(expected);
	});
});

describe("limits", () => {
	const bytes = encodeModel(small);
	const cases: [DecodeOptions["limits"], RegExp][] = [
		[{ bytes: 100 }, /at most 100 bytes/],
		[{ depth: 5 }, /messages nested at most 5 deep/],
		[{ nodes: 0 }, /at most 0 nodes/],
		[{ tensors: 1 }, /at most 1 tensors/],
		[{ items: 50 }, /at most 50 items/],
		[{ dims: 1 }, /at most 1 dimensions, got 2/],
		[{ tensorBytes: 15 }, /at most 15 bytes/],
		[{ stringBytes: 6 }, /at most 6 bytes, got 7/],
	];
	test.each(cases)("%j", (limits = {}, expected) => {
		expect(errorOf(bytes, { limits })?.message).toMatch(expected);
	});

	test("subgraphs nested 1,000 deep", () => {
		let file: Uint8Array = new Uint8Array();
		for (const number of Array.from({ length: 1_000 }, () => [6, 5, 1]).flat()) {
			file = new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(file).finish();
		}
		file = new BinaryWriter().tag(7, WireType.LengthDelimited).bytes(file).finish();
		expect(errorOf(file)?.message).toMatch(/nested at most 100 deep/);
	});

	test("five million empty messages", () => {
		const graph = new Uint8Array(10_000_000);
		for (let i = 0; i < graph.length; i += 2) graph[i] = 0x0a;
		const file = new BinaryWriter().tag(7, WireType.LengthDelimited).bytes(graph).finish();
		expect(errorOf(file)?.message).toMatch(/at most 200000 nodes/);
	});
});

describe("damaged files", () => {
	const bytes = encodeModel(small);

	test("cut at any byte: an error that says so, or what a shorter file would mean", () => {
		for (let end = 0; end < bytes.length; end++) {
			const error = errorOf(bytes.subarray(0, end));
			if (error === undefined) continue;
			const { message } = error;
			expect(message).toMatch(
				/before the end of the file. The file is truncated|with a graph, got none|at least one opset_import/,
			);
			if (message.includes("truncated")) expect(message).toContain(`byte ${String(end)}:`);
		}
	});

	test("5,000 mutations: errors about the model, or a model that encodes", () => {
		const stream = randomStream(7, "mutations");
		let refused = 0;
		for (let i = 0; i < 5_000; i++) {
			const words = stream.words(i, new Uint32Array(9));
			const [count = 0, ...draws] = words;
			const mutated = bytes.slice();
			for (let k = 0; k <= count % 4; k++) mutated[(draws[2 * k] ?? 0) % bytes.length] = (draws[2 * k + 1] ?? 0) & 0xff;
			const error = errorOf(mutated);
			if (error === undefined) expect(encodeModel(decodeModel(mutated)).length).toBeGreaterThan(0);
			else refused++;
		}
		// Most bytes matter, but a changed weight or letter is still a model.
		expect(refused).toBeGreaterThan(1_000);
		expect(refused).toBeLessThan(5_000);
	});
});
