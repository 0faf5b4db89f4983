import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dataSetOf } from "../../src/data/index.js";
import { int } from "../../src/graph/attributes.js";
import { readModelFile, writeModelFile } from "../../src/onnx/file.js";
import type { OnnxModel, OnnxNode } from "../../src/onnx/model.js";
import { foreignModel, info, randomTensor } from "../support/models.js";
import { npy, zip } from "../support/own-data.js";
import { runCli, temporaryFolder, tiny } from "./run-cli.js";

/** A student that is trained in a moment. */
const student = ["--student", "mlp:4", "--set", "student.epochs=0.2", "--threads", "1"];

interface Measured {
	readonly errors: number;
	readonly parameters: number;
}

/** What these tests read of report.json. */
interface Report {
	readonly teacher?: Measured;
	readonly student: Measured & { readonly agreement?: number };
	readonly baseline: Measured;
	readonly members?: readonly Measured[];
	readonly teaching: {
		readonly how: string;
		readonly members: readonly { readonly where: string; readonly outputs: string; readonly reason: string }[];
	};
	readonly notes?: readonly string[];
}

async function distilled(
	...args: readonly string[]
): Promise<Report & { readonly stderr: string; readonly out: string }> {
	const out = await temporaryFolder();
	const { code, stdout, stderr } = await runCli(["distill", ...args, "--json", "--out", out]);
	expect(stderr).not.toContain("expected");
	expect(code).toBe(0);
	return { ...(JSON.parse(stdout) as Report), stderr, out };
}

/** A linear classifier of digits that nobody has trained. */
function classifier(weight: string, last?: OnnxNode["opType"]): OnnxModel {
	return foreignModel({
		opset: 17,
		nodes: [
			["Flatten", ["x"], ["flat"]],
			["MatMul", ["flat", "w"], ["z"]],
			...(last === undefined ? [] : ([[last, ["z"], ["y"], { axis: int(-1) }]] as const)),
		],
		inputs: [info("x", ["n", 1, 28, 28])],
		outputs: [info(last === undefined ? "z" : "y", ["n", 10])],
		constants: { w: randomTensor(weight, [784, 10]) },
	});
}

describe("a look inside a given teacher", () => {
	const pairs = [{ student: "hidden1", teacher: "flat2" }];
	const mixture = { name: "mixture", of: [{ name: "soft-targets" }, { name: "hints", pairs }] };

	it.each([[["--dry-run"]], [[]]])("is refused before the baseline trains where it cannot be (%j)", async (more) => {
		const folder = await temporaryFolder();
		const file = join(folder, "mine.onnx");
		await writeModelFile(file, classifier("any"));
		const args = ["--teacher", file, "--set", `distillation=${JSON.stringify(mixture)}`, "--set", "teacher.trust=true"];
		const { code, stderr } = await runCli(["distill", ...student, ...args, ...more, "--out", join(folder, "out")]);
		expect(code).toBe(2);
		expect(stderr).toContain("a value of the teacher");
		expect(stderr).toContain("Near names are flat");
		expect(stderr).not.toContain("epoch ");
	});
});

describe("limbeck distill with several teachers", () => {
	it("trains --members of them and reports each", async () => {
		const { teacher, members, teaching, stderr, out } = await distilled(...tiny, "--members", "2");
		expect(await readdir(out)).toEqual([
			...["baseline.onnx", "details.json", "metrics.jsonl", "report.html", "report.json"],
			...["student.onnx", "teacher-1.onnx", "teacher-2.onnx"],
		]);
		// They may train side by side.
		for (const k of [1, 2]) expect(stderr).toMatch(new RegExp(`^teacher ${String(k)}: epoch 0\\.5 of 0\\.5`, "m"));
		expect(members).toHaveLength(2);
		expect(teacher?.parameters).toBe(2 * 6370);
		expect(teaching).toMatchObject({
			how: "stored",
			combine: "arithmetic",
			members: [{ where: "teacher-1.onnx" }, {}],
		});
		// The first is the single teacher of the same seed, and the others are not.
		const single = await distilled(...tiny);
		const alone = await readFile(join(single.out, "teacher.onnx"));
		expect(await readFile(join(out, "teacher-1.onnx"))).toEqual(alone);
		expect(await readFile(join(out, "teacher-2.onnx"))).not.toEqual(alone);
		expect(members?.[0]?.errors).toBe(single.teacher?.errors);
	});

	it("asks several files together, and says of each what it takes it for", async () => {
		const folder = await temporaryFolder();
		const [a, b] = [join(folder, "a.onnx"), join(folder, "b.onnx")];
		await writeModelFile(a, classifier("a", "Softmax"));
		await writeModelFile(b, classifier("b"));
		const { teaching, members, teacher, stderr } = await distilled(
			...["--teacher", a, "--teacher", b, ...student],
			...["--set", "teacher.trust=true"],
		);
		expect(teaching.members).toMatchObject([
			{ where: a, outputs: "logits", reason: "its last operator, Softmax, is left out" },
			{ where: b, outputs: "logits", reason: expect.stringContaining("rows of 64 samples") as string },
		]);
		expect(stderr).toContain(`${b} contains no normalisation: bytes are given as byte / 255`);
		expect(stderr).toMatch(/b\.onnx is no better than chance/);
		expect([members?.length, teacher?.parameters]).toEqual([2, 2 * 7840]);
	});

	it("tries files before networks are trained", async () => {
		const file = join(await temporaryFolder(), "mine.onnx");
		const { graph, ...model } = classifier("a");
		const weights = graph.initializers.map(({ name }) => ({ name, tensor: randomTensor("w", [784, 11]) }));
		await writeModelFile(file, { ...model, graph: { ...graph, initializers: weights } });
		const out = await temporaryFolder();
		const { code, stderr } = await runCli([
			"distill",
			"--teacher",
			"mlp:8",
			"--teacher",
			file,
			...student,
			"--out",
			out,
		]);
		expect(code).toBe(4);
		expect(stderr.replaceAll(/\s+/g, " ")).toContain(
			`${file} expected an output for each of the data's 10 classes got 11 outputs`,
		);
		expect(stderr).not.toContain("epoch");
		expect(await readdir(out).catch(() => [])).toEqual([]);
	});
});

