import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodeModel } from "../../src/onnx/decode.js";
import { loadClassifier } from "../../src/predict/index.js";
import { caseFolder, runIn } from "./case.js";

const data = [
	...["--data", "d.npz", "--set", "data.features=x", "--set", "data.label=y"],
	...["--set", "data.testFeatures=xt", "--set", "data.testLabel=yt"],
];
const told = /training\.onnx: the BatchNormalization node "bn" normalised each batch by its own statistics/;

test("a file with its BatchNormalization in training form answers as the one in inference form, and says so", async () => {
	const folder = await caseFolder("batchnorm-training-mode");
	const evaluated = async (model: string): Promise<Record<string, unknown>> => {
		const { code, stdout, stderr } = await runIn(folder, ["evaluate", "--model", model, ...data, "--json"]);
		expect(code, stderr).toBe(0);
		return JSON.parse(stdout) as Record<string, unknown>;
	};
	const [evaluation, training] = [await evaluated("eval.onnx"), await evaluated("training.onnx")];
	for (const figure of ["errors", "accuracy", "nll", "brier", "ece"]) expect(training[figure]).toBe(evaluation[figure]);
	expect(JSON.stringify(training["notices"])).toMatch(/training-form/);
	expect(evaluation["notices"]).toMatchObject([{ code: "normalisation-unsaid" }]);
});

test("single samples get the same answer from both", async () => {
	const folder = await caseFolder("batchnorm-training-mode");
	const [one, other] = await Promise.all(
		["eval.onnx", "training.onnx"].map((file) => loadClassifier(join(folder, file))),
	);
	const sample = Float32Array.from({ length: 48 }, (_, at) => Math.sin(at));
	expect((await other?.predict(sample))?.logits).toEqual((await one?.predict(sample))?.logits);
	await Promise.all([one?.release(), other?.release()]);
});

test("a student from it is trained, and ships in inference form", async () => {
	const folder = await caseFolder("batchnorm-training-mode");
	const args = ["--teacher", "eval.onnx", "--student", "training.onnx", "--set", "student.epochs=1", "--threads", "1"];
	const { code, stdout, stderr } = await runIn(folder, ["distill", ...data, ...args, "--quiet"]);
	expect(code, stderr).toBe(0);
	expect(stdout.replaceAll(/\s+/g, " ")).toMatch(told);
	const bytes = await readFile(join(folder, "limbeck-out/student.onnx"));
	const { nodes } = decodeModel(bytes, { form: "as-is" }).graph;
	const trains = nodes.filter(({ attributes }) => attributes.get("training_mode")?.value === 1);
	expect(trains).toEqual([]);
});

test("train --dry-run lists what of it is trained, and why", async () => {
	const folder = await caseFolder("batchnorm-training-mode");
	const args = ["train", "--model", "training.onnx", ...data, "--dry-run"];
	const { stdout, stderr } = await runIn(folder, args);
	expect(stdout, stderr).toMatch(/W +\[3, 3\] +trained +the weights of a layer/);
	expect(stdout).toMatch(/mu +\[3\] +frozen +running statistics of a normalisation/);
	const { parameters } = JSON.parse((await runIn(folder, [...args, "--json"])).stdout) as {
		readonly parameters: readonly { readonly trained: boolean }[];
	};
	expect(parameters.map(({ trained }) => trained)).toEqual([true, true, true, true, false, false]);
});
