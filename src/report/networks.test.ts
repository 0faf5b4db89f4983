import { expect, test } from "vitest";
import { otherColor, seriesOf, titleOf } from "./networks.js";

test.each([
	["teacher", "teacher", "teacher"],
	["teacher-3", "teacher 3", "teacher"],
	["student", "student, distilled", "student"],
	["baseline", "student, alone", "baseline"],
	["early-stopped", "alone, stopped early", "other-1"],
	["generations", "all generations", "other-2"],
	["assistant-1", "assistant 1", "other-3"],
	["assistant-2", "assistant 2", "other-4"],
	["generation-1", "generation 1", "other-4"],
	["generation-12", "generation 12", "other-5"],
	["network", "network", "student"],
	["constructor", "constructor", "other-1"],
])("%s is %s, in the colour of its role and place", (name, title, color) => {
	expect(titleOf(name)).toBe(title);
	expect(seriesOf(name)).toEqual({ label: title, color });
});

test("a network may have another title in a report, and keeps its colour", () => {
	expect(seriesOf("teacher", "teacher, all 3")).toEqual({ label: "teacher, all 3", color: "teacher" });
});

test("names of equal length have no colour in common for that", () => {
	expect(new Set(Array.from({ length: 5 }, (_, place) => otherColor(place))).size).toBe(5);
});
