import { expect, test } from "vitest";
import { evaluate, scalar } from "../../test/support/graphs.js";
import { createGraph } from "../ops/index.js";
import { weightFactor, weightScheduleOptions } from "./weight-schedules.js";

test.each([
	[{ name: "linear" }, { 0: 0, 0.25: 0.25, 0.75: 0.75 }],
	[
		{ name: "linear", from: 1, to: 3, start: 0.25, end: 0.75 },
		{ 0: 1, 0.25: 1, 0.5: 2, 0.75: 3, 0.9: 3 },
	],
	[
		{ name: "cosine", from: 2, to: 0 },
		{ 0: 2, 0.25: 1 + Math.SQRT1_2, 0.5: 1 },
	],
	[
		{ name: "cosine", end: 0.5 },
		{ 0.25: 0.5, 0.5: 1, 0.75: 1 },
	],
	[
		{ name: "steps", at: [0.25, 0.5], factors: [4, 0.5] },
		{ 0: 1, 0.24: 1, 0.25: 4, 0.49: 4, 0.5: 0.5, 0.9: 0.5 },
	],
])("%j", async (options, expected) => {
	const g = createGraph();
	const progress = g.input("progress", { type: "float", dims: [] });
	const factor = weightFactor(g, progress, weightScheduleOptions.parse(options));
	for (const [at, value] of Object.entries(expected)) {
		const fed = { progress: { type: "float", dims: [], data: Float32Array.of(Number(at)) } } as const;
		expect(scalar(await evaluate(g, { factor }, fed), "factor"), `at ${at}`).toBeCloseTo(value, 5);
	}
});

test.each([
	[{ name: "linear", start: 0.5, end: 0.5 }, "a number more than start"],
	[{ name: "steps", at: [0.5, 0.2], factors: [1, 1] }, "rising numbers"],
	[{ name: "steps", at: [0.5], factors: [1, 1] }, "a factor for each jump"],
])("%j is refused", (options, message) => {
	expect(() => weightScheduleOptions.parse(options)).toThrow(message);
});
