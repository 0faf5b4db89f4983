/** A recipe file whose data are made by its code. */
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";

/** @param length - of the first sample. */
async function recipeFile(folder: string, length = 2): Promise<string> {
	const path = join(folder, "recipe.ts");
	const code = `
		import { defineRecipe } from "limbeck";
		import { fromMemory, type LabelledSample } from "limbeck/node";

		function* made(): Generator<LabelledSample> {
			yield { sample: new Float32Array(${String(length)}), label: 0 };
			for (let k = 1; k < 100; k++) yield { sample: Float32Array.of(Math.sin(k), k), label: k % 2 };
		}
		const network = { hidden: [4], jitter: 0, epochs: 1 };
		const data = await fromMemory({ name: "numbers", shape: [2], samples: made() });
		export default defineRecipe({ data, teacher: network, student: network });
	`;
	await writeFile(path, code);
	return path;
}

it("runs, is found in the store when it runs again, and can be resumed", async () => {
	const folder = await temporaryFolder();
	const env = { LIMBECK_STORE: join(folder, "store") };
	const recipe = await recipeFile(folder);
	const run = async (...args: readonly string[]): Promise<string> => {
		const { code, stdout, stderr } = await runCli([...args], env, folder);
		expect(code, stderr).toBe(0);
		return stdout;
	};
	expect(await run("distill", recipe, "--out", "out", "--threads", "1")).toContain("student, distilled");
	const plan = (await run("distill", recipe, "--out", "out", "--threads", "1", "--dry-run")).trim().split("\n");
	expect(plan.filter((line) => line.includes("seed 1")).length).toBeGreaterThan(0);
	for (const line of plan) if (line.includes("seed 1")) expect(line).toMatch(/done$/);
	expect(await run("resume", "last")).toContain("student, distilled");
	expect(await readdir(join(folder, "store/data/arrays"))).toHaveLength(2);
});

it("names the file and the sample that it cannot use", async () => {
	const folder = await temporaryFolder();
	const path = await recipeFile(folder, 3);
	const { code, stdout, stderr } = await runCli(["distill", path], {}, folder);
	expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
	expect(stderr).toContain(`${path}: numbers: sample 0`);
	expect(stderr).toMatch(/expected\s+2 numbers/);
	expect(stderr).not.toContain("defineRecipe");
});
