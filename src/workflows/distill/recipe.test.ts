import { describe, expect, test } from "vitest";
import { parseTrainRecipe } from "../train/recipe.js";
import { parseRecipe } from "./recipe.js";

describe("the objective of a distillation", () => {
	const parsed = (...settings: readonly string[]): unknown =>
		parseRecipe({ distillation: { name: "soft-targets", temperature: 8 } }, "recipe", settings).distillation;

	test("is changed by settings, which fill in what the new one has", () => {
		expect(parsed("distillation.standardize=true")).toEqual({
			name: "soft-targets",
			temperature: 8,
			hardWeight: 0.1,
			standardize: true,
		});
		expect(parsed("distillation.name=dkd", "distillation.alpha=2")).toEqual({
			name: "dkd",
			alpha: 2,
			beta: 8,
			temperature: 4,
			hardWeight: 1,
			warmup: 0.08,
		});
		expect(parsed("distillation.name=dist", "distillation.gamma=2")).toMatchObject({ name: "dist", beta: 1, gamma: 2 });
	});

	test("may be a mixture, whose parts have their own options, weights and schedules", () => {
		const written = {
			name: "mixture",
			of: [{ name: "cross-entropy" }, { name: "dkd", weight: 2, schedule: { name: "cosine" } }],
		};
		expect(parsed(`distillation=${JSON.stringify(written)}`)).toEqual({
			name: "mixture",
			of: [
				{ name: "cross-entropy", weight: 1 },
				{
					name: "dkd",
					alpha: 1,
					beta: 8,
					temperature: 4,
					hardWeight: 1,
					warmup: 0.08,
					weight: 2,
					schedule: { name: "cosine", from: 0, to: 1, start: 0, end: 1 },
				},
			],
		});
	});

	const mixture = (...of: readonly object[]): string => `distillation=${JSON.stringify({ name: "mixture", of })}`;
	const hints = { name: "hints", pairs: [{ student: "a", teacher: "b" }] };

	test.each([
		[
			"an objective without a teacher",
			["distillation.name=label-smoothing"],
			"one of soft-targets, logit-matching, dkd",
		],
		[
			"hints alone",
			["distillation.name=hints"],
			"one of soft-targets, logit-matching, dkd, dist, soft-labels, teacher-values, mixture",
		],
		[
			"T = 0",
			["distillation.name=dist", "distillation.temperature=0"],
			"distillation.temperature: expected a number more",
		],
		["another's field", ["distillation.name=dkd", "distillation.gamma=1"], 'Only dist takes "gamma".'],
		["a misspelt part", [mixture({ name: "soft-target" })], "distillation.of.0.name: expected one of cross-entropy"],
		["a misspelt field", [mixture({ name: "dkd", alfa: 1 })], "distillation.of.0: expected one of name, alpha, beta"],
		[
			"half a pair",
			[mixture({ ...hints, pairs: [{ student: "a" }] })],
			"distillation.of.0.pairs.0.teacher: expected a text",
		],
		["hints beside nothing", [mixture(hints)], "distillation.of: expected an objective on the student's outputs"],
		["no teacher at all", [mixture({ name: "cross-entropy" })], "distillation.of: expected an objective that asks the"],
	])("refuses %s", (_, settings, message) => {
		expect(() => parsed(...settings)).toThrow(message);
	});
});

test("a network without a teacher may have smoothed labels", () => {
	expect(parseTrainRecipe({}).loss).toEqual({ name: "cross-entropy" });
	const smoothed = parseTrainRecipe({}, "recipe", ["loss.name=label-smoothing", "loss.smoothing=0.2"]);
	expect(smoothed.loss).toEqual({ name: "label-smoothing", smoothing: 0.2 });
	expect(() => parseTrainRecipe({ loss: { name: "dkd" } })).toThrow("one of cross-entropy, label-smoothing");
});

test.each([
	["teacher.epochs=0", "teacher.epochs: expected a number more than 0, got 0"],
	["student.jitter=20", "student.jitter: expected a number at most 16, got 20"],
	["student.epochs=x", 'student.epochs: expected a number, or an object, got "x"'],
	['student.epochs={"least":2}', "student.epochs.steps: expected a number, got nothing"],
	['student.jitter={"most":1.5}', "student.jitter.most: expected a whole number, got 1.5"],
])("what may be a number or an object says what is wrong with either: %s", (setting, message) => {
	expect(() => parseRecipe({}, "recipe", [setting])).toThrow(message);
});
