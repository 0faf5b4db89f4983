import { expect, test } from "vitest";
import { chart } from "./chart.js";
import type { Axis } from "./study.js";

/** The labels of the vertical axis of a figure with one line through these heights. */
const ticksOf = (y: Axis, ...heights: readonly number[]): readonly string[] => {
	const lines = [{ label: "one", points: heights.map((height, at) => ({ x: at + 1, y: height })) }];
	const figure = { name: "test", title: "Test", caption: "", x: { label: "", scale: "linear" }, y, lines } as const;
	const { text } = chart(figure);
	const [axis = ""] = /<g [^>]*aria-label="y-axis tick label".*?<\/g>/s.exec(text) ?? [];
	return Array.from(axis.matchAll(/>([^<>\s]+)<\/text>/g), ([, label = ""]) => label);
};

test("labels of an axis are decimal numbers, of any size", () => {
	expect(ticksOf({ label: "", scale: "linear" }, 60, 160)).toEqual(["60", "80", "100", "120", "140", "160"]);
	expect(ticksOf({ label: "", scale: "linear" }, 0, 40_000)).toContain("20000");
	expect(ticksOf({ label: "", scale: "linear" }, 0, 0.01)).toContain("0.004");
	expect(ticksOf({ label: "", scale: "log" }, 0.1, 1000)).toEqual(expect.arrayContaining(["0.1", "1", "100"]));
});
