import { describe, expect, test } from "vitest";
import { z } from "zod";
import { syntheticData } from "../../test/support/synthetic.js";
import { graphOptions, plainTraining } from "../../test/support/training.js";
import { LimbeckError } from "../errors.js";
import { buildModel, families } from "../models/index.js";
import { feeds } from "./batch.js";
import { afterDivergence, type Divergence, divergenceIn } from "./divergence.js";
import type { State } from "./state.js";
import type { TrainingJob } from "./training.js";
import { buildTrainingGraph } from "./training-graph.js";
import { trainingShape } from "./training-options.js";

const data = syntheticData(20, 10);
const model = buildModel(
	{ family: "mlp", ...families.mlp.options.parse({ hidden: [4] }) },
	{ sampleShape: data.sampleShape, classes: 4, seed: 1 },
);
const graph = buildTrainingGraph(
	graphOptions({ ...plainTraining, model, sampleShape: data.sampleShape, classes: 4, batch: 1, totalSteps: 1 }),
);

const job = (options: object, loss: TrainingJob["loss"] = { name: "cross-entropy" }): TrainingJob => ({
	model,
	data,
	normalization: data.normalization,
	options: z.strictObject(trainingShape).parse(options),
	loss,
	seed: 1,
});

const name = "parameter/logits.bias";

/** What is seen in a call that ends a run of these losses; the weight is what it leaves. */
function seen(before: readonly number[], own: readonly number[], weight = 0, divergence = {}): Divergence | undefined {
	const state = { [name]: { type: "float", dims: [2], data: Float32Array.of(1, weight) } } as const;
	const losses = Float32Array.from([...before, ...own]);
	const call = { own: Float32Array.from(own), state, first: before.length, fed: {}, losses };
	return divergenceIn(call, graph, job({ divergence }));
}

describe("numbers that are not finite", () => {
	const ten = Array.from({ length: 10 }, () => 1);

	test("in the losses: the first bad step is named, counted from 1", () => {
		const expected = "finite numbers";
		expect(seen(ten, [1, 2, NaN, Infinity])).toEqual({ after: 12, where: "loss at step 13", expected, got: "NaN" });
		expect(seen(ten, [-Infinity])).toEqual({ after: 10, where: "loss at step 11", expected, got: "-Infinity" });
	});

	test.each([NaN, Infinity, -Infinity])("in a weight (%d): it is named", (weight) => {
		expect(seen(ten, [1, 2], weight)).toMatchObject({ after: 12, where: `${name} by step 12` });
	});

	test("finite ones pass", () => {
		expect(seen(ten, [1, 1e30], 3)).toBeUndefined();
	});
});

describe("numbers that are given", () => {
	const int32 = (dims: readonly number[], values: readonly number[]) =>
		({ type: "int32", dims, data: Int32Array.from(values) }) as const;
	const float = (dims: readonly number[], values: readonly number[]) =>
		({ type: "float", dims, data: Float32Array.from(values) }) as const;
	const inputOf = (fed: State, own: readonly number[], weight: number, of = job({})): string | undefined => {
		const state = { [name]: float([1], [weight]) };
		const losses = Float32Array.from(own);
		const call = { own: losses, state, first: 10, fed, losses };
		return divergenceIn(call, graph, of)?.input;
	};
	const chosen = { [feeds.indices]: int32([2, 2], [7, 8, 9, 6]) };

	test("samples: the first that is not finite is named, with its step", () => {
		const rows = { ...chosen, [feeds.rows]: int32([2, 2], [0, 1, 2, 3]) };
		const fed = { ...rows, [feeds.samples]: float([4, 2], [1, 2, 3, 4, 5, -Infinity, NaN, 8]) };
		const told = "training sample 9 (counted from 0) holds -Infinity at step 12";
		expect(inputOf(fed, [1, NaN], NaN)).toBe(told);
		expect(inputOf(fed, [1, 1], NaN)).toBe(told);
		expect(inputOf(fed, [NaN, NaN], NaN)).toBeUndefined();
		const bytes = { type: "uint8", dims: [4, 1], data: Uint8Array.of(1, 2, 3, 4) } as const;
		expect(inputOf({ ...rows, [feeds.samples]: bytes }, [1, NaN], NaN)).toBeUndefined();
	});

	test("windows: every frame of one counts", () => {
		const fed = {
			...chosen,
			[feeds.rows]: int32([2, 2], [0, 0, 1, 0]),
			[feeds.samples]: float([3, 1], [1, 2, Infinity]),
		};
		const samples = { kind: "windows", type: "float", data: Float32Array.of(), starts: Int32Array.of() } as const;
		const frames = { ...data, sampleShape: [2, 1], train: { ...data.train, samples } };
		const told = "training sample 9 (counted from 0) holds Infinity at step 12";
		expect(inputOf(fed, [1, NaN], 0, { ...job({}), data: frames })).toBe(told);
	});

	test("a teacher's logits", () => {
		const fed = {
			...chosen,
			[feeds.teacherRows]: int32([2, 2], [1, 0, 0, 0]),
			[feeds.teacherLogits]: float([2, 2], [1, 2, 3, NaN]),
		};
		expect(inputOf(fed, [NaN, NaN], 0)).toBe(
			"the teacher's answer to training sample 7 (counted from 0) holds NaN at step 11",
		);
	});
});

