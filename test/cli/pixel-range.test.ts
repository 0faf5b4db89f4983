import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadClassifier } from "../../src/predict/index.js";
import { createDraws } from "../support/draws.js";
import { tiff } from "../support/picture-files.js";
import { runCli, temporaryFolder } from "./run-cli.js";

/** A folder of dark and light pictures of 12 bits, each with a first pixel of that value. */
async function folderOf(root: string, name: string, first: number): Promise<void> {
	const draws = createDraws(3, "pictures of 12 bits");
	for (const [label, most] of Object.entries({ dark: 1000, light: 4095 })) {
		await mkdir(join(root, name, label), { recursive: true });
		for (let k = 0; k < 20; k++) {
			const pixels = Uint16Array.from(draws.reals(64, most / 2, most));
			pixels[0] = first;
			await writeFile(join(root, name, label, `${String(k)}.tif`), tiff(8, 1, "unsigned", pixels));
		}
	}
}

it("a model is given pixels that are not bytes by the range that it was trained with", {
	timeout: 240_000,
}, async () => {
	const root = await temporaryFolder();
	await folderOf(root, "own", 0);
	await folderOf(root, "other", 60_000);
	const env = { XDG_CACHE_HOME: join(root, "cache") };
	const run = (...args: readonly string[]): ReturnType<typeof runCli> => runCli(args, env, root);
	const data = (name: string): readonly string[] => ["--data", name, "--set", "data.size=8"];
	const train = ["--model", "mlp:8", "--set", "network.epochs=20", "--set", "network.jitter=0"];
	const trained = await run("train", ...data("own"), ...train, "--threads", "1", "--quiet", "--out", "out");
	expect(trained).toMatchObject({ code: 0, stderr: "" });

	const model = join("out", "model.onnx");
	const student = ["--student", "mlp:8", "--set", "student.epochs=1", "--threads", "1", "--out", "second"];
	for (const command of [
		["evaluate", "--model", model, ...data("other")],
		["export", model, ...data("other"), "--to", "ship"],
		["distill", "--teacher", model, ...data("other"), ...student],
		["novelty", "--model", model, ...data("other"), "--out", "novel"],
	]) {
		const refused = await run(...command);
		expect(refused, command[0]).toMatchObject({ code: 4 });
		expect(refused.stderr, command[0]).toContain("--set data.range='[0,4095]'");
	}
	const range = ["--set", "data.range=[0,4095]"];
	const asked = await run("evaluate", "--model", model, ...data("other"), ...range, "--json");
	expect(asked).toMatchObject({ code: 0 });
	const same = await run("evaluate", "--model", model, ...data("own"), "--json");
	expect([same.code, JSON.parse(same.stdout)]).toEqual([0, expect.objectContaining({ errors: 0 })]);

	const shipped = await run("export", model, ...data("own"), "--to", "ship", "--threads", "1");
	expect(shipped).toMatchObject({ code: 0 });
	const classifier = await loadClassifier(join(root, "ship"));
	expect(classifier.pixelRanges).toEqual({ uint16: [0, 4095] });
	await classifier.release();
});
