import { describe, expect, test } from "vitest";
import { decodeModel } from "./decode.js";
import { encodeModel } from "./encode.js";
import type { OnnxModel } from "./model.js";
import type { Message } from "./schema.js";
import { writeModelMessage } from "./wire-writer.js";

type Node = Message<"Node">;

const tensorInfo = (name: string): Message<"ValueInfo"> => ({
	name,
	type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: "n" }, { dimValue: 3 }] } } },
});
const vector = (name: string, ...values: number[]): Message<"Tensor"> => ({
	name,
	dims: [values.length],
	dataType: 1,
	rawData: new Uint8Array(Float32Array.from(values).buffer),
});

function read(node: readonly Node[], more: Partial<Message<"Model">> = {}, graph: Message<"Graph"> = {}): OnnxModel {
	return decodeModel(
		writeModelMessage({
			irVersion: 8,
			opsetImport: [{ version: 17 }],
			graph: { node, input: [tensorInfo("x")], output: [tensorInfo("y")], ...graph },
			...more,
		}),
		{ where: "m.onnx" },
	);
}
const shapeOf = ({ graph }: OnnxModel) =>
	graph.nodes.map(({ opType, inputs, outputs }) => `${opType}(${inputs.join()})=${outputs.join()}`);

describe("the order of nodes", () => {
	test("nodes that stand after what uses them are put before it; the others stay", () => {
		const model = read([
			{ opType: "Relu", input: ["b"], output: ["y"] },
			{ opType: "Abs", input: ["x"], output: ["a"] },
			{ opType: "Neg", input: ["a"], output: ["b"] },
		]);
		expect(shapeOf(model)).toEqual(["Abs(x)=a", "Neg(a)=b", "Relu(b)=y"]);
	});

	test("what a body takes from outside stands before its node", () => {
		const g = { node: [{ opType: "Neg", input: ["late"], output: ["inner"] }], output: [tensorInfo("inner")] };
		const model = read([
			{ opType: "If", input: ["x"], output: ["y"], attribute: [{ name: "then_branch", type: 5, g }] },
			{ opType: "Abs", input: ["x"], output: ["late"] },
		]);
		expect(shapeOf(model)).toEqual(["Abs(x)=late", "If(x)=y"]);
	});

	test("a circle is refused by its node", () => {
		const circle = [
			{ opType: "Relu", input: ["b"], output: ["y"], name: "first" },
			{ opType: "Neg", input: ["y"], output: ["b"] },
		];
		expect(() => read(circle)).toThrow(/^m\.onnx, node "first" \(Relu\): expected values that do not depend on them/);
	});
});

describe("integers beyond 2⁵³", () => {
	const last = 2n ** 63n - 1n;
	test("of a Constant are exact, one or many", () => {
		const model = read([
			{ opType: "Constant", output: ["e"], attribute: [{ name: "value_ints", type: 7, ints: [1, last] }] },
			{ opType: "Constant", output: ["y"], attribute: [{ name: "value_int", type: 2, i: -last }] },
		]);
		const values = model.graph.nodes.map(({ attributes }) => attributes.get("value")?.value);
		expect(values).toEqual([
			{ type: "int64", dims: [2], data: BigInt64Array.of(1n, last) },
			{ type: "int64", dims: [], data: BigInt64Array.of(-last) },
		]);
		expect(decodeModel(encodeModel(model))).toEqual(model);
	});

	test("that bound a Slice of an old version mean as far as any index goes", () => {
		const attribute = [
			{ name: "starts", type: 7, ints: [-last] },
			{ name: "ends", type: 7, ints: [last] },
		];
		const [slice] = read([{ opType: "Slice", input: ["x"], output: ["y"], attribute }]).graph.nodes;
		expect(slice?.attributes.get("ends")?.value).toEqual([Number.MAX_SAFE_INTEGER]);
		expect(slice?.attributes.get("starts")?.value).toEqual([Number.MIN_SAFE_INTEGER]);
	});
});

