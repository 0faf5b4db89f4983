import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ExportReport } from "../../src/deploy/report.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { foreignModel, info } from "../support/models.js";
import { runCli, startCli, temporaryFolder, tiny } from "./run-cli.js";

it("limbeck export writes a folder with every model and its figures, and no other", async () => {
	const folder = await temporaryFolder();
	const [out, to] = [join(folder, "run"), join(folder, "model")];
	const run = startCli(["distill", ...tiny, "--quiet", "--out", out]);
	expect(await run.result).toMatchObject({ code: 0, stderr: "" });
	const env = { LIMBECK_STORE: run.store };

	const exported = await runCli(["export", "last", "--to", to, "--json", "--threads", "1"], env);
	expect(exported).toMatchObject({ code: 0 });
	const report = JSON.parse(exported.stdout) as ExportReport;
	expect(report).toEqual(JSON.parse(await readFile(join(to, "export.json"), "utf8")));
	const [float32, float16, int8] = report.models;
	expect(report.models.map(({ precision }) => precision)).toEqual(["float32", "float16", "int8"]);
	const made = JSON.parse(await readFile(join(out, "report.json"), "utf8")) as { student: { errors: number } };
	expect(float32?.test).toMatchObject({ errors: made.student.errors, agreement: 1 });
	expect(float16?.validation.agreement).toBeGreaterThan(0.99);
	expect(int8?.validation.agreement).toBeGreaterThan(0.95);
	expect(int8?.bytes).toBeLessThan(float16?.bytes ?? 0);
	expect(float16?.bytes).toBeLessThan(0.6 * (float32?.bytes ?? 0));
	for (const { file, bytes } of report.models) expect((await stat(join(to, file))).size).toBe(bytes);
	expect(await readFile(join(to, "README.md"), "utf8")).toContain('"temperature": 4');

	const refused = await runCli(["export", out, "--to", to], env);
	expect(refused).toMatchObject({ code: 2, stdout: "" });
	expect(refused.stderr).toContain("is empty");
	expect(await readdir(folder)).toEqual(["model", "run"]);
}, 240_000);

it("limbeck export names what is wrong", async () => {
	const folder = await temporaryFolder();
	const to = join(folder, "model");
	const none = await runCli(["export", "no-such-run", "--to", to]);
	expect(none).toMatchObject({ code: 2, stdout: "" });
	expect(none.stderr).toContain("a model file, a folder with results, or a run");

	const unknown = join(folder, "unknown.onnx");
	const model = foreignModel({
		opset: 21,
		inputs: [info("x", ["n", 784])],
		outputs: [info("y", ["n", 784])],
		nodes: [["Bernoulli", ["x"], ["y"]]],
	});
	await writeFile(unknown, encodeModel(model));
	const refused = await runCli(["export", unknown, "--to", to, "--data", "digits"]);
	expect(refused).toMatchObject({ code: 4, stdout: "" });
	expect(refused.stderr).toContain("y (Bernoulli)");
	const without = await runCli(["export", unknown, "--to", to]);
	expect(without.code).toBe(2);
	expect(without.stderr).toContain("A folder of results, in place of its model");
	expect(await readdir(folder)).toEqual(["unknown.onnx"]);
});
