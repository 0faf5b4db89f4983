import { describe, expect, test } from "vitest";
import { targetKey } from "./key.js";
import type { TargetForm, TargetSource } from "./targets.js";

const base: TargetSource & TargetForm = {
	teacher: { rule: "arithmetic", members: ["aa", "bb"] },
	handling: { mean: 0.5, std: 0.3, classes: ["x", "y"] },
	data: { fingerprint: "f1", split: "train" },
	views: { seed: 0, transforms: [{ name: "flip", probability: 0.5 }], blank: 0.1 },
	precision: "float16",
	topK: 5,
};

const keyOf = (more: Partial<typeof base>): string => targetKey({ ...base, ...more }, { ...base, ...more });

describe("the key of answers", () => {
	test("every field changes it", () => {
		const changed: readonly Partial<typeof base>[] = [
			{},
			{ teacher: { rule: "geometric", members: ["aa", "bb"] } },
			{ teacher: { rule: "arithmetic", members: ["bb", "aa"] } },
			{ teacher: "aa" },
			{ handling: { mean: 0.5, std: 0.31, classes: ["x", "y"] } },
			{ handling: { mean: 0.5, std: 0.3, classes: ["y", "x"] } },
			{ data: { fingerprint: "f2", split: "train" } },
			{ data: { fingerprint: "f1", split: "validation" } },
			{ views: { transforms: [] } },
			{ views: { ...base.views, seed: 1 } },
			{ views: { ...base.views, transforms: [{ name: "flip", probability: 0.4 }] } },
			{ views: { ...base.views, blank: [0.1, 0.1, 0.1] } },
			{ precision: "float32" },
			{ topK: 6 },
			{ topK: undefined },
		];
		expect(new Set(changed.map(keyOf)).size).toBe(changed.length);
	});

	test("never changes by itself, so that stores outlast versions", () => {
		expect(keyOf({})).toBe("2083a846b226143153383bd1dd6a9ba0a5617041c0a96ee6bac5f16e7e9c32c0");
	});
});
