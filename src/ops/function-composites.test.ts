import { expect, test } from "vitest";
import { createGraph } from "./index.js";

test.each([
	[[1, 2, 2], [1, 1, 3, 4], "AffineGrid: expected θ [1,2,3], got float[1,2,2]"],
	[[2, 2, 3], [1, 1, 3, 4], "AffineGrid: expected θ [1,2,3], got float[2,2,3]"],
	[[1, 2, 3], [1, 1, 3, 2 ** 30], "AffineGrid: expected sizes of up to 16777216, got 1073741824"],
] as const)("an AffineGrid of θ %j and the size %j is refused", (dims, size, message) => {
	const g = createGraph();
	const theta = g.input("theta", { type: "float", dims });
	expect(() => g.ops("AffineGrid", [theta, g.integers(size)])).toThrow(message);
});

test("a CenterCropPad of another number of axes is refused", () => {
	const g = createGraph();
	const x = g.input("x", { type: "float", dims: [3, 4] });
	expect(() => g.ops("CenterCropPad", [x, g.integers([2])])).toThrow(
		"CenterCropPad: expected a size for 2 axes, got [2]",
	);
});
