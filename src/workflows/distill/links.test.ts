import { expect, test } from "vitest";
import { digitsRecipe } from "../../../test/support/recipes.js";
import { linksOf } from "./links.js";

const chain = [{ hidden: [20] }, { family: "cnn", channels: [4] }];

test("assistants come first, then the generations of the student", () => {
	const recipe = digitsRecipe({ chain, generations: 3, student: { hidden: [10] } });
	const links = linksOf(recipe, 7);
	expect(links.map(({ role, member }) => [role, member])).toEqual([
		...[
			["assistant", 1],
			["assistant", 2],
		],
		...[
			["generation", 1],
			["generation", 2],
		],
		["student", undefined],
	]);
	expect(links.map(({ network }) => network)).toEqual([...recipe.chain, ...[1, 2, 3].map(() => recipe.student)]);
	// The first generation starts as the student alone does; every other network has a seed of its own.
	expect(links[2]?.seed).toBe(7);
	expect(new Set(links.map(({ seed }) => seed)).size).toBe(5);
});

test("without assistants and generations there is the student, with the run's seed", () => {
	const recipe = digitsRecipe({});
	expect(linksOf(recipe, 3)).toEqual([{ role: "student", network: recipe.student, seed: 3 }]);
});

test("a baseline learns from the same samples as the student where nothing else is said", () => {
	const { baseline, student } = digitsRecipe({ student: { fraction: 0.03, fractionSeed: 4 } });
	expect([baseline.fraction, baseline.fractionSeed]).toEqual([student.fraction, student.fractionSeed]);
	expect(digitsRecipe({ student: { fraction: 0.03 }, baseline: { fraction: 1 } }).baseline.fraction).toBe(1);
});
