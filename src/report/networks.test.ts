import { expect, test } from "vitest";
import { distillNetworks } from "../workflows/distill/networks.js";
import { specializeNetworks } from "../workflows/specialize/networks.js";
import { speechNetworks } from "../workflows/speech/networks.js";
import { networkName, otherColor } from "./networks.js";

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
	["constructor", "constructor", "other-1"],
])("of a distillation, %s is %s, in the colour of its role and place", (name, title, color) => {
	expect(distillNetworks.titleOf(name)).toBe(title);
	expect(distillNetworks.seriesOf(name)).toEqual({ label: title, color });
});

test("a network may have another title in a report, and keeps its colour", () => {
	expect(distillNetworks.seriesOf("teacher", "teacher, all 3")).toEqual({ label: "teacher, all 3", color: "teacher" });
});

test("several of a role that pictures do not tell apart have one title there", () => {
	expect(specializeNetworks.titleOf("specialist-2")).toBe("specialist 2");
	expect(specializeNetworks.seriesOf("specialist-2")).toEqual({ label: "specialists", color: "other-1" });
	expect(specializeNetworks.titleOf("random")).toBe("random specialists");
	expect(speechNetworks.seriesOf("distilled-T2.5")).toEqual({ label: "distilled", color: "student" });
});

test.each([
	[{ role: "earlyStopped" }, "early-stopped"],
	[{ role: "specialist", member: 3 }, "specialist-3"],
	[{ network: "few-hard" }, "few-hard"],
	[{}, "network"],
])("results call the network of %o %s", (part, name) => {
	expect(networkName(part)).toBe(name);
});

test("names of equal length have no colour in common for that", () => {
	expect(new Set(Array.from({ length: 5 }, (_, place) => otherColor(place))).size).toBe(5);
});
