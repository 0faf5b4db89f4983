import { describe, expect, test } from "vitest";
import { evaluate, numbers, real } from "../../test/support/graphs.js";
import { createGraph } from "../ops/index.js";
import { globalNormFactor, limitUnitNorms } from "./constraints.js";

describe("clipping by the gradients' joint norm (Pascanu et al. 2013)", () => {
	async function clip(limit: number): Promise<readonly number[]> {
		const g = createGraph();
		// Norm √(3² + 4² + 12²) = 13.
		const gradients = [g.parameter("a", real("float", [1, 2], [3, 4])), g.parameter("b", real("float", [1], [-12]))];
		const factor = globalNormFactor(g, gradients, limit);
		expect(factor.dims).toEqual([]);
		const [value = NaN] = numbers(await evaluate(g, { factor }), "factor");
		return [3 * value, 4 * value, -12 * value];
	}

	test("scales all gradients by one factor where the norm is too large", async () => {
		const [a = NaN, b = NaN, c = NaN] = await clip(6.5);
		expect(a).toBeCloseTo(1.5, 5);
		expect(b).toBeCloseTo(2, 5);
		expect(c).toBeCloseTo(-6, 5);
	});

	test("leaves gradients within the limit as they are, to the bit", async () => {
		expect(await clip(14)).toEqual([3, 4, -12]);
	});

	test("gradients of zero are left alone", async () => {
		const g = createGraph();
		const factor = globalNormFactor(g, [g.parameter("a", real("float", [2], [0, 0]))], 1);
		expect(numbers(await evaluate(g, { factor }), "factor")).toEqual([1]);
	});
});

test("the norm of each unit's incoming weights is limited on its own (Srivastava et al. 2014)", async () => {
	const g = createGraph();
	const weight = g.parameter("w", real("float", [3, 2], [3, 4, 0.6, 0.8, 0, 0]));
	const found = numbers(await evaluate(g, { limited: limitUnitNorms(g, weight, 2) }), "limited");
	const [long, short, none] = [found.slice(0, 2), found.slice(2, 4), found.slice(4)];
	expect(long[0]).toBeCloseTo(1.2, 5);
	expect(long[1]).toBeCloseTo(1.6, 5);
	expect(Math.hypot(...long)).toBeCloseTo(2, 6);
	expect(short).toEqual([Math.fround(0.6), Math.fround(0.8)]);
	expect(none).toEqual([0, 0]);
});
