import { expect, test } from "vitest";
import { evaluate, numbers, real } from "../../test/support/graphs.js";
import { gradients } from "../autodiff/gradients.js";
import { createGraph } from "./index.js";

test("the gradient of a singular matrix's determinant is its cofactors", async () => {
	const g = createGraph();
	const x = g.parameter("x", real("float", [3, 3], [1, 2, 3, 2, 4, 6, 0, 1, 5]));
	const [dx] = gradients(g, g.op("Det", [x]), [x]);
	const found = await evaluate(g, dx === undefined ? {} : { dx });
	expect(numbers(found, "dx").map((value) => value + 0)).toEqual([14, -10, 2, -7, 5, -1, 0, 0, 0]);
});

test("the gradient of a large matrix is refused", () => {
	const g = createGraph();
	const x = g.input("x", { type: "float", dims: [33, 33] });
	expect(() => gradients(g, g.op("Det", [x]), [x])).toThrow(
		"gradient of Det: expected matrices of up to 32 rows, got float[33,33]",
	);
});
