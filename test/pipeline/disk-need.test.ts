/** R7: the estimate of what a run needs on the disk, beside the most that real runs have there. */
import { readdirSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { dataSetOf } from "../../src/data/index.js";
import { fitRecipe } from "../../src/distill/data-fit.js";
import { LimbeckError } from "../../src/errors.js";
import { openPlanner, type PlannedStep } from "../../src/pipeline/plan.js";
import { checkRoom, needOf, type RunNeed } from "../../src/pipeline/preflight.js";
import { openStore } from "../../src/store/open-store.js";
import { parseTrainRecipe } from "../../src/workflows/train/recipe.js";
import { type CliRun, startLimbeck } from "../support/command-line.js";
import { temporaryFolder } from "../support/own-data.js";

// A look every 98 steps, a call of 85 at most: some checkpoints lie between looks, and hold what a look kept too.
const network = { family: "mlp", hidden: [128], batch: 500, epochs: 140 };
const kinds = {
	"the last weights": network,
	"the best ones too, and those to go back to": {
		...network,
		optimizer: { name: "sgd", learningRate: 0.05 },
		keep: "best",
		divergence: { action: "rollback" },
	},
} as const;

async function estimate(options: object, store: string): Promise<RunNeed> {
	const recipe = parseTrainRecipe({ network: options }, "recipe");
	const { sampleShape, train, classes, fingerprint } = await dataSetOf(recipe.data).load(recipe.data);
	const { data, network, loss } = fitRecipe(recipe, { sampleShape, train: train.count }).recipe;
	const planner = openPlanner({ fingerprint, placeOn: () => Promise.resolve(undefined) });
	const plan: PlannedStep[] = [
		await planner.add("train", "network", { data, network, loss, seed: 1, threads: 1 }, { cores: 1 }),
	];
	return needOf(
		plan,
		{ sampleShape, train: train.count, classes: classes.length },
		{ store: openStore(store), cores: 2, copied: new Set(plan.map(({ key }) => key)) },
	);
}

/** The bytes in a folder, which changes meanwhile. */
function sizeNow(folder: string): number {
	try {
		return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
			const path = join(folder, entry.name);
			return sum + (entry.isDirectory() ? sizeNow(path) : (statSync(path, { throwIfNoEntry: false })?.size ?? 0));
		}, 0);
	} catch {
		return 0;
	}
}

/** The most bytes that a store ever has while a run goes on. */
async function peakOf({ child, store, result }: CliRun): Promise<number> {
	let peak = 0;
	// Three checkpoints lie there for milliseconds only: looked at as often as can be.
	while (child.exitCode === null && child.signalCode === null) {
		peak = Math.max(peak, sizeNow(store));
		await nextTurn();
	}
	expect((await result).stderr).toBe("");
	return peak;
}

test.each(Object.entries(kinds))("within a tenth of the peak, keeping %s", async (_, options) => {
	const folder = await temporaryFolder();
	const store = join(folder, "store");
	const need = await estimate(options, store);
	const flags = ["--checkpoint-seconds", "0", "--threads", "1", "--quiet", "--json", "--out", join(folder, "out")];
	const peak = await peakOf(startLimbeck(["train", "--set", `network=${JSON.stringify(options)}`, ...flags], store));
	expect(need.store / peak).toBeGreaterThan(0.9);
	expect(need.store / peak).toBeLessThan(1.1);
});

test("where there is less room, that is told before any work", async () => {
	const folder = await temporaryFolder();
	const [store, out] = [join(folder, "store"), join(folder, "out")];
	await Promise.all([store, out].map((one) => mkdir(one)));
	const need = await estimate(kinds["the last weights"], store);
	await checkRoom(need, { store, out });
	const refused = checkRoom({ ...need, store: 1e18 }, { store, out });
	await expect(refused).rejects.toThrow(LimbeckError);
	await expect(refused).rejects.toMatchObject({
		category: "disk-full",
		where: store,
		expected: "1000000000000.0 MB free for checkpoints, networks and stored answers",
		hint: "Make room, or name a folder on another disk with --store.",
	});
});
