/** Every option that a hint about a model names can be set, and mends what the hint is about. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runtime } from "../../../test/support/graphs.js";
import { foreignModel, info, type NodeParts } from "../../../test/support/models.js";
import { temporaryFolder } from "../../../test/support/own-data.js";
import { readingOf } from "../../console/evaluate-flags.js";
import type { DataSet, Split } from "../../data/data-set.js";
import { openSamples } from "../../data/open-samples.js";
import { int, ints } from "../../graph/attributes.js";
import { writeModelFile } from "../../onnx/file.js";
import type { OnnxModel, OnnxValueInfo } from "../../onnx/model.js";
import { openModel } from "../../predict/open-model.js";
import { parseRecipe } from "../../workflows/distill/recipe.js";
import { importedNetwork } from "../untrained.js";
import { noticesOn } from "./judge.js";
import { readMember } from "./open.js";
import { fileMember } from "./sources.js";

/** Pictures of one pixel in three colours: that of their class is bright. */
const count = 60;
const train: Split = {
	count,
	labels: Int32Array.from({ length: count }, (_, index) => index % 3),
	samples: {
		...({ kind: "memory", type: "uint8" } as const),
		data: Uint8Array.from({ length: 3 * count }, (_, at) => (at % 3 === Math.floor(at / 3) % 3 ? 160 : 100) + (at % 7)),
	},
};
const data: DataSet = {
	name: "test",
	classes: ["a", "b", "c"],
	sampleShape: [3, 1, 1],
	normalization: { mean: 0.43, std: 0.12 },
	train,
	validation: train,
	fingerprint: "0",
};

const float = (values: readonly number[], dims: readonly number[] = []) =>
	({ type: "float", dims, data: Float32Array.from(values) }) as const;

function model(
	nodes: readonly NodeParts[],
	outputs: readonly OnnxValueInfo[],
	input: OnnxValueInfo["dims"],
): OnnxModel {
	return foreignModel({
		opset: 17,
		nodes: [["Flatten", ["x"], ["colours"]], ...nodes],
		inputs: [info("x", input)],
		outputs,
		constants: {
			ten: float([10]),
			third: float([0.3]),
			turn: { type: "int64", dims: [3], data: BigInt64Array.of(2n, 0n, 1n) },
			weights: float([10, 0, 0, 0, 10, 0, 0, 0, 10, 0, 0, 0], [4, 3]),
		},
	});
}

const pixel = ["n", 3, 1, 1];
const logits = info("z", ["n", 3]);
const plain: readonly NodeParts[] = [["Mul", ["colours", "ten"], ["z"]]];

const cases: Readonly<Record<string, { readonly model: OnnxModel; readonly fill?: string }>> = {
	"two outputs that fit": {
		model: model([...plain, ["Neg", ["z"], ["y"]]], [logits, info("y", ["n", 3])], pixel),
	},
	"an output of other classes too": {
		model: model([["Gemm", ["colours", "weights"], ["z"], { transB: int(1) }]], [info("z", ["n", 4])], pixel),
		fill: "[0,1,2]",
	},
	"an input of another size": {
		model: model(
			[
				["ReduceMean", ["x"], ["mean"], { axes: ints([2, 3]), keepdims: int(0) }],
				["Mul", ["mean", "ten"], ["z"]],
			],
			[logits],
			["n", 3, 2, 1],
		),
		fill: '{"size":[2,1]}',
	},
	"nearly probabilities": {
		model: model(
			[
				["Softmax", ["colours"], ["p"]],
				["Mul", ["p", "near"], ["z"]],
			],
			[logits],
			pixel,
		),
	},
	"another order of its classes": {
		model: model(
			[
				["Mul", ["colours", "ten"], ["y"]],
				["Gather", ["y", "turn"], ["z"], { axis: int(1) }],
			],
			[logits],
			pixel,
		),
	},
};

/** The settings that a text names, with place-holders filled in. */
function settingsIn(text: string, fill = ""): readonly string[] {
	return [...text.matchAll(/--set ([\w.]+=)(?:'([^']+)'|([^\s']*[^\s'.,;]))/g)].map(
		([, path = "", quoted, bare = ""]) => path + (quoted ?? bare).replace(/\{…\}|\[…\]/, fill),
	);
}

/** What is said of a model, errors and hints alike. */
async function said(file: string, settings: readonly string[]): Promise<string> {
	const member = await readMember(fileMember(file, readingOf(settings, "test")), {});
	const context = { runtime, openSamples, threads: 1 };
	return noticesOn([member], data, context).then(
		(notices) => notices.map(({ text, hint = "" }) => `${text} ${hint}`).join("\n"),
		String,
	);
}

describe("hints about a model that is measured", () => {
	test.each(Object.entries(cases))("%s", async (_, { model: one, fill }) => {
		const near = { name: "near", tensor: float([1.03]) };
		const file = join(await temporaryFolder(), "m.onnx");
		await writeModelFile(file, { ...one, graph: { ...one.graph, initializers: [...one.graph.initializers, near] } });
		const before = await said(file, []);
		const [setting] = settingsIn(before.replace(/^.*normalisation.*$/m, ""), fill);
		expect(setting, before).toBeDefined();
		const after = await said(file, [setting ?? ""]);
		expect(after).not.toContain("LimbeckError");
		expect(after).not.toContain("With another order");
	});
});

test("options of a member of an ensemble are those of that member", () => {
	const teacher = { family: "ensemble", members: [{ file: "a.onnx" }, { file: "b.onnx" }] } as const;
	const [setting = ""] = settingsIn("Another one: --set teacher.members.1.output=y.");
	const parsed = parseRecipe({ teacher }, "recipe", [setting]).teacher;
	expect(parsed).toMatchObject({ members: [{ file: "a.onnx" }, { file: "b.onnx", output: "y" }] });
});

describe("where it is no option of a command line", () => {
	const two = model([...plain, ["Neg", ["z"], ["y"]]], [logits, info("y", ["n", 3])], pixel);

	test("a network to train has its field beside its file", async () => {
		const file = join(await temporaryFolder(), "m.onnx");
		await writeModelFile(file, two);
		const task = { sampleShape: [3, 1, 1], classes: 3 };
		await expect(importedNetwork({ file }, {}, task)).rejects.toThrow("the field output beside file: y");
		expect(parseRecipe({ student: { file, output: "y" } }).student).toMatchObject({ output: "y" });
		expect((await importedNetwork({ file, output: "y" }, {}, task)).notices).toBeDefined();
	});

	test("a classifier that a program loads has an option of that", async () => {
		const open = (bytes: Uint8Array) => runtime.createSession(bytes, {});
		await expect(openModel(two, "m.onnx", open)).rejects.toThrow("the option output: z or the option output: y");
		const opened = await openModel(two, "m.onnx", open, { output: "y" });
		await opened.release();
	});
});
