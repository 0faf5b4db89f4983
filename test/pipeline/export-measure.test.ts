import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dataOptions } from "../../src/data/options.js";
import type * as measureModule from "../../src/workflows/export/measure.js";
import { temporaryFolder } from "../support/own-data.js";
import { twoClassData, writeTwoClassModel } from "../support/two-class-data.js";

// Steps run in processes of the built package, which type checking must not need.
const built = new URL("../../dist/workflows/export/measure.js", import.meta.url).href;

test("what fails on a test sample is called by the model that is exported, not by a folder that goes", async () => {
	const { measureShipped } = (await import(built)) as typeof measureModule;
	const folder = await temporaryFolder();
	await mkdir(join(folder, "onnx"));
	await writeTwoClassModel(join(folder, "onnx", "model.onnx"), [["Log", ["x"], ["y"]]]);
	// The logarithm of a number below 0 is none.
	const files = await twoClassData(folder, [
		[1, 2, "a"],
		[3, -4, "b"],
	]);
	const data = dataOptions.parse({ name: "csv", ...files, label: "label" });
	const shipped = { folder, made: ["float32"], data, threads: 1 } as const;
	const failed = await measureShipped(shipped, "mine.onnx").catch((error: unknown) => String(error));
	expect(failed).toMatch(/mine\.onnx as float32 on the test split: .*sample 1/);
	expect(failed).not.toContain(folder);
});
