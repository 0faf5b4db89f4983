import { expect, test } from "vitest";
import { startingRecipe } from "./starting-recipe.js";

test.each([
	[224, [{ name: "flip" }, { name: "crop", padding: 4 }]],
	[32, [{ name: "flip" }, { name: "crop", padding: 4 }]],
	[8, [{ name: "flip" }, { name: "crop", padding: 1 }]],
	[6, [{ name: "flip" }]],
] as const)("coloured pictures of %i pixels are cropped by an eighth of a side at most", (side, augment) => {
	const start = { name: "mine", data: { name: "cifar-100" }, unlabelled: false, destination: "node" } as const;
	const { teacher, student } = startingRecipe({ ...start, sampleShape: [3, side, 2 * side] });
	expect(teacher).toMatchObject({ family: "resnet", augment });
	expect(student).toMatchObject({ family: "resnet", augment });
});
