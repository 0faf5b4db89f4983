import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildModel, families } from "../../src/models/index.js";
import { readModelFile, writeModelFile } from "../../src/onnx/file.js";
import { foreignModel, info, randomTensor } from "../support/models.js";
import { weightsOf } from "../support/training.js";
import { runCli, temporaryFolder } from "./run-cli.js";

/** Fields that make a training last a second or two. */
const tiny = ["--model", "mlp:8", "--epochs", "0.5", "--threads", "1"];

interface Shown {
	readonly name: string;
	readonly data: { readonly name: string };
	readonly network: Readonly<Record<string, unknown>>;
	readonly teacher: Readonly<Record<string, unknown>>;
	readonly student: Readonly<Record<string, unknown>>;
	readonly baseline: Readonly<Record<string, unknown>>;
}

async function shown(...args: readonly string[]): Promise<Shown> {
	const { code, stdout, stderr } = await runCli([...args, "--show-recipe"]);
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	return JSON.parse(stdout) as Shown;
}

describe("limbeck train", () => {
	it("trains, evaluates once and reports", async () => {
		const out = await temporaryFolder();
		const { code, stdout, stderr } = await runCli(["train", ...tiny, "--json", "--seeds", "2", "--out", out]);
		expect(code).toBe(0);
		const report = JSON.parse(stdout) as Record<string, unknown> & { network: Record<string, unknown> };
		expect(report).toEqual(JSON.parse(await readFile(join(out, "report.json"), "utf8")));
		expect(report).toMatchObject({
			schema: 1,
			seeds: [1, 2],
			data: { name: "digits", train: 7000, test: 2000, classes: 10 },
			recipe: { network: { family: "mlp", hidden: [8], epochs: 0.5 } },
			environment: { threads: 1 },
		});
		expect(report.network).toMatchObject({ parameters: 6370, seeds: [{ seed: 1 }, { seed: 2 }] });
		const { trainSeconds, secondsPerEpoch, accuracy } = report.network as Record<string, number>;
		expect(secondsPerEpoch).toBeCloseTo(2 * (trainSeconds ?? 0), 6);
		// A share of 0.1 would be right by chance.
		expect(accuracy).toBeGreaterThan(0.15);
		expect(stderr).toMatch(/^mlp, seed 2: epoch 0\.5 of 0\.5, validation \d+\.\d\d %$/m);
		expect(await readdir(out)).toEqual([
			"details.json",
			"metrics.jsonl",
			"model.onnx",
			"report.html",
			"report.json",
			"seed-2",
		]);
		expect(await readdir(join(out, "seed-2"))).toEqual(["model.onnx"]);
	});

	it("goes on from a file, and prints a table for people", async () => {
		const out = await temporaryFolder();
		expect(await runCli(["train", ...tiny, "--quiet", "--out", out])).toMatchObject({ code: 0, stderr: "" });
		const model = join(out, "from.onnx");
		await copyFile(join(out, "model.onnx"), model);
		// A rate that changes nothing: the model comes out as it went in.
		const still = ["--model", model, "--epochs", "0.1", "--lr", "1e-20", "--threads", "1", "--out", out];
		const { code, stdout } = await runCli(["train", ...still, "--quiet"]);
		expect(code).toBe(0);
		expect(stdout).toMatch(
			/^ +errors +accuracy +NLL +ECE +parameters +kB +ms\/sample +trained in +an epoch\nfile +\d+/,
		);
		expect(stdout).toContain("On 2,000 test samples, seen once, at the end.");
		expect(await readFile(join(out, "model.onnx"))).toEqual(await readFile(model));
	});

	it("trains a file that takes one batch size with batches of that size, judges it, and refuses to ship it", async () => {
		const folder = await temporaryFolder();
		const [file, out] = [join(folder, "fixed.onnx"), join(folder, "out")];
		const rows = randomTensor("rows", [48, 10]);
		const fixed = foreignModel({
			opset: 21,
			inputs: [info("x", [48, 1, 28, 28])],
			outputs: [info("y", [48, 10])],
			constants: { "net.weight": randomTensor("w", [784, 10]), rows },
			nodes: [
				["Flatten", ["x"], ["flat"]],
				["MatMul", ["flat", "net.weight"], ["h"]],
				["Add", ["h", "rows"], ["y"]],
			],
		});
		await writeModelFile(file, fixed);
		const { code, stdout, stderr } = await runCli(["train", "--model", file, "--epochs", "0.2", "--out", out]);
		expect({ code, stderr }).toMatchObject({ code: 0 });
		expect(stdout).toContain("The model takes batches of 48 alone");
		expect(stdout).toContain("On 2,000 test samples, seen once, at the end.");
		const trained = join(out, "model.onnx");
		expect(weightsOf(await readModelFile(trained)).get("net.weight")).not.toEqual(weightsOf(fixed).get("net.weight"));
		const shipped = await runCli(["export", trained, "--data", "digits", "--to", join(folder, "to")]);
		expect(shipped.stderr).toContain("expected a model that takes batches of any size");
	});

	it("replaces the head of a file and trains nothing else", async () => {
		const folder = await temporaryFolder();
		const [file, out] = [join(folder, "three.onnx"), join(folder, "out")];
		const task = { sampleShape: [1, 28, 28], classes: 3, seed: 1 };
		const three = buildModel({ family: "mlp", ...families.mlp.options.parse({ hidden: [8] }) }, task);
		await writeModelFile(file, three);
		const args = ["train", "--model", file, "--epochs", "0.2", "--threads", "1", "--quiet", "--out", out];
		const kept = await runCli(args);
		expect(kept.code).toBe(4);
		expect(kept.stderr).toContain("expected an output of 10 classes");
		expect(kept.stderr).toContain("replace");
		const head = ["--set", "network.head=replace", "--set", 'network.train=["logits.*"]'];
		expect(await runCli([...args, ...head])).toMatchObject({ code: 0, stderr: "" });
		const before = weightsOf(three);
		const after = weightsOf(await readModelFile(join(out, "model.onnx")));
		expect(after.get("hidden1.weight")).toEqual(before.get("hidden1.weight"));
		expect(after.get("logits.bias")).toHaveLength(10);
		expect(after.get("logits.bias")?.some((bias) => bias !== 0)).toBe(true);
	});

	it.each<readonly [what: string, args: readonly string[], texts: readonly string[]]>([
		["an unknown family", ["--model", "resnett:20"], ["--model", "mlp, cnn, resnet", 'Did you mean "resnet"?']],
		["a size that is none", ["--model", "resnet:8by4"], ["expected depth, or depth x width, such as resnet:8x4"]],
		["a depth that does not exist", ["--model", "resnet:18"], ["network.depth", "6n + 2", "got      18"]],
		["a field of another family", ["--set", "network.depth=8"], ["Only resnet, vit take", '"depth"']],
		["epochs that are none", ["--epochs", "x"], ["network.epochs", "expected a number"]],
		["an unknown recipe", ["digts"], ['Did you mean "digits"?']],
		[
			"the recipe of a distillation",
			["--set", "student.epochs=3"],
			['"student"', "name, data, network, loss, seed, seeds"],
		],
	])("refuses %s", async (_, args, texts) => {
		const { code, stdout, stderr } = await runCli(["train", ...args]);
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		for (const text of texts) expect(stderr).toContain(text);
	});

	it("refuses a model file that is missing, and one that is none", async () => {
		const folder = await temporaryFolder();
		const model = join(folder, "model.onnx");
		const missing = await runCli(["train", "--model", model, "--out", join(folder, "out")]);
		await writeFile(model, "text");
		const wrong = await runCli(["train", "--model", model, "--out", join(folder, "out")]);
		for (const { code, stderr } of [missing, wrong]) {
			expect(code).toBe(4);
			expect(stderr).toContain(model);
		}
	});
});

