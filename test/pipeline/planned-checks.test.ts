import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type * as recipeModule from "../../src/distill/recipe.js";
import type * as distillModule from "../../src/pipeline/distill.js";
import type * as trainModule from "../../src/pipeline/train.js";
import { temporaryFolder } from "../support/own-data.js";

// Steps run in processes of the built package, which type checking must not need.
const built = (path: string): string => new URL(`../../dist/${path}`, import.meta.url).href;
const { parseRecipe, parseTrainRecipe } = (await import(built("distill/recipe.js"))) as typeof recipeModule;
const { distill, planDistill } = (await import(built("pipeline/distill.js"))) as typeof distillModule;
const { planTrain, train } = (await import(built("pipeline/train.js"))) as typeof trainModule;

/** A table of 60 rows with three numbers each, of two classes. */
async function table(folder: string): Promise<{ readonly name: "csv"; readonly file: string }> {
	const rows = Array.from({ length: 60 }, (_, k) => [k % 2 === 0 ? k : -k, k % 7, k % 5, k % 2 === 0 ? "even" : "odd"]);
	const file = join(folder, "table.csv");
	await writeFile(file, ["a,b,c,label", ...rows.map((row) => row.join())].join("\n"));
	return { name: "csv", file };
}

const net = { hidden: [4], epochs: 1 };

test.each([
	["shifts of rows", { jitter: 2 }, {}, "seed 1, network: augment: expected images"],
	["crops of rows", { augment: [{ name: "crop", padding: 1 }] }, {}, "seed 1, network: augment: expected images"],
	["a class that there is not", { classes: [0, 7] }, {}, "classes: expected some of 2 classes"],
	["weights that there are not", { train: ["nowhere.*"] }, {}, "nowhere"],
	["a step that there is not", {}, { force: ["teacher"] }, '--force: expected one of "seed 1, network"'],
] as const)("the plan of a training refuses %s as the training does", async (_, changes, options, message) => {
	const folder = await temporaryFolder();
	const recipe = parseTrainRecipe({ data: await table(folder), network: { ...net, ...changes } });
	const places = { out: join(folder, "out"), store: join(folder, "store"), threads: 1, ...options };
	await expect(planTrain(recipe, places)).rejects.toThrow(message);
	await expect(train(recipe, places)).rejects.toThrow(message);
});

test.each([
	[
		"shifts of an assistant's rows",
		{ chain: [{ ...net, jitter: 1 }] },
		"seed 1, assistant-1: augment: expected images",
	],
	[
		"answers of more classes than there are",
		{ targets: { topK: 2 } },
		"targets.topK: expected fewer than the 2 classes",
	],
	["a hint from a layer that there is not", { distillation: { name: "hints", pairs: [] } }, "distillation"],
] as const)("the plan of a distillation refuses %s as the run does", async (_, changes, message) => {
	const folder = await temporaryFolder();
	const parsed = (): ReturnType<typeof parseRecipe> => parseRecipe({ data, teacher: net, student: net, ...changes });
	const data = await table(folder);
	const places = { out: join(folder, "out"), store: join(folder, "store"), threads: 1 };
	await expect((async () => planDistill(parsed(), places))()).rejects.toThrow(message);
	await expect((async () => distill(parsed(), places))()).rejects.toThrow(message);
});

test("a plan says that a step is to be done again, and leaves it in the store", async () => {
	const folder = await temporaryFolder();
	const recipe = parseTrainRecipe({ data: await table(folder), network: net });
	const places = { out: join(folder, "out"), store: join(folder, "store"), threads: 1 };
	await train(recipe, places);
	const cached = async (force: readonly string[]): Promise<readonly boolean[]> =>
		(await planTrain(recipe, { ...places, force })).map((line) => line.cached);
	expect(await cached(["network"])).toEqual([false, false]);
	expect(await cached(["evaluation"])).toEqual([true, false]);
	expect(await cached([])).toEqual([true, true]);
});

test("the built-in recipe trains on a table, unshifted, and its report says so", async () => {
	const folder = await temporaryFolder();
	const { recipes } = (await import(built("distill/recipes.js"))) as { readonly recipes: { readonly digits: object } };
	const small = ["teacher.hidden=[4]", "student.hidden=[4]", "teacher.epochs=2", "student.epochs=2"];
	const recipe = parseRecipe({ ...recipes.digits, data: await table(folder) }, "recipe", small);
	const report = await distill(recipe, { out: join(folder, "out"), store: join(folder, "store"), threads: 1 });
	expect(report.recipe.teacher).toMatchObject({ jitter: 0, epochs: 2 });
	expect(report.data.notices).toContainEqual({
		code: "jitter-fitted",
		text: "teacher.jitter is 0, not 2: samples [3] are no images.",
	});
});
