import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pictures } from "../support/own-data.js";
import { runCli, temporaryFolder } from "./run-cli.js";

describe("limbeck init", () => {
	it("writes a recipe that fits a table, and one that fits grey pictures", async () => {
		const folder = await temporaryFolder();
		const [table, json, ts] = [join(folder, "table.csv"), join(folder, "mine.json"), join(folder, "mine.ts")];
		const rows = Array.from({ length: 40 }, (_, k) => `${String(k)},1,${k % 2 === 0 ? "a" : "b"}`);
		await writeFile(table, ["x,y,kind", ...rows].join("\n"));
		const made = await runCli(["init", json, "--data", table, "--set", "data.label=kind", "--target", "edge"]);
		expect(made.code).toBe(0);
		expect(made.stderr).toMatch(/ training samples of \[2\], 2 classes/);
		expect(made.stdout).toContain(`npx limbeck distill ${json} --out results`);
		expect(JSON.parse(await readFile(json, "utf8"))).toMatchObject({
			name: "table",
			data: { name: "csv", file: table, label: "kind" },
			student: { hidden: [16] },
		});
		expect((await runCli(["distill", json, "--dry-run"])).code).toBe(0);

		expect((await runCli(["init", ts, "--yes"])).code).toBe(0);
		expect(await readFile(ts, "utf8")).toContain('import { defineRecipe } from "limbeck";');
		const shown = await runCli(["distill", ts, "--show-recipe"]);
		expect(JSON.parse(shown.stdout)).toMatchObject({
			data: { name: "digits" },
			teacher: { family: "cnn", channels: [32, 64, 128] },
			student: { family: "cnn", channels: [8, 16, 32], jitter: { most: 2 } },
		});
	});

	it("takes a teacher for samples without labels, and follows it alone", async () => {
		const folder = await temporaryFolder();
		const [images, file] = [join(folder, "images"), join(folder, "recipe.json")];
		await pictures(images);
		const args = ["init", file, "--data", images, "--target", "node"];
		const without = await runCli(args);
		expect([without.code, without.stdout]).toEqual([2, ""]);
		expect(without.stderr).toContain("a teacher's file for samples without labels");
		expect((await runCli([...args, "--teacher", "teacher.onnx"])).code).toBe(0);
		expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({
			data: { name: "folder", unlabelled: true },
			teacher: { family: "file", file: "teacher.onnx" },
			student: { family: "resnet", depth: 8, width: 2 },
			distillation: { hardWeight: 0 },
		});
	});

	it("writes over no file, and nothing where the data cannot be read", async () => {
		const folder = await temporaryFolder();
		const file = join(folder, "recipe.ts");
		for (const [args, code, text] of [
			[["--data", folder], 2, "which holds nothing"],
			[["--data", "mnist"], 3, "limbeck data get mnist"],
			[["--target", "toaster"], 2, "browser"],
		] as const) {
			const { stderr, ...result } = await runCli(["init", file, ...args]);
			expect(result).toEqual({ code, stdout: "" });
			expect(stderr).toContain(text);
		}
		expect(await readdir(folder)).toEqual([]);
		await writeFile(file, "mine");
		expect((await runCli(["init", file])).stderr).toContain("--force");
		expect(await readFile(file, "utf8")).toBe("mine");
	});
});
