/** What a run costs besides training: plan, store, checkpoints, process. The command against training in one process. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createLoader } from "../dist/data/loader.js";
import { openSamples } from "../dist/data/open-samples.js";
import { parseTrainRecipe } from "../dist/distill/recipe.js";
import { trainNetwork } from "../dist/distill/train-network.js";
import { findRun } from "../dist/pipeline/records.js";
import { nodeRuntime } from "../dist/runtime/node.js";

/** Seconds, medians of the rounds. */
export interface PipelineCost {
	/** `limbeck train` from its start to its end, without the evaluation. */
	readonly command: number;
	/** The same training in a process that is there already, without checkpoints. */
	readonly bare: number;
	/** The same command again, when all is in the store. */
	readonly cached: number;
}

const launcher = fileURLToPath(new URL("../bin/limbeck.js", import.meta.url));

/** Measures in turn; every round has a store of its own. */
export async function measurePipeline(
	recipe: Parameters<typeof parseTrainRecipe>[0],
	threads: number,
	rounds: number,
): Promise<PipelineCost> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-bench-"));
	try {
		const { data, network, loss, seed } = parseTrainRecipe(recipe);
		const file = join(folder, "recipe.json");
		await writeFile(file, JSON.stringify(recipe));
		const runtime = await nodeRuntime();
		const costs: PipelineCost[] = [];
		for (let round = 0; round < rounds; round++) {
			const store = join(folder, `store-${round}`);
			const args = [
				"train",
				file,
				"--store",
				store,
				"--out",
				join(folder, "out"),
				"--threads",
				String(threads),
				"--quiet",
			];
			const command = await timed(() => promisify(execFile)(process.execPath, [launcher, ...args]));
			const { steps } = await findRun(store, "last");
			const evaluation = steps.find(({ kind }) => kind === "evaluate")?.seconds ?? 0;
			const cached = await timed(() => promisify(execFile)(process.execPath, [launcher, ...args]));
			const bare = await timed(() =>
				trainNetwork(
					{ data, network, loss, seed, threads, output: join(folder, "bare.onnx") },
					{ runtime, createLoader, openSamples, now: () => performance.now() },
				),
			);
			costs.push({ command: command - evaluation, bare, cached });
		}
		const median = (pick: (cost: PipelineCost) => number): number => {
			const values = costs.map(pick).sort((a, b) => a - b);
			return values[Math.floor(values.length / 2)] ?? NaN;
		};
		return {
			command: median(({ command }) => command),
			bare: median(({ bare }) => bare),
			cached: median(({ cached }) => cached),
		};
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function timed(work: () => Promise<unknown>): Promise<number> {
	const started = performance.now();
	await work();
	return (performance.now() - started) / 1000;
}