describe("local functions", () => {
	const leaky: Message<"Function"> = {
		name: "Leaky",
		domain: "held",
		input: ["v", "unused"],
		output: ["w"],
		attribute: ["slope"],
		node: [
			{
				opType: "LeakyRelu",
				input: ["v"],
				output: ["t"],
				attribute: [{ name: "alpha", type: 1, refAttrName: "slope" }],
			},
			{ opType: "Neg", input: ["t"], output: ["w"] },
		],
		opsetImport: [{ version: 17 }],
	};
	const call = (input: string, output: string, ...attribute: Message<"Attribute">[]): Node => ({
		opType: "Leaky",
		domain: "held",
		input: [input],
		output: [output],
		attribute,
	});

	test("stand in the place of their calls, under names of their own, with the attributes of the call", () => {
		const calls = [call("x", "a", { name: "slope", type: 1, f: 0.5 }), call("a", "y")];
		const imports = [{ version: 17 }, { domain: "held", version: 1 }];
		const model = read(calls, { functions: [leaky], opsetImport: imports });
		expect(shapeOf(model)).toEqual([
			...["LeakyRelu(x)=Leaky_1/t", "Neg(Leaky_1/t)=a"],
			...["LeakyRelu(a)=Leaky_2/t", "Neg(Leaky_2/t)=y"],
		]);
		const slopes = model.graph.nodes.map(({ attributes }) => attributes.get("alpha")?.value);
		expect(slopes).toEqual([0.5, undefined, undefined, undefined]);
		expect([...model.opsetImports]).toEqual([["", 17]]);
	});

	test("may call each other, and hand an input on as it is", () => {
		const twice: Message<"Function"> = {
			name: "Twice",
			domain: "held",
			input: ["v"],
			output: ["w", "v"],
			node: [call("v", "m"), call("m", "w")],
			opsetImport: [{ version: 17 }],
		};
		const node = [{ opType: "Twice", domain: "held", input: ["x"], output: ["a", "y"] }];
		const model = read(node, { functions: [leaky, twice] });
		expect(shapeOf(model).at(-1)).toBe("Identity(x)=y");
		expect(model.graph.nodes).toHaveLength(5);
	});

	test("that call themselves, or are of another operator set, are refused", () => {
		const endless = { ...leaky, node: [call("v", "w")] };
		expect(() => read([call("x", "y")], { functions: [endless] })).toThrow(/functions that do not call themselves/);
		const older = { ...leaky, opsetImport: [{ version: 11 }] };
		expect(() => read([call("x", "y")], { functions: [older] })).toThrow(
			/function "Leaky": expected operators "" of the model's version 17, got 11\. .*inline_local_functions/,
		);
	});

	test("that would grow without end are refused", () => {
		const doubling = Array.from({ length: 30 }, (_, k): Message<"Function"> => {
			const inner = k === 0 ? { opType: "Neg" } : { opType: `F${String(k - 1)}`, domain: "held" };
			const node = [
				{ ...inner, input: ["v"], output: ["m"] },
				{ ...inner, input: ["m"], output: ["w"] },
			];
			return {
				name: `F${String(k)}`,
				domain: "held",
				input: ["v"],
				output: ["w"],
				node,
				opsetImport: [{ version: 17 }],
			};
		});
		const node = [{ opType: "F29", domain: "held", input: ["x"], output: ["y"] }];
		expect(() => read(node, { functions: doubling })).toThrow(/at most 200000 nodes/);
	});
});

test("integers of 4 bits are read one an element and written two a byte", () => {
	const dims = [3];
	const packed = { name: "w", dims, dataType: 22, rawData: Uint8Array.of(0x87, 0x0f) };
	const unsigned = { name: "u", dims, dataType: 21, int32Data: [Uint8Array.of(0x87, 0x01, 0x0f)] };
	const { graph } = read([], {}, { initializer: [packed, unsigned] });
	expect(graph.initializers.map(({ tensor }) => tensor)).toEqual([
		{ type: "int4", dims, data: Int8Array.of(7, -8, -1) },
		{ type: "uint4", dims, data: Uint8Array.of(7, 8, 15) },
	]);
});

