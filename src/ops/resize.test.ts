import { expect, test } from "vitest";
import { type Attributes, int, ints, text } from "../graph/attributes.js";
import { createGraph } from "./index.js";

const refused: readonly (readonly [Attributes, string])[] = [
	[{ mode: text("nearest"), antialias: int(1) }, "expected mode linear or cubic with antialias, got nearest"],
	[{ mode: text("linear"), exclude_outside: int(1) }, "expected mode cubic with exclude_outside, got linear"],
	[
		{ axes: ints([-2, -1]), keep_aspect_ratio_policy: text("not_larger") },
		"expected axes of 0 or more with keep_aspect_ratio_policy, got axes counted from the back",
	],
	[{ coordinate_transformation_mode: text("tf_crop_and_resize") }, "expected a region of 4 numbers, got []"],
	[{ mode: text("area") }, "expected mode nearest, linear, cubic, got area"],
];

test.each(refused)("%j is refused", (attributes, message) => {
	const g = createGraph();
	const x = g.input("x", { type: "float", dims: [4, 6] });
	expect(() => g.op("Resize", [x, undefined, undefined, g.integers([3, 5])], attributes)).toThrow(message);
});
