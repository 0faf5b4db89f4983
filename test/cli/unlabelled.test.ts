import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeModelFile } from "../../src/onnx/file.js";
import { createDraws } from "../support/draws.js";
import { foreignModel, info, randomTensor } from "../support/models.js";
import { pictures } from "../support/own-data.js";
import { runCli, temporaryFolder } from "./run-cli.js";

const draws = createDraws(5, "logits");

/** A linear classifier of such pictures in three classes. @returns its file. */
async function teacherIn(folder: string, classes?: readonly string[]): Promise<string> {
	const model = foreignModel({
		opset: 17,
		nodes: [
			["Flatten", ["x"], ["flat"]],
			["MatMul", ["flat", "w"], ["z"]],
		],
		inputs: [info("x", ["n", 1, 8, 8])],
		outputs: [info("z", ["n", 3])],
		constants: { w: randomTensor("teacher", [64, 3]) },
	});
	const metadata = new Map(classes === undefined ? [] : [["limbeck.classes", JSON.stringify(classes)]]);
	const file = join(folder, "teacher.onnx");
	await writeModelFile(file, { ...model, metadata });
	return file;
}

interface Report {
	readonly data: object;
	readonly student: object;
	readonly teacher: object;
	readonly notes: readonly string[];
}

const quick = ["--student", "mlp:4", "--set", "student.epochs=2", "--set", "student.batch=8", "--threads", "1"];
const small = ["--set", "data.size=8", "--set", "data.channels=1"];

describe("limbeck distill of pictures without classes", () => {
	it("learns from the teacher, is judged by it, and says so", async () => {
		const [folder, files, out] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
		await pictures(folder, 40);
		const teacher = await teacherIn(files);
		const args = ["distill", "--data", folder, ...small, "--teacher", teacher, ...quick, "--out", out];
		const env = { XDG_CACHE_HOME: files };
		const refused = await runCli(args, env);
		expect(refused).toMatchObject({ code: 2, stdout: "" });
		expect(refused.stderr).toMatch(/soft-targets[^]*hardWeight=0\.1[^]*Set its hardWeight=0\./);

		const { code, stdout, stderr } = await runCli([...args, "--set", "distillation.hardWeight=0"], env);
		expect({ code, stderr }).toMatchObject({ code: 0 });
		expect(stderr).toMatch(
			/^student, distilled: epoch 2\.\d of 2\.\d, validation agreement \d+\.\d\d %, KL \d\.\d{4}$/m,
		);
		expect(stdout).toContain("No labels: validation goes by the teacher");
		expect(stdout).toContain("The distilled student agrees with the teacher on");
		expect(await readdir(out)).toEqual(["details.json", "metrics.jsonl", "report.html", "report.json", "student.onnx"]);
		const report = JSON.parse(await readFile(join(out, "report.json"), "utf8")) as Report;
		expect(report.data).toMatchObject({ unlabelled: true, train: 28, validation: 4, test: 8, classes: 3 });
		const figure = expect.any(Number) as number;
		expect(report.student).toMatchObject({
			agreement: figure,
			klToTeacher: figure,
			validationAgreement: figure,
			validationKlToTeacher: figure,
			bytes: figure,
			latencyMs: { p50: figure },
			parameters: 64 * 4 + 4 + 4 * 3 + 3,
		});
		for (const network of [report.student, report.teacher]) expect(network).not.toHaveProperty("accuracy");
		expect(report.student).not.toHaveProperty("validationErrors");
		expect(report).not.toHaveProperty("baseline");
		expect(report).not.toHaveProperty("mcnemar");
		expect(report.notes.at(-1)).toMatch(/^no labels: /);

		const untaught = await runCli(["distill", "--data", folder, "--set", "distillation.hardWeight=0"], env);
		expect(untaught).toMatchObject({ code: 2 });
		expect(untaught.stderr).toContain("--teacher teacher.onnx");
		const alone = await runCli(["train", "--data", folder, ...small, "--set", 'data.classes=["a","b"]'], env);
		expect(alone).toMatchObject({ code: 2 });
		expect(alone.stderr).toContain("objective cross-entropy");
	});

	it("learns from a file of soft targets, and is judged by those of the validation samples", async () => {
		const [folder, files, out] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
		await pictures(folder, 40);
		const targets = join(files, "targets.jsonl");
		const rows = (count: number): string =>
			Array.from({ length: count }, () => `${JSON.stringify({ logits: draws.reals(3, -3, 3) })}\n`).join("");
		await writeFile(targets, rows(40));
		const soft = ["--teacher", targets, "--set", "distillation.hardWeight=0"];
		const args = ["distill", "--data", folder, ...small, ...soft, ...quick, "--out", out];
		const env = { XDG_CACHE_HOME: files };
		const { code, stdout, stderr } = await runCli(args, env);
		expect({ code, stderr }).toMatchObject({ code: 0 });
		expect(stderr).toMatch(/validation agreement \d+\.\d\d %, KL \d\.\d{4}$/m);
		expect(stdout).toContain("No labels: validation goes by the teacher");
		const report = JSON.parse(await readFile(join(out, "report.json"), "utf8")) as Report;
		expect(report.data).toMatchObject({ unlabelled: true, train: 28, validation: 4, classes: 3 });
		expect(report.student).toMatchObject({ validationKlToTeacher: expect.any(Number) as number });
		expect(report.student).not.toHaveProperty("klToTeacher");

		await writeFile(targets, rows(28)); // The training samples alone.
		const few = await runCli(args, env);
		expect(few).toMatchObject({ code: 3 });
		expect(few.stderr).toContain(
			"validation goes by them, so 40 for all rows that they were taken from\n  got      28 rows",
		);
		await writeFile(targets, '{"indices":[0,2],"values":[1,2]}\n'.repeat(40));
		const unnamed = await runCli(args, env);
		expect(unnamed).toMatchObject({ code: 3 });
		expect(unnamed.stderr).toContain("Name the classes in the targets' order: teacher.classes.");
	});

	it("has the usual figures on a labelled test set that is apart", async () => {
		const [folder, files, out] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
		await pictures(folder, 20);
		await pictures(join(folder, "test", "owl"), 3);
		await pictures(join(folder, "test", "cat"), 2);
		const teacher = await teacherIn(files, ["cat", "dog", "owl"]);
		const { code, stdout } = await runCli(
			[
				...["distill", "--data", folder, ...small, "--teacher", teacher, ...quick, "--out", out, "--json"],
				...["--set", "distillation.hardWeight=0"],
			],
			{ XDG_CACHE_HOME: files },
		);
		expect(code).toBe(0);
		const report = JSON.parse(stdout) as Report;
		const figure = expect.any(Number) as number;
		expect(report.data).toMatchObject({ train: 18, validation: 2, test: 5 });
		expect(report.student).toMatchObject({ accuracy: figure, nll: figure, agreement: figure });
		expect(report.teacher).toMatchObject({ accuracy: figure });
		expect(report).not.toHaveProperty("baseline");

		const named = [...small, "--set", 'data.classes=["cat","dog","owl"]'];
		const evaluated = await runCli(["evaluate", "--model", join(out, "student.onnx"), "--data", folder, ...named], {
			XDG_CACHE_HOME: files,
		});
		expect(evaluated.code).toBe(0);
		expect(evaluated.stdout).toMatch(/errors +\d of 5/);
		expect(evaluated.stdout).toContain("No temperature is fitted: the validation split has no labels.");
	});
});
