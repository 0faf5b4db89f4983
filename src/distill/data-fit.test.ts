import { describe, expect, test } from "vitest";
import { parseRecipe } from "../workflows/distill/recipe.js";
import { recipes } from "../workflows/distill/recipes.js";
import { parseSpecializeRecipe } from "../workflows/specialize/recipe.js";
import { specializeRecipes } from "../workflows/specialize/recipes.js";
import { parseTrainRecipe } from "../workflows/train/recipe.js";
import { trainRecipes } from "../workflows/train/recipes.js";
import { fitRecipe } from "./data-fit.js";

const digits = { sampleShape: [1, 28, 28], train: 7000 };
const pictures = (side: number) => ({ sampleShape: [1, side, side], train: 7000 });

describe("the built-in recipes", () => {
	test("are on the digits what they were: 2 pixels, and the least epochs, without a word", () => {
		const { recipe, notices } = fitRecipe(parseRecipe(recipes.digits), digits);
		expect(notices).toEqual([]);
		expect(recipe.teacher).toMatchObject({ jitter: 2, epochs: 40 });
		expect(recipe.student).toMatchObject({ jitter: 0, epochs: 60 });
		expect(recipe.baseline).toMatchObject({ jitter: 0, epochs: 60 });
		const trained = fitRecipe(parseTrainRecipe(trainRecipes.digits), digits);
		expect(trained).toMatchObject({ recipe: { network: { jitter: 2, epochs: 10 } }, notices: [] });
		const specialized = fitRecipe(parseSpecializeRecipe(specializeRecipes.digits), digits);
		expect(specialized.recipe).toMatchObject({
			generalist: { epochs: 6 },
			specialist: { epochs: 3 },
			student: { epochs: 12 },
		});
	});

	test.each([
		["mnist", { sampleShape: [1, 28, 28], train: 54_000 }, 80, 40],
		["cifar-100", { sampleShape: [3, 32, 32], train: 45_000 }, 8, 8],
	] as const)("%s on its own data likewise", (name, data, teacher, student) => {
		const { recipe, notices } = fitRecipe(parseRecipe(recipes[name]), data);
		expect(notices).toEqual([]);
		expect(recipe).toMatchObject({ teacher: { epochs: teacher }, student: { epochs: student } });
	});
});

describe("shifts", () => {
	const jitterOf = (sampleShape: readonly number[]): unknown =>
		fitRecipe(parseRecipe(recipes.digits), { ...digits, sampleShape }).recipe.teacher;

	test.each([
		[8, 0],
		[12, 0],
		[15, 0],
		[16, 1],
		[27, 1],
		[28, 2],
		[224, 2],
	])("of pictures of %i pixels are at most %i", (side, jitter) => {
		expect(jitterOf([1, side, side])).toMatchObject({ jitter });
		expect(jitterOf([3, 2 * side, side])).toMatchObject({ jitter });
	});

	test("are none where samples are no pictures, and that is said", () => {
		const { recipe, notices } = fitRecipe(parseRecipe(recipes.digits), { sampleShape: [4], train: 7000 });
		expect(recipe.teacher).toMatchObject({ jitter: 0 });
		expect(notices).toEqual([
			{ code: "jitter-fitted", text: "teacher.jitter is 0, not 2: samples [4] are no images." },
		]);
	});

	test("that somebody has set stay", () => {
		const set = parseRecipe(recipes.digits, "recipe", ["teacher.jitter=2"]);
		const { recipe, notices } = fitRecipe(set, pictures(8));
		expect(recipe.teacher).toMatchObject({ jitter: 2 });
		expect(notices).toEqual([]);
	});
});

describe("epochs", () => {
	const few = { sampleShape: [1, 28, 28], train: 256 };

	test("of few samples are as many as take enough steps, and that is said", () => {
		const { recipe, notices } = fitRecipe(parseRecipe(recipes.digits), few);
		expect(recipe).toMatchObject({ teacher: { epochs: 250 }, student: { epochs: 250 }, baseline: { epochs: 250 } });
		expect(notices.map(({ text, hint }) => [text, hint])).toEqual([
			[
				"teacher.epochs is 250, as 40 epochs of 256 samples would be 80 steps.",
				"A number is kept: --set teacher.epochs=40.",
			],
			[
				"student.epochs, baseline.epochs are 250, as 60 epochs of 256 samples would be 120 steps.",
				"A number is kept: --set student.epochs=60 --set baseline.epochs=60.",
			],
		]);
		// The hints work.
		const settings = notices.flatMap(({ hint = "" }) =>
			[...hint.matchAll(/--set (\S+\d)/g)].map(([, one = ""]) => one),
		);
		const set = fitRecipe(parseRecipe(recipes.digits, "recipe", settings), few);
		expect(set).toMatchObject({ recipe: { teacher: { epochs: 40 }, student: { epochs: 60 } }, notices: [] });
	});

	test("go by the share of the samples that a network learns from, in members of an ensemble and assistants as well", () => {
		const written = parseRecipe({
			teacher: { family: "ensemble", members: [{ hidden: [4] }, { file: "a.onnx" }] },
			student: { fraction: 0.5, batch: 64 },
			chain: [{ epochs: 3 }],
		});
		const { recipe, notices } = fitRecipe(written, few);
		expect(recipe).toMatchObject({ student: { epochs: 250 }, chain: [{ epochs: 3 }] });
		expect(notices.map(({ text }) => text).join("\n")).toContain("teacher.members.0.epochs is 250");
	});
});
