import fc from "fast-check";
import { expect, test } from "vitest";
import { buildModel, families } from "../models/index.js";
import { planChunks, usefulThreads } from "./plan.js";

test("planned chunks cover every step once, in order, within the limits", () => {
	const size = (max: number) => fc.integer({ min: 1, max });
	fc.assert(
		fc.property(size(5000), size(2 ** 26), size(20), size(2 ** 24), (totalSteps, bytesPerStep, looks, stateBytes) => {
			const plan = planChunks({ totalSteps, bytesPerStep, looks, stateBytes });
			const ends = plan.map(({ first, steps }) => first + steps);
			expect(plan.map(({ first }) => first)).toEqual([0, ...ends.slice(0, -1)]);
			expect(ends.at(-1)).toBe(totalSteps);
			expect(plan.every(({ steps }) => steps > 0 && (steps === 1 || steps * bytesPerStep <= 2 ** 25))).toBe(true);
			expect(plan.filter(({ validate }) => validate)).toHaveLength(Math.min(looks, totalSteps));
			expect(plan.at(-1)?.validate).toBe(true);
		}),
		{ seed: 1, numRuns: 50 },
	);
});

test("a small fully connected net is trained by one thread, a larger one by all that may be used", () => {
	const network = (units: number) =>
		buildModel(
			{ family: "mlp", ...families.mlp.options.parse({ hidden: [units] }) },
			{ sampleShape: [1, 28, 28], classes: 10, seed: 1 },
		);
	expect(usefulThreads(network(32), 128, 2)).toBe(1);
	expect(usefulThreads(network(32), 128, undefined)).toBe(1);
	expect(usefulThreads(network(32), 1024, 2)).toBe(2);
	expect(usefulThreads(network(800), 128, 4)).toBe(4);
	expect(usefulThreads(network(800), 128, undefined)).toBeUndefined();
});
