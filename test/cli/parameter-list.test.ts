/** What `limbeck train --model FILE --dry-run` tells of a network whose exporter has computed weights. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { npy, zip } from "../support/own-data.js";
import { runCli, temporaryFolder } from "./run-cli.js";

it("names what an exporter has computed before anything trains, and what keeps it", async () => {
	const folder = await temporaryFolder();
	const [model, data] = [join(folder, "own.onnx"), join(folder, "own.npz")];
	const file = join(import.meta.dirname, "../parity/fixtures/parameters-Normalised-folded.onnx.gz");
	await writeFile(model, gunzipSync(await readFile(file)));
	const [count, dims] = [60, [1, 6, 4]];
	const x = Float32Array.from({ length: count * 24 }, (_, at) => ((at * 7) % 11) - 5);
	const y = Int32Array.from({ length: count }, (_, at) => at % 3);
	await writeFile(data, zip({ "x.npy": npy("<f4", [count, ...dims], x), "y.npy": npy("<i4", [count], y) }));
	const { code, stdout } = await runCli(["train", "--model", model, "--data", data, "--dry-run"]);
	expect(code).toBe(0);
	expect(stdout).toMatch(/onnx::Conv_37 +\[8, 8, 3\] +trained +the weights of a layer/);
	expect(stdout).toMatch(/has computed 3 weights of layers: .*do_constant_folding=False/);
});
