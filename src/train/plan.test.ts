import fc from "fast-check";
import { expect, test } from "vitest";
import { buildModel, families } from "../models/index.js";
import type { OnnxModel } from "../onnx/model.js";
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

const cnn = (channels: number) =>
	buildModel(
		{ family: "cnn", ...families.cnn.options.parse({ channels: [channels] }) },
		{ sampleShape: [1, 28, 28], classes: 10, seed: 1 },
	);

const executed = (model: OnnxModel, batch: number, threads?: number, writesInPlace = true) =>
	executionOf(model, { batch, sampleShape: [1, 28, 28], threads, writesInPlace });

test("a small fully connected net is trained by one thread, a larger one by all that may be used", () => {
	expect(executed(fullyConnected(32), 128, 2).threads).toBe(1);
	expect(executed(fullyConnected(32), 128).threads).toBe(1);
	expect(executed(fullyConnected(32), 1024, 2).threads).toBe(2);
	expect(executed(fullyConnected(800), 128, 4).threads).toBe(4);
	expect(executed(fullyConnected(800), 128).threads).toBeUndefined();
});

const loops = { planMemory: false, stepByStep: false, stepsATurn: 1 };

test("nets whose steps are short take many in a call, fully connected ones several a turn in memory laid out ahead", () => {
	expect(executed(fullyConnected(800), 128)).toEqual({ planMemory: true, stepByStep: false, stepsATurn: 4 });
	expect(executed(cnn(4), 16)).toEqual(loops);
});

test("others take a step a call, unless a call copies", () => {
	expect(executed(fullyConnected(800), 1024)).toEqual({ ...loops, stepByStep: true });
	expect(executed(cnn(8), 1024)).toEqual({ ...loops, stepByStep: true });
	expect(executed(fullyConnected(800), 1024, undefined, false)).toEqual(loops);
	expect(executed(cnn(8), 1024, 2, false)).toEqual({ ...loops, threads: 2 });
});
