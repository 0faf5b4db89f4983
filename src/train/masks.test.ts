import { describe, expect, test } from "vitest";
import { numbers, runtime } from "../../test/support/graphs.js";
import type { Value } from "../graph/value.js";
import { modelOf } from "../models/family.js";
import { encodeModel } from "../onnx/encode.js";
import { createGraph } from "../ops/index.js";
import { createMasks, type MaskInput, maskOffsets, maskPool } from "./masks.js";

const like: Value = { name: "like", type: "float", dims: [8, 25] };
const ratios = [0.3, 0.5];

/** A loop that does nothing but give the masks of two layers. */
function maskGraph(): { readonly model: Uint8Array; readonly masks: readonly MaskInput[] } {
	const g = createGraph();
	const steps = g.input("steps", { type: "int64", dims: [] });
	const body = g.body();
	const iteration = body.input("iteration", { type: "int64", dims: [] });
	const condition = body.input("condition", { type: "bool", dims: [] });
	const masks = createMasks(g);
	const mask = masks.ofStep(body, iteration);
	const values = ratios.map((ratio) => mask(like, ratio));
	const inside = body.toOnnx("step", [
		["condition_out", condition],
		...values.map((value) => [value.name, value] as const),
	]);
	const always = g.constant({ type: "bool", dims: [], data: Uint8Array.of(1) });
	const type = { type: "float", dims: [1, ...like.dims] } as const;
	const outputs = g.add("Loop", "", [steps, always], [type, type], { body: { kind: "graph", value: inside } });
	const graph = g.toOnnx(
		"masks",
		outputs.map((output, index) => [`mask${index}`, output] as const),
	);
	const names = new Set(masks.inputs().map(({ name }) => name));
	const inputs = graph.inputs.map((info) => (names.has(info.name) ? { ...info, dims: ["steps", 1] } : info));
	const anySteps = graph.outputs.map((info) => ({ ...info, dims: ["steps", ...like.dims] }));
	return { model: encodeModel(modelOf({ ...graph, inputs, outputs: anySteps })), masks: masks.inputs() };
}

/** Pools by seed: filling one takes a while. */
const pools = new Map<number, ReturnType<typeof maskPool>>();

/** The masks of a layer, one row of elements for each step. */
async function masksOf(
	seed: number,
	first: number,
	steps: number,
): Promise<readonly (readonly (readonly number[])[])[]> {
	const { model, masks } = maskGraph();
	const pool = pools.get(seed) ?? maskPool(masks, seed);
	pools.set(seed, pool);
	const session = await runtime.createSession(model, { threads: 1 });
	try {
		const outputs = await session.run({
			steps: { type: "int64", dims: [], data: BigInt64Array.of(BigInt(steps)) },
			...pool,
			...maskOffsets(masks, seed, first, steps),
		});
		return ratios.map((_, layer) => {
			const flat = numbers(outputs, `mask${layer}`);
			return Array.from({ length: steps }, (_, step) => flat.slice(step * 200, (step + 1) * 200));
		});
	} finally {
		await session.release();
	}
}

describe("dropout masks (Srivastava et al. 2014)", () => {
	test("are 0 or 1 / (1 − ratio), and keep a share of 1 − ratio", async () => {
		const layers = await masksOf(1, 0, 100);
		for (const [layer, ratio] of ratios.entries()) {
			const elements = layers[layer]?.flat() ?? [];
			expect(elements).toHaveLength(20_000);
			expect(new Set(elements)).toEqual(new Set([0, Math.fround(1 / (1 - ratio))]));
			const kept = elements.filter((x) => x > 0).length / elements.length;
			// Five standard errors: 5 · √(0.25 / 20,000).
			expect(Math.abs(kept - (1 - ratio))).toBeLessThan(0.018);
		}
	});

	test("differ from step to step, from layer to layer and from seed to seed", async () => {
		const [first = [], second = []] = await masksOf(1, 0, 20);
		const pattern = (mask: readonly number[] | undefined): string => (mask ?? []).map((x) => (x > 0 ? 1 : 0)).join("");
		expect(new Set([...first, ...second].map(pattern)).size).toBe(40);
		const [other = []] = await masksOf(2, 0, 1);
		expect(pattern(other[0])).not.toBe(pattern(first[0]));
	});

	test("of a step are the same however steps are cut into calls", async () => {
		const whole = await masksOf(1, 0, 10);
		const [head, tail] = [await masksOf(1, 0, 3), await masksOf(1, 3, 7)];
		expect(whole.map((_, layer) => [...(head[layer] ?? []), ...(tail[layer] ?? [])])).toEqual(whole);
	});

	test("nothing is fed where nothing is dropped", () => {
		expect(maskPool([], 1)).toEqual({});
		expect(maskOffsets([], 1, 0, 5)).toEqual({});
	});

	test("a layer too wide for the pool is refused", () => {
		const g = createGraph();
		const body = g.body();
		const mask = createMasks(g).ofStep(body, body.input("iteration", { type: "int64", dims: [] }));
		expect(() => mask({ name: "wide", type: "float", dims: [4096, 4096] }, 0.5)).toThrow(
			expect.objectContaining({ name: "LimbeckError", category: "usage" }) as Error,
		);
	});
});
