/** What was trained in a user's model is not found again once such files are read as other networks. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { dataSetOf } from "../../src/data/index.js";
import { fitRecipe } from "../../src/distill/data-fit.js";
import { importVersion } from "../../src/models/import-version.js";
import { buildModel, families } from "../../src/models/index.js";
import { writeModelFile } from "../../src/onnx/file.js";
import { openPlanner } from "../../src/pipeline/plan.js";
import { parseTrainRecipe } from "../../src/workflows/train/recipe.js";
import { temporaryFolder } from "../support/own-data.js";

test("the version of how models are imported is in the keys of steps that read one of the user's, and in no others", async () => {
	const folder = await temporaryFolder();
	const file = join(folder, "own.onnx");
	const task = { sampleShape: [1, 28, 28], classes: 10, seed: 1 } as const;
	await writeModelFile(file, buildModel({ family: "mlp", ...families.mlp.options.parse({ hidden: [4] }) }, task));
	const aboutOf = async (options: object): Promise<unknown> => {
		const recipe = parseTrainRecipe({ network: options }, "recipe");
		const { sampleShape, train, fingerprint } = await dataSetOf(recipe.data).load(recipe.data);
		const { data, network, loss } = fitRecipe(recipe, { sampleShape, train: train.count }).recipe;
		const planner = openPlanner({ fingerprint, placeOn: () => Promise.resolve(undefined) });
		const step = { data, network, loss, seed: 1, threads: 1 };
		return (await planner.add("train", "network", step, { cores: 1 })).about;
	};
	expect(await aboutOf({ family: "file", file })).toMatchObject({ importVersion });
	expect(await aboutOf({ family: "mlp", hidden: [4] })).not.toHaveProperty("importVersion");
});
