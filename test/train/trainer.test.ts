import { expect, test } from "vitest";
import { z } from "zod";
import type * as loaderModule from "../../src/data/loader.js";
import { createInlineLoader } from "../../src/data/loader.js";
import { buildModel, families } from "../../src/models/index.js";
import { encodeModel } from "../../src/onnx/encode.js";
import { trainModel } from "../../src/train/trainer.js";
import type { TrainingContext, TrainingJob } from "../../src/train/training.js";
import { trainingShape } from "../../src/train/training-options.js";
import { runtime } from "../support/graphs.js";
import { syntheticData } from "../support/synthetic.js";

// The loader's worker is a file of the built package, which type checking must not need.
const built = new URL("../../dist/data/loader.js", import.meta.url).href;

test.each([
	["", {}],
	[
		", rolled back",
		{ schedule: { name: "step", at: [0.5], factor: 1e6 }, divergence: { action: "rollback", spike: 5, factor: 1e-6 } },
	],
])("training gives the same bits whether a worker or the caller's thread loads the data%s", async (_, options) => {
	const { createLoader } = (await import(built)) as typeof loaderModule;
	const data = syntheticData();
	const job: TrainingJob = {
		model: buildModel(
			{ family: "mlp", ...families.mlp.options.parse({ hidden: [32] }) },
			{ sampleShape: data.sampleShape, classes: data.classes.length, seed: 1 },
		),
		data,
		normalization: { mean: 0.3, std: 0.2 },
		options: z.strictObject(trainingShape).parse({ epochs: 3, batch: 32, jitter: 1, ...options }),
		loss: { name: "cross-entropy" },
		seed: 1,
		threads: 1,
	};
	const bitsFrom = async (loader: TrainingContext["createLoader"]): Promise<string> => {
		const { model, rollbacks = [] } = await trainModel(job, { runtime, createLoader: loader, now: () => 0 });
		expect(rollbacks.length > 0).toBe("divergence" in options);
		return Buffer.from(encodeModel(model)).toString("base64");
	};
	const inWorker = await bitsFrom(createLoader);
	expect(inWorker).toBe(await bitsFrom(createInlineLoader));
	expect(await bitsFrom(createLoader)).toBe(inWorker);
});
