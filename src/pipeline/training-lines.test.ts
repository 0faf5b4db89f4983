import { expect, expectTypeOf, test } from "vitest";
import type { SeedEvent } from "./run-types.js";
import { curveLine, type LogLine, logLine } from "./training-lines.js";

test("whatever a training tells is a line of the log", () => {
	expectTypeOf<SeedEvent & Pick<LogLine, "label" | "seconds">>().toExtend<LogLine>();
	const about = { label: "seed 1, student", seconds: 2, seed: 1, role: "student" };
	const lines = [
		{ ...about, kind: "progress", step: 1, steps: 2, epoch: 0.5, loss: 1, throughput: 100, memory: 5 },
		{ ...about, kind: "validation", step: 2, epoch: 1, agreement: 1, klToTeacher: 0 },
		{ ...about, kind: "note", text: "a note" },
	];
	for (const line of lines) expect(logLine.parse(line)).toEqual(line);
});

test.each([
	["of another kind", { kind: "step", seed: 1, step: 1, epoch: 1 }],
	["of no kind", { seed: 1, step: 1, steps: 2, epoch: 1, loss: 1 }],
	["of progress without a loss", { kind: "progress", seed: 1, step: 1, steps: 2, epoch: 1 }],
])("a line %s is no point of a curve", (_, line) => {
	expect(curveLine.safeParse(line).success).toBe(false);
});
