import { expect, test } from "vitest";
import type { Evaluation } from "../../distill/evaluation.js";
import { combine } from "../../distill/network-report.js";

const evaluation = (errors: number, p50: number): Evaluation => ({
	errors,
	accuracy: 1 - errors / 100,
	balancedAccuracy: 0.9,
	macroF1: 0.9,
	nll: 0.1,
	brier: 0.05,
	ece: 0.01,
	parameters: 50,
	bytes: 200,
	latencyMs: { p50, p99: 1 },
	throughput: 1000,
});

test("measures of several seeds are their means, with deviations beside them", () => {
	const runs = [3, 5].map((errors, seed) => ({
		seed,
		measures: { ...evaluation(errors, errors / 10), multiplyAdds: 6352 },
	}));
	expect(combine(runs)).toMatchObject({
		errors: 4,
		multiplyAdds: 6352,
		latencyMs: { p50: 0.4, p99: 1 },
		// Deviations −1 and 1 from 4: variance 2 / (2 − 1).
		std: { errors: Math.SQRT2, multiplyAdds: 0, latencyMs: { p99: 0 } },
		seeds: [
			{ seed: 0, errors: 3 },
			{ seed: 1, errors: 5, multiplyAdds: 6352 },
		],
	});
});

test("multiply-adds that are not known stay away, and one seed is what it is", () => {
	const unknown = combine([0, 1].map((seed) => ({ seed, measures: evaluation(3, 0.1) })));
	expect(unknown).not.toHaveProperty("multiplyAdds");
	expect(unknown.std).not.toHaveProperty("multiplyAdds");
	expect(combine([{ seed: 7, measures: evaluation(3, 0.1) }])).toEqual(evaluation(3, 0.1));
});
