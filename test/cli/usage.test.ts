import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli, startCli, temporaryFolder } from "./run-cli.js";

describe("limbeck", () => {
	it("explains itself without arguments", async () => {
		const { code, stdout, stderr } = await runCli([]);
		expect(code).toBe(0);
		expect(stderr).toBe("");
		for (const text of [
			"distill",
			"evaluate",
			"compare",
			"recipe",
			"data",
			"doctor",
			"Examples:",
			"Exit codes:",
			"130",
		]) {
			expect(stdout).toContain(text);
		}
	});

	it("takes no offence at a reader that leaves early", async () => {
		const { child, result } = startCli(["recipe"]);
		child.stdout?.destroy();
		expect(await result).toMatchObject({ code: 0, stderr: "" });
	});

	it.each([
		["an unknown command", ["distil"], "unknown command 'distil'", "Did you mean distill?"],
		["an unknown subcommand", ["data", "verfy"], "unknown command 'verfy'", "See limbeck data --help."],
		["no subcommand", ["data"], "expected a command's name", "See limbeck data --help."],
		["an unknown option", ["distill", "--thread", "1"], "unknown option '--thread'", "Did you mean --threads?"],
		["an argument too many", ["distill", "digits", "mnist"], "too many arguments", "See limbeck distill --help."],
		["an option without its value", ["distill", "--out"], "--out", "See limbeck distill --help."],
		["no required option", ["evaluate", "--data", "digits"], "--model", "See limbeck evaluate --help."],
	])("refuses %s", async (_, args, got, hint) => {
		const { code, stdout, stderr } = await runCli(args);
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		expect(stderr).toMatch(/^error limbeck/);
		expect(stderr).toContain(got);
		expect(stderr).toContain(hint);
	});
});

describe("limbeck distill refuses", () => {
	const set = (...settings: readonly string[]): readonly string[] => settings.flatMap((one) => ["--set", one]);

	it.each<readonly [what: string, args: readonly string[], texts: readonly string[]]>([
		["an unknown recipe", ["digit"], ["expected digits, mnist", 'Did you mean "digits"?']],
		["a recipe file that is missing", ["none.json"], ["expected a file that exists", '"none.json"']],
		["a field of another level", set("temperature=8"), ["Did you mean distillation.temperature?"]],
		["a misspelt field", set("student.hiden=[3]"), ["recipe digits: student", 'Did you mean "hidden"?']],
		["a wrong type", set("student.hidden=8"), ["student.hidden", "expected a list", "got      8"]],
		["T = 0", set("distillation.temperature=0"), ["distillation.temperature", "more than 0"]],
		["a layer of no units", set("student.hidden=[0]"), ["student.hidden.0", "at least 1"]],
		["a layer of too many units", set("student.hidden=[1e9]"), ["student.hidden.0", "at most 65536"]],
		["an unknown optimizer", set("teacher.optimizer.name=adamm"), ["one of sgd, adam, adamw", 'Did you mean "adam"?']],
		["a setting without a value", set("seed"), ["--set seed", "expected PATH=VALUE"]],
		["__proto__ in a setting", set("__proto__.seeds=3"), ["expected PATH=VALUE"]],
		["no seeds", ["--seeds", "0"], ["seeds", "at least 1"]],
		["threads that are no number", ["--threads", "x"], ["threads", "expected a number"]],
		["a misspelt data set", ["--data", "mnits"], ['Did you mean "mnist"?']],
		[
			"a folder for a data set without one",
			["--folder", "."],
			["recipe digits: data", 'Only mnist, fashion-mnist, cifar-100, folder take "directory".'],
		],
	])("%s", async (_, args, texts) => {
		const { code, stdout, stderr } = await runCli(["distill", ...args]);
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		for (const text of texts) expect(stderr).toContain(text);
	});

	it.each([
		["invalid JSON", "recipe.json", '{"seeds": 3', "expected JSON"],
		["__proto__", "recipe.json", '{"__proto__": {"seeds": 3}}', '"__proto__"'],
		["__proto__ below", "recipe.json", '{"teacher": {"__proto__": {"epochs": 3}}}', '"__proto__"'],
		["no object", "recipe.json", "[1]", "expected an object"],
		["code that throws", "recipe.ts", 'throw new Error("on purpose");', "on purpose"],
		["no recipe", "recipe.ts", "export default 3;", "expected an object"],
	])("a recipe file with %s", async (_, name, text, message) => {
		const path = join(await temporaryFolder(), name);
		await writeFile(path, text);
		const { code, stdout, stderr } = await runCli(["distill", path]);
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		expect(stderr).toContain(path);
		expect(stderr).toContain(message);
	});

	it("data that is not there, and names the way to it", async () => {
		const folder = await temporaryFolder();
		const out = join(folder, "out");
		const { code, stdout, stderr } = await runCli(["distill", "mnist", "--out", out], { LIMBECK_DATA: folder });
		expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
		expect(stderr).toContain(folder);
		expect(stderr).toContain("limbeck data get mnist");
	});

	it("truncated data", async () => {
		const folder = await temporaryFolder();
		// IDX: unsigned bytes, three dimensions, ten images of 28×28; and then one image.
		const header = Buffer.from([0, 0, 8, 3, 0, 0, 0, 10, 0, 0, 0, 28, 0, 0, 0, 28]);
		await writeFile(join(folder, "train-images-idx3-ubyte"), Buffer.concat([header, Buffer.alloc(28 * 28)]));
		await writeFile(
			join(folder, "train-labels-idx1-ubyte"),
			Buffer.from([0, 0, 8, 1, 0, 0, 0, 10, ...Buffer.alloc(10)]),
		);
		const { code, stderr } = await runCli(["distill", "mnist", "--data", folder, "--out", join(folder, "out")]);
		expect(code).toBe(3);
		expect(stderr).toContain("train-images-idx3-ubyte");
	});

	it.each(["file", "file/below"])("results into a %s", async (name) => {
		const folder = await temporaryFolder();
		await writeFile(join(folder, "file"), "text");
		const { code, stdout, stderr } = await runCli(["distill", "--out", join(folder, name)]);
		expect({ code, stdout }).toEqual({ code: 6, stdout: "" });
		expect(stderr).toContain("expected a folder");
	});
});

