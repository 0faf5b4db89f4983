/** Teachers that would take all memory, or never answer (S3): each ends its own process, and nothing else. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileSource } from "../../src/distill/teachers/sources.js";
import { float, int, ints, text } from "../../src/graph/attributes.js";
import { writeModelFile } from "../../src/onnx/file.js";
import type { OnnxAttribute, OnnxGraph, OnnxInitializer, OnnxModel, OnnxNode } from "../../src/onnx/model.js";
import type { runStep as RunStep } from "../../src/pipeline/run-step.js";
import { integers, real } from "../support/graphs.js";
import { temporaryFolder } from "../support/own-data.js";

// The built one: it starts a process from a file.
const { runStep } = (await import(join(import.meta.dirname, "../../dist/pipeline/run-step.js"))) as {
	readonly runStep: typeof RunStep;
};

const huge = 2 ** 34;

function node(
	opType: string,
	inputs: readonly string[],
	output: string,
	attributes: Readonly<Record<string, OnnxAttribute>> = {},
): OnnxNode {
	const all = new Map(Object.entries(attributes));
	return { name: `${opType}-${output}`, opType, domain: "", inputs, outputs: [output], attributes: all };
}

/** Nodes that make the value `bomb`, and the constants that they need. */
interface Bomb {
	readonly nodes: readonly OnnxNode[];
	readonly constants?: Readonly<Record<string, OnnxInitializer["tensor"]>>;
}

/** A body of a loop that never ends: `grow` makes the next value of what it carries. */
function forever(grow: readonly OnnxNode[]): Bomb {
	const value = (name: string, type: "int64" | "bool" | "float", dims: readonly (number | string)[] | undefined) => ({
		name,
		type,
		dims,
	});
	const body: OnnxGraph = {
		name: "body",
		nodes: [node("Identity", ["going"], "goes"), ...grow],
		inputs: [value("turn", "int64", []), value("going", "bool", []), value("state", "float", undefined)],
		outputs: [value("goes", "bool", []), value("next", "float", undefined)],
		valueInfos: [],
		initializers: [],
	};
	return {
		nodes: [node("Loop", ["", "true", "one"], "bomb", { body: { kind: "graph", value: body } })],
		constants: { true: { type: "bool", dims: [], data: Uint8Array.of(1) } },
	};
}

const big = node("ConstantOfShape", ["shape"], "large");
const shape = (...dims: readonly number[]) => ({ shape: integers([dims.length], dims) });

const bombs: Readonly<Record<string, Bomb>> = {
	"64 GB of zeros": { nodes: [node("ConstantOfShape", ["shape"], "bomb")], constants: shape(huge) },
	"zeros of many dimensions": {
		nodes: [node("ConstantOfShape", ["shape"], "bomb")],
		constants: shape(2 ** 12, 2 ** 12, 2 ** 10),
	},
	"a size beyond all numbers": {
		nodes: [node("ConstantOfShape", ["shape"], "bomb")],
		constants: shape(2 ** 40, 2 ** 40),
	},
	Expand: { nodes: [node("Expand", ["one", "shape"], "bomb")], constants: shape(huge) },
	Tile: { nodes: [node("Tile", ["one", "shape"], "bomb")], constants: shape(huge) },
	Range: {
		nodes: [node("Range", ["from", "to", "step"], "bomb")],
		constants: { from: real("float", [], [0]), to: real("float", [], [huge]), step: real("float", [], [1]) },
	},
	Pad: { nodes: [node("Pad", ["one", "shape"], "bomb", { mode: text("constant") })], constants: shape(0, huge) },
	Resize: {
		nodes: [
			node("Reshape", ["one", "to"], "flat"),
			node("Resize", ["flat", "", "", "shape"], "bomb", { mode: text("nearest") }),
		],
		constants: { ...shape(1, 1, 2 ** 17, 2 ** 17), to: integers([4], [1, 1, 1, 1]) },
	},
	"an outer product": {
		nodes: [
			node("Expand", ["one", "shape"], "row"),
			node("Reshape", ["row", "to"], "column"),
			node("Mul", ["row", "column"], "bomb"),
		],
		constants: { ...shape(2 ** 17), to: integers([2], [2 ** 17, 1]) },
	},
	OneHot: {
		nodes: [node("OneHot", ["where", "depth", "values"], "bomb")],
		constants: {
			where: integers([4], [0, 1, 2, 3]),
			depth: integers([1], [2 ** 32]),
			values: real("float", [2], [0, 1]),
		},
	},
	RandomNormal: { nodes: [node("RandomNormal", [], "bomb", { shape: ints([huge]) })] },
	EyeLike: {
		nodes: [big, node("EyeLike", ["large"], "bomb")],
		constants: shape(2 ** 17, 2 ** 17),
	},
	"Concat again and again": {
		nodes: [
			node("Expand", ["one", "shape"], "x0"),
			...Array.from({ length: 16 }, (_, k) =>
				node("Concat", [`x${String(k)}`, `x${String(k)}`], k === 15 ? "bomb" : `x${String(k + 1)}`, { axis: int(0) }),
			),
		],
		constants: shape(2 ** 18),
	},
	"a product of large matrices": {
		nodes: [big, node("MatMul", ["large", "large"], "bomb")],
		constants: shape(2 ** 14, 2 ** 14),
	},
	ConvTranspose: {
		nodes: [
			node("Reshape", ["one", "to"], "flat"),
			node("Expand", ["flat", "shape"], "image"),
			node("ConvTranspose", ["image", "flat"], "bomb", { strides: ints([2 ** 14, 2 ** 14]) }),
		],
		constants: { ...shape(1, 1, 16, 16), to: integers([4], [1, 1, 1, 1]) },
	},
	CumSum: {
		nodes: [big, node("CumSum", ["large", "axis"], "bomb")],
		constants: { ...shape(huge), axis: integers([], [0]) },
	},
	TopK: {
		nodes: [big, { ...node("TopK", ["large", "k"], "bomb"), outputs: ["bomb", "indices"] }],
		constants: { ...shape(huge), k: integers([1], [1]) },
	},
	"Upsample by factors": {
		nodes: [
			node("Reshape", ["one", "to"], "flat"),
			node("Resize", ["flat", "", "scales"], "bomb", { mode: text("linear") }),
		],
		constants: { scales: real("float", [4], [1, 1, 2 ** 17, 2 ** 17]), to: integers([4], [1, 1, 1, 1]) },
	},
	"a loop that never ends": forever([node("Add", ["state", "state"], "next")]),
	"a loop that grows": forever([node("Concat", ["state", "state"], "next", { axis: int(0) })]),
};

