import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { partitionGroups } from "./group-partition.js";
import { partition, splitNames } from "./partition.js";

const shares = { test: 0.2, validation: 0.1 };

/** How many samples each part has, and how many groups lie in more than one. */
function summary(parts: Uint8Array, groups: Int32Array): { readonly sizes: readonly number[]; readonly split: number } {
	const sizes = splitNames.map((_, part) => parts.filter((one) => one === part).length);
	const seen = new Map<number, Set<number>>();
	groups.forEach((group, row) => {
		const own = seen.get(group) ?? new Set();
		seen.set(group, own.add(parts[row] ?? 0));
	});
	return { sizes, split: [...seen.values()].filter(({ size }) => size > 1).length };
}

function parted(grouping: Parameters<typeof partitionGroups>[0]): Uint8Array {
	const found = partitionGroups(grouping);
	if ("parts" in found) return found.parts;
	throw new TypeError(`class ${String(found.lacking)} has ${String(found.groups)} groups`);
}

test("groups of one sample fall as samples without groups do", () => {
	const labels = fc.array(fc.nat(2), { minLength: 30, maxLength: 90 }).filter((list) => {
		return [0, 1, 2].every((c) => list.filter((label) => label === c).length > 2);
	});
	fc.assert(
		fc.property(labels, fc.constantFrom(0, 0.1, 0.3), fc.constantFrom(0, 0.1, 0.4), (list, tested, validation) => {
			const own = Int32Array.from(list);
			const options = { test: tested, validation };
			const groups = own.map((_, row) => row);
			expect(parted({ labels: own, classes: 3, groups, shares: options })).toEqual(
				partition(own, ["a", "b", "c"], options, ""),
			);
		}),
		{ seed: 5, numRuns: 60 },
	);
});

test("no group is split, each part has every class, and shares are near", () => {
	const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 40, maxLength: 60 });
	fc.assert(
		fc.property(sizes, fc.nat(10), (list, shift) => {
			const groups = Int32Array.from(list.flatMap((size, group) => new Array<number>(size).fill(group)));
			const labels = groups.map((group, row) => ((group + shift) % 5 === 0 ? row % 2 : group % 2));
			const parts = parted({ labels, classes: 2, groups, shares });
			const found = summary(parts, groups);
			expect(found.split).toBe(0);
			for (const part of splitNames.keys())
				expect(new Set(labels.filter((_, row) => parts[row] === part)).size).toBe(2);
			expect(Math.abs((found.sizes[2] ?? 0) / labels.length - 0.2)).toBeLessThan(0.06);
			expect(Math.abs((found.sizes[1] ?? 0) / labels.length - 0.1)).toBeLessThan(0.06);
		}),
		{ seed: 6, numRuns: 60 },
	);
});

describe("few and large groups", () => {
	const labels = (counts: readonly number[]): Int32Array => new Int32Array(counts.reduce((a, b) => a + b, 0));
	const groupsOf = (counts: readonly number[]): Int32Array =>
		Int32Array.from(counts.flatMap((count, group) => new Array<number>(count).fill(group)));

	test.each([[[900, 50, 50]], [[10, 10, 10]], [[1, 1, 98]]])(
		"%j: the large one is for training, and no part is empty",
		(counts) => {
			const groups = groupsOf(counts);
			const { sizes, split } = summary(parted({ labels: labels(counts), classes: 1, groups, shares }), groups);
			expect(split).toBe(0);
			expect(sizes[0]).toBe(Math.max(...counts));
			expect(Math.min(...sizes)).toBeGreaterThan(0);
		},
	);

	test("a class in fewer groups than there are parts is named", () => {
		const groups = groupsOf([5, 5, 5, 5]);
		const own = groups.map((group) => (group < 2 ? 1 : 0));
		own[12] = 1;
		expect(partitionGroups({ labels: own, classes: 2, groups, shares })).toEqual({ lacking: 0, groups: 2, needed: 3 });
	});
});
