/** A process that trains and tells how its resident set grows; run with --expose-gc. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { classData } from "../../src/data/class-data.js";
import type { DataSet } from "../../src/data/data-set.js";
import { dataSetOf } from "../../src/data/index.js";
import type * as loaderModule from "../../src/data/loader.js";
import { openSamples } from "../../src/data/open-samples.js";
import { dataOptions } from "../../src/data/options.js";
import { buildModel, families } from "../../src/models/index.js";
import { checkpointFolder } from "../../src/pipeline/checkpoint-folder.js";
import { nodeRuntime } from "../../src/runtime/node.js";
import { trainModel } from "../../src/train/trainer.js";
import { trainingShape } from "../../src/train/training-options.js";
import { npy } from "../support/own-data.js";
import { syntheticData } from "../support/synthetic.js";

/** What such a process tells. */
export interface Growth {
	readonly steps: number;
	/** Bytes by which the resident set grew, from when all is warm to the end. */
	readonly grown: number;
	/** Bytes of samples that stay in their file; 0 where they are in memory. */
	readonly streamed: number;
}

const [kind = "", folder = ""] = process.argv.slice(2);
// The loader's worker is a file of the built package, which type checking must not need.
const { createLoader } = (await import(
	new URL("../../dist/data/loader.js", import.meta.url).href
)) as typeof loaderModule;
const runtime = await nodeRuntime();

function resident(): number {
	globalThis.gc?.();
	return process.memoryUsage().rss;
}

/** Trains a small network. @returns the resident set after each look at validation. */
async function train(data: DataSet, steps: number): Promise<readonly number[]> {
	const batch = 20;
	const model = buildModel(
		{ family: "mlp", ...families.mlp.options.parse({ hidden: [16] }) },
		{ sampleShape: data.sampleShape, classes: data.classes.length, seed: 1 },
	);
	const seen: number[] = [];
	await trainModel(
		{
			model,
			data,
			normalization: data.normalization,
			loss: { name: "cross-entropy" },
			seed: 1,
			threads: 1,
			options: z.strictObject(trainingShape).parse({ batch, epochs: (steps * batch) / data.train.count }),
		},
		{
			runtime,
			createLoader,
			openSamples,
			now: () => performance.now(),
			checkpointSeconds: 0,
			checkpoints: checkpointFolder(join(folder, "checkpoints"), () => undefined),
			onEvent: ({ kind: what }) => {
				if (what === "validation") seen.push(resident());
			},
		},
	);
	return seen;
}

/** The growth of one training, after the first quarter of its looks. */
async function long(): Promise<Growth> {
	const steps = 10_000;
	const seen = await train(syntheticData(), steps);
	const first = Math.floor(seen.length / 4);
	const taken = Math.round((steps * (seen.length - 1 - first)) / seen.length);
	return { steps: taken, grown: (seen.at(-1) ?? 0) - (seen[first] ?? 0), streamed: 0 };
}

/** What samples of ten times the memory that they may take add to a training of the same form on a fifth of them. */
async function large(): Promise<Growth> {
	const [cap, count, width] = [8, 20_480, 1024];
	const open = async (rows: number, memory: number): Promise<DataSet> => {
		const file = join(folder, `${String(rows)}.npy`);
		const values = new Float32Array(rows * width);
		// No two rows are equal: each begins with its number.
		for (let i = 0; i < values.length; i++) values[i] = i % width === 0 ? i / width : ((i * 7919) % 256) / 256;
		await writeFile(file, npy("<f4", [rows, width], values));
		const labels = join(folder, `${String(rows)}-labels.npy`);
		await writeFile(
			labels,
			npy(
				"|u1",
				[rows],
				Uint8Array.from({ length: rows }, (_, row) => row % 4),
			),
		);
		const choice = dataOptions.parse({ name: "npy", file, labels, memory });
		return classData(await dataSetOf(choice).load({ ...choice, env: { XDG_CACHE_HOME: folder } }), "test");
	};
	const steps = 600;
	const before = Math.max(...(await train(await open(count / 5, 0), steps)));
	const data = await open(count, cap);
	const seen = await train(data, steps);
	const streamed = data.train.samples.kind === "file" ? 4 * width * data.train.count : 0;
	return { steps, grown: Math.max(...seen) - before, streamed };
}

process.send?.(kind === "long" ? await long() : await large());
process.disconnect();
