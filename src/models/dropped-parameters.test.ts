import { expect, test } from "vitest";
import { foreignModel, info, randomTensor } from "../../test/support/models.js";
import { provenanceKey } from "../onnx/provenance.js";
import { trainableForm } from "./trainable-form.js";

test.each([
	["is put back where constants alone make it", "net.gain", "biases-restored"],
	["is named where nothing says how long it is", "mean", "parameters-folded"],
])("a bias of zeros of a layer with a computed kernel %s", (_, factor, code) => {
	const model = foreignModel({
		opset: 18,
		nodes: [
			["ReduceMean", ["x"], ["mean"]],
			["Add", ["net.weight", "net.gain"], ["sum"]],
			["Mul", ["sum", factor], ["kernel"]],
			["Conv", ["x", "kernel"], ["z"]],
			["GlobalAveragePool", ["z"], ["p"]],
			["Flatten", ["p"], ["y"]],
		],
		inputs: [info("x", ["n", 2, 5])],
		outputs: [info("y", ["n", 3])],
		constants: { "net.weight": randomTensor("w", [3, 2, 2]), "net.gain": randomTensor("g", [3, 1, 1]) },
	});
	const listed = {
		parameters: ["net.weight", "net.gain"],
		constants: [],
		missing: ["net.bias"],
		origins: {},
		separate: [],
		biases: [{ name: "net.bias", users: ["z"] }],
		lost: [],
		scoped: true,
	};
	const { graph, notices } = trainableForm(
		{ ...model, metadata: new Map([[provenanceKey, JSON.stringify(listed)]]) },
		"net",
	);
	const [isBack, conv] = [code === "biases-restored", graph.nodes.find(({ opType }) => opType === "Conv")];
	expect(notices?.map((notice) => notice.code)).toEqual([code]);
	expect(notices?.[0]?.text).toContain('"net.bias"');
	expect(graph.initializers.find(({ name }) => name === "net.bias")?.tensor.dims).toEqual(isBack ? [3] : undefined);
	expect(conv?.inputs.slice(0, 3)).toEqual(["x", "kernel", ...(isBack ? ["net.bias"] : [])]);
});