/** A file with soft targets for the training samples of digits: the true class at 0.91. */
async function targetsOfDigits(): Promise<string> {
	const data = await dataSetOf({ name: "digits" }).load({ name: "digits" });
	const { labels, origin } = data.train;
	const probabilities = new Float32Array(labels.length * 10).fill(0.01);
	labels.forEach((label, row) => {
		probabilities[row * 10 + label] = 0.91;
	});
	const file = join(await temporaryFolder(), "targets.npz");
	const ids = BigInt64Array.from(origin?.rows ?? [], BigInt);
	await writeFile(
		file,
		zip({
			"ids.npy": npy("<i8", [labels.length], ids),
			"probabilities.npy": npy("<f4", [labels.length, 10], probabilities),
		}),
	);
	return file;
}

describe("limbeck distill from soft targets", () => {
	it("learns, without a teacher to compare with", async () => {
		const file = await targetsOfDigits();
		const args = ["--student", "mlp:16", "--set", "student.epochs=2", "--set", "student.jitter=1", "--threads", "1"];
		const report = await distilled("--teacher", file, ...args, "--set", "distillation.hardWeight=0");
		expect(report.teacher).toBeUndefined();
		expect(report.student).not.toHaveProperty("agreement");
		// 1,800 by chance, had the rows been in another order.
		expect(report.student.errors).toBeLessThan(1200);
		expect(report.teaching).toMatchObject({ how: "stored", members: [{ outputs: "probabilities" }] });
		expect(report.stderr).toContain("every random view of a sample gets the targets of the sample as it is");
	});

	it("gives a fraction of the samples the targets of those samples", async () => {
		const settings = ["student.fraction=0.1", "student.epochs=20", "distillation.hardWeight=0"];
		const args = ["--student", "mlp:16", "--threads", "1", ...settings.flatMap((setting) => ["--set", setting])];
		const report = await distilled("--teacher", await targetsOfDigits(), ...args);
		// 1,800 by chance, had the rows been those of other samples.
		expect(report.student.errors).toBeLessThan(1200);
	});

	it("refuses targets for other data", async () => {
		const file = join(await temporaryFolder(), "few.jsonl");
		await writeFile(file, '{"logits":[1,2,3,4,5,6,7,8,9,0]}\n');
		const { code, stderr } = await runCli(["distill", "--teacher", file, ...student, "--out", await temporaryFolder()]);
		expect(code).toBe(3);
		expect(stderr).toContain("a row for each of 7000 training samples, in order, or 10000 for all rows");
	});
});

describe("a student that ends in its probabilities", () => {
	it("is trained by its logits, which is told", async () => {
		const file = join(await temporaryFolder(), "student.onnx");
		await writeModelFile(file, classifier("student", "Softmax"));
		const args = ["--set", "teacher.hidden=[8]", "--set", "teacher.epochs=0.5", "--threads", "1"];
		const { notes, out, stderr } = await distilled("--student", file, "--set", "student.epochs=1", ...args);
		const note = `${file}: its last Softmax is taken off, to be trained by its logits.`;
		expect(notes).toEqual([note, `${file}: 7840 weights in 1 tensor are trained.`]);
		expect(stderr).toContain(note);
		const { graph } = await readModelFile(join(out, "student.onnx"));
		expect(graph.nodes.map(({ opType }) => opType)).not.toContain("Softmax");
	});

	it("is evaluated by its probabilities as by its logits", async () => {
		const folder = await temporaryFolder();
		const results = [];
		for (const [name, last] of [["logits"], ["probabilities", "Softmax"]] as const) {
			const model = join(folder, `${name}.onnx`);
			await writeModelFile(model, classifier("w", last));
			const { stdout } = await runCli(["evaluate", "--model", model, "--data", "digits", "--threads", "1", "--json"]);
			results.push(JSON.parse(stdout) as { errors: number; nll: number });
		}
		const [one, other] = results;
		expect(other?.errors).toBe(one?.errors);
		expect(other?.nll).toBe(one?.nll);
	});
});
