import { expect, test } from "vitest";
import { z } from "zod";
import { createDraws } from "../../test/support/draws.js";
import { runtime } from "../../test/support/graphs.js";
import type { DataSet, Samples, Split } from "../data/data-set.js";
import { createInlineLoader } from "../data/loader.js";
import { openSamples, readSamples } from "../data/open-samples.js";
import { buildModel, families } from "../models/index.js";
import { encodeModel } from "../onnx/encode.js";
import { trainModel } from "./trainer.js";
import { trainingShape } from "./training-options.js";

const sampleShape = [3, 4, 4] as const;
const [frames, count] = [50, 40];

/** Windows of three frames of 4 × 4 that overlap; the class is the sign of the middle frame's first number. */
function windowed(seed: string): Split {
	const draws = createDraws(1, seed);
	const data = Float32Array.from(draws.reals(16 * frames, -1, 1));
	const starts = Int32Array.from({ length: count }, () => draws.integer(0, frames - 3));
	const labels = Int32Array.from(starts, (start) => ((data[16 * (start + 1)] ?? 0) > 0 ? 1 : 0));
	return { count, samples: { kind: "windows", type: "float", data, starts }, labels };
}

const all = Uint32Array.from({ length: count }, (_, i) => i);
const copied = (split: Split): Split => ({ ...split, samples: readSamples(split, sampleShape, all) });

const dataOf = (change: (split: Split) => Split): DataSet => ({
	name: "windows",
	classes: ["a", "b"],
	sampleShape,
	normalization: { mean: 0, std: 1 },
	fingerprint: "",
	train: change(windowed("train")),
	validation: change(windowed("validation")),
});

async function trained(data: DataSet, options: object, taught: boolean): Promise<string> {
	const network = (hidden: number) =>
		buildModel(
			{ family: "mlp", ...families.mlp.options.parse({ hidden: [hidden] }) },
			{ sampleShape, classes: 2, seed: 1 },
		);
	const loss = { name: "soft-targets", temperature: 2, hardWeight: 0.5, standardize: false } as const;
	const { model } = await trainModel(
		{
			model: network(8),
			data,
			normalization: data.normalization,
			seed: 1,
			threads: 1,
			options: z.strictObject(trainingShape).parse({ epochs: 3, batch: 10, ...options }),
			...(taught ? { loss, teacher: network(16) } : { loss: { name: "cross-entropy" } }),
		},
		{ runtime, createLoader: createInlineLoader, openSamples, now: () => 0 },
	);
	return Buffer.from(encodeModel(model)).toString("base64");
}

test.each([
	["as they lie", {}, false],
	["shifted by the loader", { jitter: 1 }, false],
	["mixed", { augment: [{ name: "mixup" }] }, false],
	["with a teacher", {}, true],
])("windows train to the same bits as copies of their frames: %s", async (_, options, taught) => {
	const bits = await trained(
		dataOf((split) => split),
		options,
		taught,
	);
	expect(bits).toBe(await trained(dataOf(copied), options, taught));
});

test("a window beyond the frames is refused", () => {
	const samples: Samples = {
		kind: "windows",
		type: "float",
		data: new Float32Array(16 * 5),
		starts: Int32Array.of(0, 3),
	};
	expect(() => openSamples({ count: 2, samples }, sampleShape)).toThrow("windows that start at frames 0 to 2, got 3");
});