describe("limbeck train --show-recipe", () => {
	it("takes the recipe that bears the data set's name", async () => {
		expect(await shown("train", "--data", "mnist")).toMatchObject({ name: "mnist", data: { name: "mnist" } });
		expect(await shown("train", "--data", "cifar-100")).toMatchObject({
			name: "cifar-100",
			data: { name: "cifar-100" },
			network: { family: "resnet", depth: 8, width: 4, augment: [{ name: "flip" }, { name: "crop" }] },
		});
	});

	it("takes a plain recipe for data of the user's own", async () => {
		const file = join(await temporaryFolder(), "table.csv");
		await writeFile(file, "a,label\n1,x\n");
		const { name, data, network } = await shown("train", "--data", file);
		expect({ name, data, network }).toMatchObject({
			name: "custom",
			data: { name: "csv" },
			network: { family: "mlp" },
		});
	});

	it("puts a model in the recipe's place and keeps how it is trained", async () => {
		const { network } = await shown("train", "--model", "resnet:8x4", "--lr", "0.03", "--batch", "64");
		const before = (await shown("train")).network;
		const { epochs, optimizer } = before;
		expect(before).toMatchObject({ family: "cnn" });
		expect(network).toMatchObject({ family: "resnet", depth: 8, width: 4, batch: 64, epochs });
		expect(network["optimizer"]).toEqual({ ...(optimizer as object), learningRate: 0.03 });
		expect(network).not.toHaveProperty("channels");
	});
});

describe("limbeck distill with other networks", () => {
	it("names families in short, or field by field", async () => {
		const short = await shown("distill", "--student", "resnet:20", "--teacher", "vit:64x2");
		expect(short.student).toMatchObject({ family: "resnet", depth: 20, width: 1, epochs: { least: 60, steps: 500 } });
		expect(short.teacher).toMatchObject({
			family: "vit",
			dim: 64,
			depth: 2,
			heads: 1,
			epochs: { least: 40, steps: 500 },
		});
		const long = await shown("distill", "--set", "student.family=resnet", "--set", "student.depth=20");
		expect(long.student).toEqual(short.student);
		expect(short.baseline).toMatchObject({ epochs: { least: 60, steps: 500 } });
	});

	it("uses a teacher from a file as it is", async () => {
		const out = await temporaryFolder();
		const teacher = join(out, "mine.onnx");
		await runCli(["train", ...tiny, "--quiet", "--out", out]);
		await copyFile(join(out, "model.onnx"), teacher);
		const files = await temporaryFolder();
		const { code, stdout, stderr } = await runCli([
			...["distill", "--teacher", teacher, "--student", "mlp:4", "--set", "student.epochs=0.5"],
			...["--threads", "1", "--json", "--out", files],
		]);
		expect(code).toBe(0);
		expect(stderr).not.toContain("teacher: epoch");
		const report = JSON.parse(stdout) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
		expect(report["recipe"]).toMatchObject({ teacher: { family: "file", file: teacher } });
		const trained = JSON.parse(await readFile(join(out, "report.json"), "utf8")) as typeof report;
		expect(report["teacher"]?.["errors"]).toBe(trained["network"]?.["errors"]);
		expect(report["teacher"]).not.toHaveProperty("trainSeconds");
		expect(report["student"]).toMatchObject({ parameters: 785 * 4 + 50 });
		expect(await readdir(files)).toEqual([
			...["baseline.onnx", "details.json", "metrics.jsonl", "report.html", "report.json", "student.onnx"],
		]);
	});
});
