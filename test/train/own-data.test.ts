import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { dataSetOf } from "../../src/data/index.js";
import type * as loaderModule from "../../src/data/loader.js";
import { openSamples } from "../../src/data/open-samples.js";
import { dataOptions } from "../../src/data/options.js";
import { buildModel, families } from "../../src/models/index.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { trainModel } from "../../src/train/trainer.js";
import { trainingShape } from "../../src/train/training-options.js";
import { createDraws } from "../support/draws.js";
import { runtime } from "../support/graphs.js";
import { npy, temporaryFolder, zip } from "../support/own-data.js";

// The loader's worker is a file of the built package, which type checking must not need.
const built = new URL("../../dist/data/loader.js", import.meta.url).href;

const count = 300;
const draws = createDraws(5, "own data to train on");
const labels = Uint8Array.from({ length: count }, (_, row) => row % 3);

test.each([
	[
		"floats",
		"<f4",
		Float32Array.from(draws.reals(12 * count, -2, 2), (noise, i) => noise + (labels[Math.floor(i / 12)] ?? 0)),
	],
	[
		"bytes",
		"|u1",
		Uint8Array.from(draws.reals(12 * count, 0, 99), (noise, i) => noise + 60 * (labels[Math.floor(i / 12)] ?? 0)),
	],
] as const)("%s from a file train the same bits as from memory", async (_, descr, features) => {
	const { createLoader } = (await import(built)) as typeof loaderModule;
	const folder = await temporaryFolder();
	const file = join(folder, "data.npz");
	await writeFile(file, zip({ "x.npy": npy(descr, [count, 3, 4], features), "y.npy": npy("|u1", [count], labels) }));
	const train = async (
		memory: number,
	): Promise<{ readonly kind: string; readonly bits: string; readonly errors: number | undefined }> => {
		const choice = dataOptions.parse({ name: "npz", file, memory });
		const data = await dataSetOf(choice).load({ ...choice, env: { XDG_CACHE_HOME: folder } });
		const { model, validation } = await trainModel(
			{
				model: buildModel(
					{ family: "mlp", ...families.mlp.options.parse({ hidden: [16] }) },
					{ sampleShape: data.sampleShape, classes: data.classes.length, seed: 1 },
				),
				data,
				normalization: data.normalization,
				options: z.strictObject(trainingShape).parse({
					epochs: 40,
					batch: 32,
					optimizer: { name: "adam", learningRate: 0.01 },
				}),
				loss: { name: "cross-entropy" },
				seed: 1,
				threads: 1,
			},
			{ runtime, createLoader, openSamples, now: () => 0 },
		);
		const bits = Buffer.from(encodeModel(model)).toString("base64");
		return { kind: data.train.samples.kind, bits, errors: validation.errors };
	};
	const fromMemory = await train(1024);
	const fromFile = await train(0);
	expect([fromMemory.kind, fromFile.kind]).toEqual(["memory", "file"]);
	expect(fromFile.bits).toBe(fromMemory.bits);
	// Guessing one class is wrong on 20 of 30.
	expect(fromMemory.errors).toBeLessThan(5);
});
