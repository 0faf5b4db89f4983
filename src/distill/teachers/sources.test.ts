import { describe, expect, test } from "vitest";
import { digitsRecipe } from "../../../test/support/recipes.js";
import { parseRecipe } from "../../workflows/distill/recipe.js";
import { combinationOf, memberSeed, membersOf } from "./sources.js";

describe("the members of a teacher", () => {
	test("are one network, or as many as copies", () => {
		const one = digitsRecipe({ teacher: { hidden: [4] } }).teacher;
		expect(membersOf(one)).toMatchObject([{ weight: 1, network: { family: "mlp", hidden: [4] } }]);
		const three = digitsRecipe({ teacher: { hidden: [4] } }, "recipe", ["teacher.copies=3"]).teacher;
		expect(membersOf(three)).toHaveLength(3);
		expect(new Set(membersOf(three).map(({ weight }) => weight)).size).toBe(1);
		expect(combinationOf(three)).toBe("arithmetic");
	});

	test("are networks and files, with weights that copies share", () => {
		const members = [{ hidden: [4], copies: 2 }, { file: "a.onnx" }];
		const weighted = (weights?: number[]) =>
			membersOf(
				digitsRecipe({ teacher: { family: "ensemble", members, ...(weights === undefined ? {} : { weights }) } })
					.teacher,
			);
		expect(weighted().map(({ weight }) => weight)).toEqual([1, 1, 1]);
		expect(weighted([1, 3]).map(({ weight }) => weight)).toEqual([0.5, 0.5, 3]);
		expect(weighted().map((member) => ("given" in member ? member.given.file : member.network.family))).toEqual([
			...["mlp", "mlp", "a.onnx"],
		]);
	});

	test("need as many weights", () => {
		const teacher = { family: "ensemble", members: [{ file: "a.onnx" }], weights: [1, 2] } as const;
		expect(() => parseRecipe({ teacher })).toThrow("teacher.weights: expected as many weights as members");
	});
});

test("seeds of members: the run's own first, others that no neighbouring run has", () => {
	const seeds = [1, 2, 3].flatMap((seed) => Array.from({ length: 10 }, (_, index) => memberSeed(seed, index)));
	expect([seeds[0], seeds[10], seeds[20]]).toEqual([1, 2, 3]);
	expect(new Set(seeds).size).toBe(30);
	expect(memberSeed(1, 4)).toBe(seeds[4]);
});