/** A classifier of 28×28 pictures that cannot answer without the bomb. */
function classifierWith({ nodes, constants = {} }: Bomb): OnnxModel {
	const initializers = {
		flatten: integers([2], [-1, 784]),
		zero: real("float", [], [0]),
		one: real("float", [1], [1]),
		weight: real(
			"float",
			[784, 10],
			Array.from({ length: 7840 }, (_, i) => Math.sin(i)),
		),
		...constants,
	};
	return {
		irVersion: 9,
		opsetImports: new Map([["", 18]]),
		producerName: "",
		producerVersion: "",
		metadata: new Map<string, string>(),
		graph: {
			name: "bomb",
			nodes: [
				...nodes,
				node("ReduceMax", ["bomb"], "peak", { keepdims: int(0) }),
				node("Mul", ["peak", "zero"], "nothing"),
				node("Reshape", ["input", "flatten"], "pixels"),
				node("MatMul", ["pixels", "weight"], "bare"),
				node("Add", ["bare", "nothing"], "logits"),
				node("LeakyRelu", ["logits"], "unused", { alpha: float(1) }),
			],
			inputs: [{ name: "input", type: "float", dims: ["batch", 1, 28, 28] }],
			outputs: [{ name: "logits", type: "float", dims: ["batch", 10] }],
			valueInfos: [],
			initializers: Object.entries(initializers).map(([name, tensor]) => ({ name, tensor })),
		},
	};
}

const limits = { memory: 3 * 2 ** 29, silenceMs: 3000 };

describe("a teacher", () => {
	it("of this form answers without a bomb", async () => {
		const file = join(await temporaryFolder(), "teacher.onnx");
		await writeModelFile(file, classifierWith({ nodes: [node("Identity", ["one"], "bomb")] }));
		const [member] = fileSource(file).members;
		const teacher = { ...fileSource(file), members: member === undefined ? [] : [{ ...member, trust: true }] };
		await runStep("check", { data: { name: "digits" }, teacher }, { limits });
	});

	it.each(Object.entries(bombs))("with %s ends its own process and is told of", async (_, bomb) => {
		const file = join(await temporaryFolder(), "teacher.onnx");
		await writeModelFile(file, classifierWith(bomb));
		const step = runStep("check", { data: { name: "digits" }, teacher: fileSource(file) }, { limits });
		const error = await step.then(
			() => undefined,
			(reason: unknown) => reason,
		);
		expect(error).toBeInstanceOf(Error);
		expect(error).toMatchObject({ name: "LimbeckError", category: "model" });
	});
});