describe("a loss that explodes, where a spike of 10 is one", () => {
	const after = (before: readonly number[], loss: number): number | undefined =>
		seen(before, [loss], 0, { spike: 10 })?.after;
	const falling = Array.from({ length: 100 }, (_, step) => 2 * 0.9 ** step);

	test("is above ten times the median of those before it", () => {
		expect(seen([2, 1, 1], [11, NaN], 0, { spike: 10 })).toMatchObject({
			where: "loss at step 4",
			expected: "a loss of at most 10 times the median of those before it",
			got: "11",
		});
		expect(after([2, 1, 1], 9)).toBeUndefined();
	});

	test("is above the first one, however small those before it are", () => {
		expect(after(falling, 1.9)).toBeUndefined();
		expect(after(falling, 2.1)).toBe(100);
	});

	test("has one before it that is more than 0", () => {
		expect(after([], 1e30)).toBeUndefined();
		expect(after([-1, -1], 1e30)).toBeUndefined();
	});

	test("is measured by the last 32: a level that rises slowly is none", () => {
		const rising = Array.from({ length: 200 }, (_, step) => 1.05 ** step);
		for (let end = 1; end < rising.length; end++) {
			expect(after(rising.slice(0, end), rising[end] ?? 0)).toBeUndefined();
		}
	});
});

describe("what is done", () => {
	const divergence: Divergence = { after: 12, where: "loss at step 13", expected: "finite numbers", got: "NaN" };
	const rollback = { divergence: { action: "rollback" } };
	const soft = { name: "soft-targets", temperature: 20, hardWeight: 0, standardize: false } as const;
	const hintOf = (next: ReturnType<typeof afterDivergence>): string => {
		expect(next).toBeInstanceOf(LimbeckError);
		return (next instanceof LimbeckError ? next.hint : undefined) ?? "";
	};

	test("stops where it is to stop, with the likely cause", () => {
		const sgd = { optimizer: { name: "sgd", learningRate: 3 } };
		expect(hintOf(afterDivergence(divergence, job(sgd), [], 10))).toMatch(/3 with sgd\. Lower it, or set clipNorm/);
		expect(hintOf(afterDivergence(divergence, job({ ...sgd, clipNorm: 1 }), [], 10))).not.toContain("clipNorm");
		expect(hintOf(afterDivergence(divergence, job(sgd, soft), [], 10))).toContain("The factor T²");
		expect(hintOf(afterDivergence(divergence, job({}, soft), [], 10))).not.toContain("T²");
	});

	test("goes back to the last look, then to the start, then stops", () => {
		const first = afterDivergence(divergence, job(rollback), [], 10);
		expect(first).toMatchObject({ rollback: { from: 12, to: 10 } });
		expect(first).toHaveProperty("note", expect.stringContaining("0.5 times the scheduled one"));
		const second = afterDivergence(divergence, job(rollback), [{ from: 12, to: 10 }], 10);
		expect(second).toMatchObject({ rollback: { from: 12, to: 0 } });
		const other = afterDivergence(divergence, job(rollback), [{ from: 7, to: 5 }], 10);
		expect(other).toMatchObject({ rollback: { from: 12, to: 10 } });
		const three = [10, 0, 10].map((to) => ({ from: 12, to }));
		expect(hintOf(afterDivergence(divergence, job(rollback), three, 10))).toMatch(/rolled back 3 times.*same step/);
		const others = three.map(({ to }) => ({ from: 11, to }));
		expect(hintOf(afterDivergence(divergence, job(rollback), others, 10))).toMatch(/rolled back 3 times.*with adam/);
	});

	test("stops at data that are not finite, whatever it may do", () => {
		const bad = { ...divergence, input: "training sample 7 holds NaN at step 13" };
		expect(hintOf(afterDivergence(bad, job(rollback), [], 10))).toBe(
			"Training sample 7 holds NaN at step 13: mend it or leave it out.",
		);
	});
});
