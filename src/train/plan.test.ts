import fc from "fast-check";
import { expect, test } from "vitest";
import { buildModel, families } from "../models/index.js";
import { executionOf, nextChunk, type PlannedChunk } from "./plan.js";

test("calls cover every step once, in order, within the limits, and one ends at each look at validation", () => {
	const size = (max: number) => fc.integer({ min: 1, max });
	const duration = fc.option(fc.double({ min: 0.01, max: 10_000, noNaN: true }), { nil: undefined });
	fc.assert(
		fc.property(
			...[size(2000), size(2 ** 26), size(20), size(2 ** 24), duration],
			(totalSteps, bytesPerStep, looks, stateBytes, stepMs) => {
				const options = { totalSteps, bytesPerStep, looks, stateBytes };
				const plan: PlannedChunk[] = [];
				for (let next = nextChunk(options, 0, stepMs); next !== undefined; ) {
					plan.push(next);
					next = nextChunk(options, next.first + next.steps, stepMs);
				}
				const ends = plan.map(({ first, steps }) => first + steps);
				expect(plan.map(({ first }) => first)).toEqual([0, ...ends.slice(0, -1)]);
				expect(ends.at(-1)).toBe(totalSteps);
				expect(plan.every(({ steps }) => steps > 0 && (steps === 1 || steps * bytesPerStep <= 2 ** 25))).toBe(true);
				expect(plan.every(({ steps }) => steps === 1 || steps * (stepMs ?? Infinity) <= 1500)).toBe(true);
				expect(plan.filter(({ validate }) => validate)).toHaveLength(Math.min(looks, totalSteps));
				expect(plan.at(-1)?.validate).toBe(true);
			},
		),
		{ seed: 1, numRuns: 50 },
	);
});

test("a run that goes on in the middle of a call ends the next where it would have ended", () => {
	const options = { totalSteps: 100, looks: 4, bytesPerStep: 2 ** 20, stateBytes: 2 ** 20 };
	expect(nextChunk(options, 0, 1)).toEqual({ first: 0, steps: 8, validate: false });
	expect(nextChunk(options, 19, 1)).toEqual({ first: 19, steps: 6, validate: true });
	expect(nextChunk(options, 100, 1)).toBeUndefined();
	const slow = { totalSteps: 9, looks: 1, bytesPerStep: 1 };
	expect(nextChunk({ ...slow, stateBytes: 2 ** 20 }, 0, 700)?.steps).toBe(2);
	expect(nextChunk({ ...slow, stateBytes: 2 ** 29 }, 0, 700)?.steps).toBe(4);
});

const fullyConnected = (units: number) =>
	buildModel(
		{ family: "mlp", ...families.mlp.options.parse({ hidden: [units] }) },
		{ sampleShape: [1, 28, 28], classes: 10, seed: 1 },
	);

test("a small fully connected net is trained by one thread, a larger one by all that may be used", () => {
	expect(executionOf(fullyConnected(32), 128, 2).threads).toBe(1);
	expect(executionOf(fullyConnected(32), 128).threads).toBe(1);
	expect(executionOf(fullyConnected(32), 1024, 2).threads).toBe(2);
	expect(executionOf(fullyConnected(800), 128, 4).threads).toBe(4);
	expect(executionOf(fullyConnected(800), 128).threads).toBeUndefined();
});

test("fully connected nets take several steps a turn in memory laid out ahead, others one at a time", () => {
	const cnn = buildModel(
		{ family: "cnn", ...families.cnn.options.parse({ channels: [8] }) },
		{ sampleShape: [1, 28, 28], classes: 10, seed: 1 },
	);
	expect(executionOf(fullyConnected(800), 128)).toEqual({ planMemory: true, stepsATurn: 4 });
	const { graph, ...rest } = fullyConnected(8);
	const [weight] = graph.initializers;
	if (weight === undefined) throw new Error("expected a weight");
	const large = { ...weight, tensor: { ...weight.tensor, dims: [8000, 8000] } };
	const huge = { ...rest, graph: { ...graph, initializers: [large] } };
	expect(executionOf(huge, 128)).toEqual({ planMemory: false, stepsATurn: 1 });
	expect(executionOf(cnn, 128, 2)).toEqual({ planMemory: false, stepsATurn: 1, threads: 2 });
});
