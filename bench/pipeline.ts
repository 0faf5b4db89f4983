/** What a run costs besides training: plan, store, checkpoints, process. The command against training in one process. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createLoader } from "../dist/data/loader.js";
import { openSamples } from "../dist/data/open-samples.js";
import { fitRecipe } from "../dist/distill/data-fit.js";
import { evaluateModels } from "../dist/distill/evaluate.js";
import { trainNetwork } from "../dist/distill/train-network.js";
import { checkpointFolder } from "../dist/pipeline/checkpoint-folder.js";
import { nodeRuntime } from "../dist/runtime/node.js";
import type { Checkpoints } from "../dist/train/checkpoint/checkpoint.js";
import { parseTrainRecipe } from "../dist/workflows/train/recipe.js";

/** What one way of training took, in seconds. */
export interface Spent {
	readonly wall: number;
	/** Of all cores and of child processes: it swings less than the clock on a machine that others use. */
	readonly processor: number;
}

export interface PipelineRound {
	/** `limbeck train` from its start to its end. */
	readonly command: Spent;
	/** The same training and the same evaluation in a process that is there already, less what checkpoints took. */
	readonly bare: Spent;
	/** What checkpoints took in that process: measured within one run, whatever the machine's speed was then. */
	readonly saving: Spent & { readonly saves: number };
	/** Wall time of the same command again, when all is in the store. */
	readonly cached: number;
}

const launcher = fileURLToPath(new URL("../bin/limbeck.js", import.meta.url));

/** Measures in turn, the other first in every other round; every round has a store of its own. */
export async function measurePipeline(
	recipe: Parameters<typeof parseTrainRecipe>[0],
	threads: number,
	rounds: number,
): Promise<PipelineRound[]> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-bench-"));
	try {
		// The data are the digits.
		const fitted = fitRecipe(parseTrainRecipe(recipe), { sampleShape: [1, 28, 28], train: 7000 }).recipe;
		const { data, network, loss, seed } = fitted;
		const file = join(folder, "recipe.json");
		await writeFile(file, JSON.stringify(recipe));
		const runtime = await nodeRuntime();
		const output = join(folder, "bare.onnx");
		async function bare(): Promise<Pick<PipelineRound, "bare" | "saving">> {
			const saves: Spent[] = [];
			const openCheckpoints = (...args: Parameters<typeof checkpointFolder>): Checkpoints => {
				const opened = checkpointFolder(...args);
				return { ...opened, save: async (checkpoint) => void saves.push(await spent(() => opened.save(checkpoint))) };
			};
			const context = { runtime, createLoader, openSamples, openCheckpoints, now: () => performance.now() };
			const checkpoints = await mkdtemp(join(folder, "checkpoints-"));
			const all = await spent(async () => {
				await trainNetwork({ data, network, loss, seed, threads, output, checkpoints }, context);
				const shown = { details: {}, exhibit: { of: "network", beside: [] } };
				await evaluateModels({ data, threads, models: { network: output }, ...shown }, context);
			});
			const of = (pick: keyof Spent): number => saves.reduce((sum, save) => sum + save[pick], 0);
			const saving = { wall: of("wall"), processor: of("processor") };
			return {
				bare: { wall: all.wall - saving.wall, processor: all.processor - saving.processor },
				saving: { ...saving, saves: saves.length },
			};
		}
		const results: PipelineRound[] = [];
		for (let round = 0; round < rounds; round++) {
			const store = join(folder, `store-${String(round)}`);
			const args = ["train", file, "--store", store, "--out", join(folder, "out")];
			const shared = ["--threads", String(threads), "--quiet"];
			const early = round % 2 === 1 ? await bare() : undefined;
			const command = await spentByLauncher([...args, ...shared]);
			const cached = await spentByLauncher([...args, ...shared]);
			results.push({ command, ...(early ?? (await bare())), cached: cached.wall });
		}
		return results;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** What some work in this process takes. */
async function spent(work: () => Promise<unknown>): Promise<Spent> {
	const before = { wall: performance.now(), processor: process.cpuUsage() };
	await work();
	const { user, system } = process.cpuUsage(before.processor);
	return { wall: (performance.now() - before.wall) / 1000, processor: (user + system) / 1e6 };
}

/** The shell tells the processor time of the command and all its child processes. */
async function spentByLauncher(args: readonly string[]): Promise<Spent> {
	const script = 'TIMEFORMAT="%R %U %S"; time "$0" "$@" 2>/dev/null';
	const { stderr } = await promisify(execFile)("bash", ["-c", script, process.execPath, launcher, ...args]);
	const [wall = NaN, user = NaN, system = NaN] = stderr.trim().split(" ").map(Number);
	return { wall, processor: user + system };
}