describe("training forms", () => {
	const statistics = [vector("g", 1, 1, 1), vector("b", 0, 0, 0), vector("m", 0, 0, 0), vector("v", 1, 1, 1)];
	const normalise = (
		inputs: readonly string[],
		output: readonly string[],
		attribute: Message<"Attribute">[] = [],
	): Node => ({
		opType: "BatchNormalization",
		name: "bn",
		input: inputs,
		output,
		attribute,
	});
	const all = ["x", "g", "b", "m", "v"];
	const trains = [{ name: "training_mode", type: 2, i: 1 }];
	const opset = (version: number) => ({ opsetImport: [{ version }] });

	const changed: [string, Node, number][] = [
		["from version 14 on, by attribute", normalise(all, ["y", "om", "ov"], trains), 17],
		["from version 7 on, by outputs", normalise(all, ["y", "om", "ov", "sm", "sv"]), 9],
		["before version 7, by is_test", normalise(all, ["y"], [{ name: "is_test", type: 2, i: 0 }]), 6],
	];
	test.each(changed)("BatchNormalization %s", (_, node, version) => {
		const { graph, notices } = read([node], opset(version), { initializer: statistics });
		const [made] = graph.nodes;
		expect(made?.outputs).toEqual(["y"]);
		expect(made?.attributes.get("training_mode")?.value ?? 0).toBe(0);
		expect(made?.attributes.get("is_test")?.value ?? 1).toBe(1);
		expect(notices?.[0]?.text).toMatch(/^m\.onnx: the BatchNormalization node "bn" normalised each batch by its own/);
	});

	test("inference forms stay, without a notice", () => {
		const node = normalise(all, ["y"], [{ name: "training_mode", type: 2, i: 0 }]);
		expect(read([node], {}, { initializer: statistics }).notices).toBeUndefined();
	});

	test("Dropout whose training_mode is true drops nothing; the ratio stays", () => {
		const yes = { name: "yes", dims: [], dataType: 9, rawData: Uint8Array.of(1) };
		const ratio = { ...vector("r", 0.5), dims: [] };
		const node = { opType: "Dropout", input: ["x", "r", "yes"], output: ["y"] };
		const { graph, notices } = read([node], {}, { initializer: [ratio, yes] });
		expect(graph.nodes[0]?.inputs).toEqual(["x", "r"]);
		expect(notices?.[0]?.text).toMatch(/the Dropout node "y" dropped values at random/);
	});

	test("statistics that something else uses, or that the file does not have, are refused", () => {
		const used = [normalise(all, ["y0", "om", "ov"], trains), { opType: "Add", input: ["y0", "om"], output: ["y"] }];
		expect(() => read(used, {}, { initializer: statistics })).toThrow(
			/^m\.onnx, node "bn" \(BatchNormalization\): expected inference form, got training form, of which "om" is used\. .*eval on the model/,
		);
		const tiled = [
			{ opType: "Tile", input: ["m", "x"], output: ["mm"] },
			normalise(["x", "g", "b", "mm", "v"], ["y"], trains),
		];
		expect(() => read(tiled, {}, { initializer: statistics })).toThrow(/expected running statistics of the values/);
	});

	test("a standardised weight is normalised by statistics that are computed: no notice; of a batch, a notice", () => {
		const of = (x: string): Node[] => [
			{ opType: "ReduceMean", input: [x], output: ["mm"] },
			{ opType: "ReduceMean", input: [x], output: ["vv"] },
			normalise([x, "g", "b", "mm", "vv"], ["y", "a", "c"], trains),
		];
		const initializer = [...statistics, vector("w", 1, 2, 3)];
		expect(read(of("w"), {}, { initializer }).notices).toBeUndefined();
		expect(read(of("x"), {}, { initializer }).notices?.[0]?.text).toMatch(
			/depends on the samples that are asked with it/,
		);
	});
});
