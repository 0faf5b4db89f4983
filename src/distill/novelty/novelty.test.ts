import { describe, expect, it, test } from "vitest";
import { randomStream } from "../../random.js";
import { detectors, type Observation } from "./detectors.js";
import { garbage, garbageKinds, garbageStream } from "./garbage.js";
import { coherentGroups, groupsOf } from "./groups.js";
import { verdictsOf } from "./verdicts.js";

const logs = (...p: readonly number[]): readonly number[] => p.map(Math.log);

describe("detectors, by hand", () => {
	const sure: Observation = { logits: logs(0.97, 0.01, 0.02), distance: 1, inputDistance: 1, answers: [] };
	// A specialist of classes 0 and 2 that finds nothing of its own in the sample.
	const lost: Observation = {
		logits: logs(0.5, 0.25, 0.25),
		distance: 2,
		inputDistance: 2,
		answers: [{ classes: [0, 2], probabilities: [0.1, 0.1, 0.8] }],
	};

	it("score what is less certain, further away or less agreed upon higher", () => {
		for (const { score } of Object.values(detectors)) expect(score(lost)).toBeGreaterThanOrEqual(score(sure) - 1e-12);
		expect(detectors.maximum.score(lost)).toBeCloseTo(0.5, 12);
		expect(detectors.entropy.score(lost)).toBeCloseTo(1.5 * Math.LN2, 12);
		// log Σ exp of log-probabilities is 0.
		expect(detectors.energy.score(lost)).toBeCloseTo(0, 12);
		expect(detectors.energy.score({ ...lost, logits: logs(0.5, 0.25, 0.25).map((z) => z + 3) })).toBeCloseTo(-3, 12);
		expect(detectors.dustbin.score(lost)).toBeCloseTo(0.8, 12);
		// KL of (0.1, 0.1, 0.8) from the generalist's (0.5, 0.25, 0.25), its dustbin last.
		const kl = 0.1 * Math.log(0.1 / 0.5) + 0.1 * Math.log(0.1 / 0.25) + 0.8 * Math.log(0.8 / 0.25);
		expect(detectors.disagreement.score(lost)).toBeCloseTo(kl, 12);
	});

	it("leave no residual where all agree, and some where they do not", () => {
		const agreed = { ...lost, answers: [{ classes: [0, 2], probabilities: [0.5, 0.25, 0.25] }] };
		expect(detectors.residual.score(agreed)).toBeCloseTo(0, 6);
		expect(detectors.residual.score(lost)).toBeGreaterThan(0.1);
		expect(detectors.residual.score(lost)).toBeLessThan(detectors.disagreement.score(lost));
	});
});

test("garbage of each kind is what it is called, the same again for the same seed", () => {
	const source = { sample: Uint8Array.of(0, 1, 2, 250, 251, 252), least: 0, greatest: 255 };
	const made = (kind: (typeof garbageKinds)[number], index: number): Uint8Array => {
		const out = new Uint8Array(6);
		garbage[kind](source, garbageStream(7, "test", kind), index, out);
		return out;
	};
	expect([...made("shuffled", 1)].sort((a, b) => a - b)).toEqual([...source.sample]);
	expect(new Set(made("blank", 3)).size).toBe(1);
	expect(made("noise", 0)).not.toEqual(made("noise", 1));
	for (const kind of garbageKinds) expect(made(kind, 2)).toEqual(made(kind, 2));
});

test("groups are found where points lie close together, and cohere there alone", () => {
	const stream = randomStream(1, "points");
	const around = (x: number, y: number, width: number, counter: number): readonly (readonly number[])[] =>
		Array.from({ length: 20 }, (_, k) => {
			const [a = 0, b = 0] = stream.words(1000 * counter + k, new Uint32Array(2));
			return [x + (width * a) / 2 ** 32, y + (width * b) / 2 ** 32];
		});
	const points = [...around(0, 0, 0.1, 0), ...around(5, 0, 0.1, 1), ...around(0, 5, 4, 2)];
	const groups = groupsOf(points, 3, 1);
	expect(groups.map(({ members }) => members.length)).toEqual([20, 20, 20]);
	for (const { members, coherence } of groups) {
		const place = Math.floor((members[0] ?? 0) / 20);
		expect(members.every((at) => Math.floor(at / 20) === place)).toBe(true);
		if (place < 2) expect(coherence).toBeGreaterThan(0.95);
		else expect(coherence).toBeLessThan(0.9);
	}
	expect(groupsOf([[1, 2]], 4, 1)).toMatchObject([{ members: [0] }]);
	expect(coherentGroups([[1, 2]], 4, 1)).toMatchObject([{ members: [0] }]);
});

test("there are as many groups as are most coherent", () => {
	const at = (x: number, y: number): readonly (readonly number[])[] => [
		[x, y],
		[x + 0.1, y],
		[x, y + 0.1],
	];
	const points = [...at(0, 0), ...at(5, 0), ...at(0, 5), ...at(9, 9)];
	const groups = coherentGroups(points, 8, 1);
	expect(groups.map(({ members }) => members.length)).toEqual([3, 3, 3, 3]);
});

describe("verdicts", () => {
	const options = { rejectBy: "distance", groups: 8, temperature: 1, seed: 1 } as const;
	const thresholds = { score: 1, garbage: [{ by: "distance", from: 10, kinds: ["noise"] }] } as const;
	const some = (count: number, distance: number, ...p: readonly number[]): readonly Observation[] =>
		Array.from({ length: count }, (_, k) => {
			const [first = 1, ...others] = p;
			return { logits: logs(first + k * 1e-4, ...others), distance, inputDistance: 0, answers: [] };
		});
	/** Of 100, 95 are accepted and 5 are half the one class, half the other. */
	const validation = [...some(95, 0.5, 0.98, 0.01, 0.01), ...some(5, 2, 0.5, 0.5, 0.001)];

	it("take one group of samples that validation does not have for a category, be it the only one", () => {
		const seen = [...some(190, 0.5, 0.98, 0.01, 0.01), ...some(20, 2, 0.001, 0.5, 0.5)];
		const { rejected, far, groups } = verdictsOf(options, { thresholds, seen: validation }, seen);
		expect(rejected).toEqual(Array.from({ length: 20 }, (_, k) => 190 + k));
		expect(far).toEqual([]);
		expect(groups).toMatchObject([{ expected: 0, candidate: true, members: rejected }]);
	});

	it("take what known samples would put there for none, and as much again for one", () => {
		const of = (count: number): ReturnType<typeof verdictsOf> => {
			const seen = [
				...some(190, 0.5, 0.98, 0.01, 0.01),
				...some(count, 2, 0.5, 0.5, 0.001),
				...some(2, 2, 0.001, 0.5, 0.5),
			];
			return verdictsOf(options, { thresholds, seen: validation }, seen);
		};
		// 190 are accepted, twice as many as of validation: twice its 5 are expected.
		for (const [count, candidate] of [
			[10, false],
			[19, false],
			[30, true],
		] as const) {
			const group = of(count).groups.find(({ members }) => members.length === count);
			expect(group).toMatchObject({ expected: 10, candidate });
		}
	});

	it("put what is as far as garbage into no group", () => {
		const seen = [...some(5, 0.5, 0.98, 0.01, 0.01), ...some(4, 11, 0.001, 0.5, 0.5)];
		const { far, groups } = verdictsOf(options, { thresholds, seen: validation }, seen);
		expect(far).toEqual([5, 6, 7, 8]);
		expect(groups).toEqual([]);
	});
});
