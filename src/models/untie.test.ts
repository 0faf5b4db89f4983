import { describe, expect, test } from "vitest";
import { expectSame, foreignModel, info, type NodeParts, randomTensor } from "../../test/support/models.js";
import { ints } from "../graph/attributes.js";
import { withProvenance } from "../import/provenance.js";
import type { OnnxModel } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import { averagesOf, selectTrainable } from "./trainable.js";
import { trainableForm } from "./trainable-form.js";

const filled = (value: number, dims: readonly number[] = [4]): Tensor => ({
	type: "float",
	dims,
	data: new Float32Array(dims.reduce((product, size) => product * size, 1)).fill(value),
});
const norm = { one: filled(1), zero: filled(0) };

function net(nodes: readonly NodeParts[], constants: Readonly<Record<string, Tensor>>): OnnxModel {
	return foreignModel({
		opset: 21,
		nodes,
		constants,
		inputs: [info("x", ["n", 4])],
		outputs: [info("y", ["n", 4])],
	});
}

async function trainedIn(model: OnnxModel): Promise<readonly string[]> {
	const own = trainableForm(model, "net");
	await expectSame(model, own, { x: randomTensor("x", [3, 4]) });
	return selectTrainable(own).map(({ name }) => name);
}

describe("gains that fresh layers share, where nothing but weights tells layers apart", () => {
	const block = (from: string, to: string, weight: string): readonly NodeParts[] => [
		["LayerNormalization", [from, "one", "zero"], [`${to}/norm`]],
		["MatMul", [`${to}/norm`, weight], [`${to}/product`]],
		["Tanh", [`${to}/product`], [to]],
	];

	test("are one in a block that is passed through twice", async () => {
		const looped = net([...block("x", "h", "w"), ...block("h", "y", "w")], { ...norm, w: randomTensor("w", [4, 4]) });
		expect(await trainedIn(looped)).toEqual(["one", "zero", "w"]);
	});

	test("are several before different weights, and at different places beside one", async () => {
		const weights = { v: randomTensor("v", [4, 4]), w: randomTensor("w", [4, 4]) };
		const two = net([...block("x", "h", "v"), ...block("h", "y", "w")], { ...norm, ...weights });
		expect(await trainedIn(two)).toEqual(["one", "zero", "v", "w", "one_2", "zero_2"]);
		const nodes: readonly NodeParts[] = [["LayerNormalization", ["x", "one", "zero"], ["h"]], ...block("h", "y", "w")];
		expect(await trainedIn(net(nodes, { ...norm, w: weights.w }))).toHaveLength(5);
	});
});

describe("running statistics that a file has once", () => {
	const normalise = (from: string, to: string, gain: string): NodeParts => [
		"BatchNormalization",
		[from, gain, "zero", "zero", "one"],
		[to],
	];

	test("are no gains or biases, and each normalisation has its own", async () => {
		const model = net([normalise("x", "h", "one"), ["Tanh", ["h"], ["t"]], normalise("t", "y", "gain")], {
			...norm,
			gain: randomTensor("gain", [4]),
		});
		expect(await trainedIn(model)).toEqual(["one", "zero", "gain", "zero_3"]);
		expect(averagesOf(trainableForm(model, "net"))).toHaveLength(4);
	});

	test("are one in a normalisation that is used twice", () => {
		const model = net([normalise("x", "h", "gain"), ["Tanh", ["h"], ["t"]], normalise("t", "y", "gain")], {
			...norm,
			gain: randomTensor("gain", [4]),
		});
		expect(averagesOf(trainableForm(model, "net"))).toHaveLength(2);
	});
});

describe("equal weights in other forms", () => {
	const w = randomTensor("w", [4, 4]);
	const transposed: Tensor = {
		...w,
		data: Float32Array.from(w.data, (_, at) => w.data[(at % 4) * 4 + (at >> 2)] ?? 0),
	};
	const both = net(
		[
			["MatMul", ["x", "val_0"], ["h"]],
			["Transpose", ["val_1"], ["t"], { perm: ints([1, 0]) }],
			["MatMul", ["h", "t"], ["y"]],
		],
		{ val_0: w, val_1: transposed },
	);

	test("are one parameter, unless the exporter made them of two, which a notice says", async () => {
		expect(await trainedIn(both)).toHaveLength(1);
		const apart = withProvenance(both, {
			parameters: ["val_0", "val_1"],
			origins: { val_0: ["a.weight"], val_1: ["b.weight"] },
		});
		expect(await trainedIn(apart)).toEqual(["val_0", "val_1"]);
		expect(trainableForm(apart, "net").notices?.map(({ text }) => text)).toEqual([
			'net: "val_1" began equal to weights of other layers; both are trained, apart from each other.',
		]);
		const same = withProvenance(both, { parameters: ["val_0"], origins: { val_0: ["a"], val_1: ["a"] } });
		expect(await trainedIn(same)).toHaveLength(1);
	});
});

test("a weight of two layers that nothing tells apart is one, and a notice says so", () => {
	const { graph, ...rest } = net(
		[
			["MatMul", ["x", "onnx::MatMul_1"], ["h"]],
			["Tanh", ["h"], ["t"]],
			["MatMul", ["t", "onnx::MatMul_1"], ["y"]],
		],
		{ "onnx::MatMul_1": randomTensor("w", [4, 4]) },
	);
	const named = graph.nodes.map((node, at) => ({ ...node, name: ["/a/MatMul", "/Tanh", "/b/MatMul"][at] ?? "" }));
	const own = trainableForm({ ...rest, graph: { ...graph, nodes: named } }, "net");
	expect(selectTrainable(own)).toHaveLength(1);
	expect(own.notices?.map(({ text }) => text)).toEqual([
		'net: the layers "a", "b" share "onnx::MatMul_1", and the file does not say whether they are copies that began equal; ' +
			"it is trained as one.",
	]);
});

test("values that were folded away are named", () => {
	const model = net([["MatMul", ["x", "val_0"], ["y"]]], { val_0: randomTensor("w", [4, 4]) });
	const folded = withProvenance(model, { parameters: ["val_0"], lost: ["conv.weight", "bn.weight"], scoped: true });
	const [notice] = trainableForm(folded, "net").notices ?? [];
	expect(notice?.text).toMatch(/no values of 2 parameters that its exporter lists: "conv\.weight", "bn\.weight"\./);
});