describe("limbeck distill --show-recipe", () => {
	const shown = async (...args: readonly string[]): Promise<unknown> => {
		const { code, stdout, stderr } = await runCli(["distill", ...args, "--show-recipe"]);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		return JSON.parse(stdout);
	};

	it("reads a typed recipe", async () => {
		const path = join(await temporaryFolder(), "recipe.ts");
		const code = 'import { defineRecipe } from "limbeck";\nexport default defineRecipe({ student: { hidden: [7] } });';
		await writeFile(path, code);
		expect(await shown(path, "--set", "seed=5")).toMatchObject({ student: { hidden: [7] }, seed: 5 });
	});

	it("takes --data as a name or as a folder", async () => {
		const folder = join(await temporaryFolder(), "files");
		await mkdir(folder);
		expect(await shown("mnist", "--data", folder)).toMatchObject({ data: { name: "mnist", directory: folder } });
		expect(await shown("--data", "mnist", "--folder", folder)).toMatchObject({
			data: { name: "mnist", directory: folder },
		});
	});
});

describe("data of one's own", () => {
	it("is known by its path, and has options of its own", async () => {
		const file = join(await temporaryFolder(), "table.csv");
		await writeFile(file, "a,kind\n1,x\n");
		const args = ["distill", "--data", file, "--set", "data.label=kind", "--show-recipe"];
		const { code, stdout } = await runCli(args);
		expect(code).toBe(0);
		expect(JSON.parse(stdout)).toMatchObject({ data: { name: "csv", file, label: "kind", testFraction: 0.2 } });
		const refused = await runCli([...args, "--set", "data.size=32"]);
		expect(refused.code).toBe(2);
		expect(refused.stderr).toContain('Only folder takes "size".');
	});
});

describe("limbeck recipe", () => {
	it("explains every field of the schema", async () => {
		const schema = JSON.parse((await runCli(["recipe", "--json"])).stdout) as { properties: Record<string, unknown> };
		const { code, stdout, stderr } = await runCli(["recipe", "mnist"]);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		for (const name of Object.keys(schema.properties)) expect(stdout).toContain(name);
		expect(stdout).toContain("teacher.hidden = [1200,1200]");
		expect(stdout).toContain("as many as take so many steps, and no fewer than the least");
		expect(stdout).toContain("student.optimizer, chain.optimizer, baseline.optimizer: one of");
	});

	it("prints a recipe that distill reads", async () => {
		const path = join(await temporaryFolder(), "recipe.json");
		const { stdout } = await runCli(["recipe", "mnist", "--json"]);
		await writeFile(path, stdout);
		expect((await runCli(["distill", path, "--show-recipe"])).stdout).toBe(stdout);
	});
});
