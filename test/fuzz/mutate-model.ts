/** Hostile models that are well-formed files: changes of nodes, attributes, shapes and constants. */
import { decodeModel } from "../../src/onnx/decode.js";
import { encodeModel } from "../../src/onnx/encode.js";
import type { OnnxAttribute, OnnxGraph, OnnxInitializer, OnnxModel, OnnxNode } from "../../src/onnx/model.js";
import { type DataType, elementCount, type Tensor, tensorArrays } from "../../src/onnx/tensor.js";
import { operators } from "../../src/ops/index.js";
import type { Draws } from "../support/draws.js";
import { interestingIntegers, type Mutate, pick } from "./mutate.js";

const operatorNames = [
	...Object.keys(operators),
	...["Upsample", "Constant", "Identity", "If", "Loop", "Shrink", "QLinearConv", "MatMulInteger", "__proto__"],
];
const texts = [
	"",
	"nearest",
	"linear",
	"cubic",
	"reflect",
	"wrap",
	"SAME_UPPER",
	"VALID",
	"ij,jk->ik",
	"i...->...",
	"__proto__",
];
const reals = [0, -0, 1, -1, 0.5, 1e-30, 1e30, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

const integer = (draws: Draws): number => (draws.chance(0.6) ? draws.integer(-3, 6) : pick(draws, interestingIntegers));
const many = <T>(draws: Draws, most: number, one: () => T): readonly T[] =>
	Array.from({ length: draws.integer(0, most) }, one);

/** A list with one of its elements changed. */
function changeOne<T>(draws: Draws, list: readonly T[], change: (one: T) => readonly T[]): readonly T[] {
	const at = draws.integer(0, Math.max(0, list.length - 1));
	return list.flatMap((one, i) => (i === at ? change(one) : [one]));
}

/** Any tensor: small, but of every type, with elements at the ends of their range. */
function anyTensor(draws: Draws, type: DataType): Tensor {
	const shape = draws.chance(0.05) ? [0, 2 ** 20] : many(draws, 4, () => draws.integer(0, 4));
	const elements = Array.from({ length: elementCount(shape) }, () => integer(draws));
	const isBig = type === "int64" || type === "uint64";
	const stored = elements.map((value) => {
		if (isBig) return BigInt(value);
		if (type === "bool") return Math.abs(value) % 2;
		return type === "float" || type === "double" ? (draws.chance(0.2) ? pick(draws, reals) : value) : value;
	});
	// `stored` holds bigints exactly where the array does; TypeScript cannot follow the pairing through the table.
	const data = (tensorArrays[type].from as (elements: readonly unknown[]) => unknown)(stored);
	return { type, dims: shape, data } as Tensor;
}

// The table's keys are its types' names.
const types = Object.keys(tensorArrays) as DataType[];

function anyAttribute(draws: Draws): OnnxAttribute {
	const kinds: readonly (() => OnnxAttribute)[] = [
		() => ({ kind: "int", value: integer(draws) }),
		() => ({ kind: "ints", value: many(draws, 5, () => integer(draws)) }),
		() => ({ kind: "float", value: pick(draws, reals) }),
		() => ({ kind: "floats", value: many(draws, 5, () => pick(draws, reals)) }),
		() => ({ kind: "string", value: pick(draws, texts) }),
		() => ({ kind: "strings", value: many(draws, 3, () => pick(draws, texts)) }),
		() => ({ kind: "tensor", value: anyTensor(draws, pick(draws, types)) }),
	];
	return pick(draws, kinds)();
}

/** An attribute of the same kind with another value. */
function otherValue(draws: Draws, attribute: OnnxAttribute): OnnxAttribute {
	switch (attribute.kind) {
		case "int":
			return { kind: "int", value: integer(draws) };
		case "ints":
			return { kind: "ints", value: changeOne(draws, attribute.value, () => many(draws, 2, () => integer(draws))) };
		case "float":
			return { kind: "float", value: pick(draws, reals) };
		case "string":
			return { kind: "string", value: pick(draws, texts) };
		default:
			return anyAttribute(draws);
	}
}

function changeNode(draws: Draws, node: OnnxNode, names: readonly string[], attributes: readonly string[]): OnnxNode {
	const setAttribute = (name: string, attribute: OnnxAttribute): OnnxNode => ({
		...node,
		attributes: new Map([...node.attributes, [name, attribute]]),
	});
	const own = [...node.attributes];
	const choices: readonly (() => OnnxNode)[] = [
		() => ({ ...node, opType: pick(draws, operatorNames) }),
		() => ({ ...node, inputs: changeOne(draws, node.inputs, () => [pick(draws, names)]) }),
		() => ({ ...node, inputs: changeOne(draws, node.inputs, (name) => many(draws, 2, () => name)) }),
		() => ({ ...node, inputs: [...node.inputs, pick(draws, ["", ...names])] }),
		() => ({ ...node, outputs: node.outputs.slice(0, -1) }),
		() => ({ ...node, outputs: [...node.outputs, `extra${draws.integer(0, 9)}`] }),
		() => ({ ...node, domain: pick(draws, ["com.microsoft", "", "other"]) }),
		() => setAttribute(pick(draws, attributes), anyAttribute(draws)),
		() => ({ ...node, attributes: new Map(changeOne(draws, own, () => [])) }),
		...own.flatMap(([name, value]) => {
			const change = () => setAttribute(name, otherValue(draws, value));
			return [change, change];
		}),
	];
	return pick(draws, choices)();
}

function changeConstant(draws: Draws, { name, tensor }: OnnxInitializer): OnnxInitializer {
	if (draws.chance(0.3))
		return { name, tensor: anyTensor(draws, draws.chance(0.5) ? tensor.type : pick(draws, types)) };
	const dims = draws.chance(0.4) ? tensor.dims : [tensor.data.length, ...many(draws, 2, () => 1)];
	const data = tensor.data.slice();
	const at = draws.integer(0, Math.max(0, data.length - 1));
	if (data instanceof BigInt64Array) data[at] = BigInt(integer(draws));
	else if (!(data instanceof BigUint64Array)) data[at] = tensor.type === "bool" ? 1 : integer(draws);
	// The array is of the class that it was copied from.
	return { name, tensor: { ...tensor, dims, data } as Tensor };
}

function changeGraph(draws: Draws, graph: OnnxGraph): OnnxGraph {
	const { nodes, inputs, outputs, initializers, valueInfos } = graph;
	const names = [...inputs, ...initializers].map(({ name }) => name).concat(nodes.flatMap((node) => node.outputs));
	const attributes = [
		"axis",
		"axes",
		"keepdims",
		"value",
		"pads",
		"to",
		"group",
		"mode",
		"perm",
		"strides",
		"kernel_shape",
	];
	const all = [...attributes, ...nodes.flatMap((node) => [...node.attributes.keys()])];
	const anyNode = (): OnnxNode => ({
		name: "",
		domain: "",
		opType: pick(draws, operatorNames),
		inputs: many(draws, 3, () => pick(draws, ["", ...names])),
		outputs: [`made${draws.integer(0, 99)}`],
		attributes: new Map(),
	});
	const dims = (): readonly (number | string)[] => many(draws, 5, () => (draws.chance(0.2) ? "n" : integer(draws)));
	const choices: readonly (() => OnnxGraph)[] = [
		() => ({ ...graph, nodes: changeOne(draws, nodes, () => []) }),
		() => ({ ...graph, nodes: [...nodes.slice(1), ...nodes.slice(0, 1)] }),
		() => ({ ...graph, nodes: [anyNode(), ...nodes] }),
		() => ({ ...graph, inputs: changeOne(draws, inputs, (one) => [{ ...one, dims: dims() }]) }),
		() => ({ ...graph, inputs: changeOne(draws, inputs, (one) => [{ ...one, type: pick(draws, types) }]) }),
		() => ({ ...graph, inputs: draws.chance(0.5) ? [] : [...inputs, { name: "more", type: "float", dims: dims() }] }),
		() => ({
			...graph,
			outputs: changeOne(draws, outputs, (one) => (draws.chance(0.5) ? [] : [{ ...one, dims: dims() }])),
		}),
		() => ({
			...graph,
			valueInfos: [...valueInfos, { name: pick(draws, ["h", ...names]), type: "float", dims: dims() }],
		}),
	];
	const change = (node: OnnxNode): readonly OnnxNode[] => [changeNode(draws, node, ["", ...names], all)];
	if (nodes.length > 0 && draws.chance(0.5)) return { ...graph, nodes: changeOne(draws, nodes, change) };
	if (initializers.length > 0 && draws.chance(0.5)) {
		return { ...graph, initializers: changeOne(draws, initializers, (one) => [changeConstant(draws, one)]) };
	}
	return pick(draws, choices)();
}

/** Changes one of the models that the seeds are files of, in up to four places. */
export const mutateModel: Mutate = (seeds, draws) => {
	const seed = pick(draws, seeds);
	let model: OnnxModel = decodeModel(seed, { form: "as-is" });
	const count = draws.integer(1, 4);
	for (let i = 0; i < count; i++) model = { ...model, graph: changeGraph(draws, model.graph) };
	if (draws.chance(0.1)) model = { ...model, opsetImports: new Map([["", draws.integer(1, 27)]]) };
	return encodeModel(model);
};
