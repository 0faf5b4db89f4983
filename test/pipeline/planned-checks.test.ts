import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeModel } from "../../src/onnx/encode.js";
import type * as distillModule from "../../src/workflows/distill/plan.js";
import type * as recipeModule from "../../src/workflows/distill/recipe.js";
import type * as trainModule from "../../src/workflows/train/plan.js";
import type * as trainRecipeModule from "../../src/workflows/train/recipe.js";
import { foreignModel, info, type NodeParts, randomTensor } from "../support/models.js";
import { temporaryFolder } from "../support/own-data.js";

// Steps run in processes of the built package, which type checking must not need.
const built = (path: string): string => new URL(`../../dist/${path}`, import.meta.url).href;
const { parseRecipe } = (await import(built("workflows/distill/recipe.js"))) as typeof recipeModule;
const { parseTrainRecipe } = (await import(built("workflows/train/recipe.js"))) as typeof trainRecipeModule;
const { distill, planDistill } = (await import(built("workflows/distill/plan.js"))) as typeof distillModule;
const { planTrain, train } = (await import(built("workflows/train/plan.js"))) as typeof trainModule;

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

/** A model of three numbers and four classes, of which a value `h` of five features lies inside. */
function classifier(...first: readonly NodeParts[]): Uint8Array {
	const [w, v] = [randomTensor("w", [3, 5]), randomTensor("v", [5, 4])];
	const scale = { type: "float", dims: [], data: Float32Array.of(0.1) } as const;
	const zero = { type: "uint8", dims: [], data: Uint8Array.of(128) } as const;
	const own: readonly NodeParts[] = [
		["MatMul", [first.at(-1)?.[2][0] ?? "x", "w"], ["before"]],
		["Relu", ["before"], ["h"]],
		["MatMul", ["h", "v"], ["y"]],
	];
	return encodeModel(
		foreignModel({
			opset: 21,
			nodes: [...first, ...own],
			inputs: [info("x", ["N", 3])],
			outputs: [info("y", ["N", 4])],
			constants: { w, v, ...(first.length === 0 ? {} : { scale, zero }) },
		}),
	);
}

/** Nodes that the training graph does not hold. */
const quantised: readonly NodeParts[] = [
	["QuantizeLinear", ["x", "scale", "zero"], ["q"]],
	["DequantizeLinear", ["q", "scale", "zero"], ["d"]],
];

/** Soft targets and what is like a value inside the teacher. */
const alike = (student: string, teacher: string): object => ({
	name: "mixture",
	of: [{ name: "soft-targets" }, { name: "hints", pairs: [{ student, teacher }] }],
});

describe("a given teacher that has to be in the training graph", () => {
	const plain = { family: "file", file: "plain.onnx", select: [2, 0] };
	const foreign = { ...plain, file: "foreign.onnx" };
	const targets = { family: "targets", file: "targets.npz" };
	const mixed = { student: { ...net, augment: [{ name: "mixup" }] } };
	const outside = "objectives hints and attention-transfer: expected a teacher that the training graph can hold";

	async function planned(changes: Readonly<Record<string, unknown>>): Promise<{
		readonly recipe: ReturnType<typeof parseRecipe>;
		readonly places: { readonly out: string; readonly store: string; readonly threads: number };
	}> {
		const folder = await temporaryFolder();
		await writeFile(join(folder, "plain.onnx"), classifier());
		await writeFile(join(folder, "foreign.onnx"), classifier(...quantised));
		await writeFile(join(folder, "targets.npz"), "not read by a plan");
		const found = JSON.parse(
			JSON.stringify(changes).replaceAll(/"([a-z]+\.(?:onnx|npz))"/g, (_, name: string) =>
				JSON.stringify(join(folder, name)),
			),
		) as object; // Text of an object.
		const recipe = parseRecipe({ data: await table(folder), teacher: net, student: net, ...found });
		return { recipe, places: { out: join(folder, "out"), store: join(folder, "store"), threads: 1 } };
	}

	test.each([
		["a value that it does not have", { teacher: plain, distillation: alike("hidden1", "g") }, '"g"'],
		["a value of its student's", { teacher: plain, distillation: alike("hiden1", "h") }, "Near names are hidden1"],
		["one that is quantised", { teacher: foreign, distillation: alike("hidden1", "h") }, outside],
		["soft targets", { teacher: targets, distillation: alike("hidden1", "h") }, `${outside}, to look inside it, got`],
		[
			"two files",
			{ teacher: { family: "ensemble", members: [plain, plain] }, distillation: alike("hidden1", "h") },
			"a teacher of one model",
		],
		["two networks", { teacher: { ...net, copies: 2 }, distillation: alike("hidden1", "hidden1") }, "an ensemble of 2"],
		["mixtures for one that is quantised", { teacher: foreign, ...mixed }, "augment: mixup"],
		["mixtures for soft targets", { teacher: targets, ...mixed }, "augment: mixup"],
	])("is refused by its plan before anything trains: %s", async (_, changes, message) => {
		const { recipe, places } = await planned(changes);
		await expect(planDistill(recipe, places)).rejects.toThrow(message);
		const steps: string[] = [];
		const onStep = ({ label }: { readonly label: string }): void => {
			steps.push(label);
		};
		await expect(distill(recipe, { ...places, onStep })).rejects.toThrow(message);
		expect(steps).toEqual([]);
	});

	test.each([
		["one model's layer", { teacher: { ...plain, trust: true }, distillation: alike("hidden1", "h") }],
		["mixtures for one model", { teacher: { ...plain, trust: true }, ...mixed }],
		["a quantised model outside it", { teacher: { ...foreign, trust: true } }],
	])("serves where it can: %s", async (_, changes) => {
		const { recipe, places } = await planned(changes);
		await planDistill(recipe, places);
		expect(await distill(recipe, places)).toHaveProperty("student.errors");
	});
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
	const { recipes } = (await import(built("workflows/distill/recipes.js"))) as {
		readonly recipes: { readonly digits: object };
	};
	const small = ["teacher.hidden=[4]", "student.hidden=[4]", "teacher.epochs=2", "student.epochs=2"];
	const recipe = parseRecipe({ ...recipes.digits, data: await table(folder) }, "recipe", small);
	const report = await distill(recipe, { out: join(folder, "out"), store: join(folder, "store"), threads: 1 });
	expect(report.recipe.teacher).toMatchObject({ jitter: 0, epochs: 2 });
	expect(report.data.notices).toContainEqual({
		code: "jitter-fitted",
		text: "teacher.jitter is 0, not 2: samples [3] are no images.",
	});
});
