import { describe, expect, test } from "vitest";
import { fitRecipe } from "../../distill/data-fit.js";
import { checkClasses, parseSpecializeRecipe, specialistEpochs } from "./recipe.js";
import { specializeRecipes } from "./recipes.js";

const { digits } = specializeRecipes;
const parsed = (...settings: readonly string[]) => parseSpecializeRecipe(digits, "recipe", settings);

describe("a recipe of specialists", () => {
	test("trains specialists and student like the generalist where nothing else is written", () => {
		const { generalist, specialist, student } = parsed("generalist.batch=64", "generalist.jitter=1");
		expect([specialist.batch, student.batch, specialist.jitter]).toEqual([64, 64, 1]);
		expect([generalist.epochs, specialist.epochs, student.epochs]).toMatchObject([
			{ least: 6 },
			{ least: 3 },
			{ least: 12 },
		]);
		expect(generalist.optimizer).toMatchObject({ name: "adam", learningRate: 0.001 });
		expect(specialist.optimizer).toMatchObject({ name: "adam", learningRate: 0.0005 });
	});

	test("every built-in one fits its data", () => {
		for (const [name, recipe] of Object.entries(specializeRecipes)) {
			checkClasses(parseSpecializeRecipe(recipe, name), name === "digits" ? 10 : 100);
		}
	});

	test.each([
		[
			"classes of one",
			["clustering.classesPerSpecialist=1"],
			"clustering.classesPerSpecialist: expected a number at least 2",
		],
		["no specialist", ["clustering.specialists=0"], "clustering.specialists: expected a number at least 1"],
		["one part", ['clustering={"name":"partition","specialists":1}'], "expected 2 or more parts"],
		[
			"classes of parts",
			["clustering.name=partition", "clustering.classesPerSpecialist=3"],
			"Only nearest, confusable-pairs",
		],
		["a control as the choice", ["clustering.name=random"], "one of nearest, partition, confusable-pairs"],
		["mixup", ['student.augment=[{"name":"mixup"}]'], "student.augment: expected samples that"],
		["an unknown field", ["specialist.hidden=3"], 'got "hidden"'],
		[
			"samples without labels",
			['data={"name":"folder","directory":"x","unlabelled":true}'],
			"data.unlabelled: expected labels",
		],
	])("refuses %s", (_, settings, message) => {
		expect(() => parsed(...settings)).toThrow(message);
	});

	test.each([
		["more specialists than classes", ["clustering.specialists=11"], 10, "clustering.specialists: expected at most 10"],
		["all classes", ["clustering.classesPerSpecialist=10"], 10, "clustering.classesPerSpecialist: expected at most 9"],
		["data of two classes", [], 2, "data: expected 3 or more classes"],
		["more active classes than there are", ["combination.n=11"], 10, "combination.n: expected at most 10"],
		["top-k of all", ["predictions.topK=10"], 10, "predictions.topK: expected at most 9"],
	])("refuses %s, before anything is trained", (_, settings, classes, message) => {
		const recipe = parsed(...settings);
		expect(() => {
			checkClasses(recipe, classes);
		}).toThrow(message);
	});

	test("tells what specialists cost, in epochs of the generalist", () => {
		// 3 specialists of 4 in 10 classes show 1.2 times all samples, and as many others, in each of 3 epochs.
		const fitted = (...settings: readonly string[]) =>
			fitRecipe(parsed(...settings), { sampleShape: [1, 28, 28], train: 7000 }).recipe;
		expect(specialistEpochs(fitted(), 10)).toBeCloseTo(7.2, 12);
		expect(specialistEpochs(fitted('clustering={"name":"partition","specialists":4}'), 10)).toBe(6);
	});
});
