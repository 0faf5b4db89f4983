/** examples/data-in-memory as its README starts it, in a folder of its own. */
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/own-data.js";

const example = join(import.meta.dirname, "../../examples/data-in-memory/main.ts");

it("distils what the program made, and leaves nothing to do for the same again", async () => {
	const cwd = await temporaryFolder();
	const args = ["--import", import.meta.resolve("jiti/register"), example];
	const run = async (): Promise<string> => (await promisify(execFile)(process.execPath, args, { cwd })).stdout;
	const table = await run();
	expect(table).toContain("student, distilled");
	expect(table).toContain("0 of 4 steps are left to do.");
	expect(await readdir(join(cwd, "limbeck-out/data-in-memory"))).toContain("student.onnx");
	const arrays = join(cwd, ".limbeck/data/arrays");
	const written = await readdir(arrays);
	await run();
	expect(await readdir(arrays)).toEqual(written);
	// Samples and labels, to train on and for the test.
	expect(written).toHaveLength(4);
});
