import { describe, expect, test } from "vitest";
import { compile, numbers, real } from "../../test/support/graphs.js";
import { gradients } from "../autodiff/gradients.js";
import { type Graph, zeros } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import type { Tensor } from "../onnx/tensor.js";
import { createGraph } from "../ops/index.js";
import { type OptimizerOptions, optimizerOf, optimizerOptions, optimizers } from "./optimizers.js";

/** A function of a vector, as nodes that end in a scalar. */
type Objective = (g: Graph, x: Value) => Value;

const sum = (g: Graph, x: Value): Value => g.op("ReduceSum", [x], { keepdims: { kind: "int", value: 0 } });
const vector = (g: Graph, values: readonly number[]): Value => g.constant(real("float", [values.length], values));

/** Σ a (x − m)² with curvatures of 1 and 10; the minimum is at (3, −2). */
const parabola: Objective = (g, x) => {
	const off = g.op("Sub", [x, vector(g, [3, -2])]);
	return sum(g, g.op("Mul", [g.op("Mul", [off, off]), vector(g, [0.5, 5])]));
};

/** (1 − x)² + 100 (y − x²)², a bent valley; the minimum is at (1, 1). Rosenbrock 1960. */
const rosenbrock: Objective = (g, point) => {
	const [x, y] = [sum(g, g.op("Mul", [point, vector(g, [1, 0])])), sum(g, g.op("Mul", [point, vector(g, [0, 1])]))];
	const off = g.op("Sub", [x, g.scalar(1)]);
	const bend = g.op("Sub", [y, g.op("Mul", [x, x])]);
	const valley = g.op("Mul", [g.op("Mul", [bend, bend]), g.scalar(100)]);
	return g.op("Add", [g.op("Mul", [off, off]), valley]);
};

/** Where `steps` updates lead from `start`. */
async function minimise(
	objective: Objective,
	options: OptimizerOptions,
	start: readonly number[],
	steps: number,
): Promise<readonly number[]> {
	const g = createGraph();
	const { state, update, wantsScaledGradient } = optimizerOf(options);
	const type = { type: "float", dims: [start.length] } as const;
	const parameter = g.input("parameter", type);
	const before = Object.fromEntries(state.map((name) => [name, g.input(name, type)]));
	const step = g.input("step", { type: "float", dims: [] });
	const learningRate = g.scalar(options.learningRate);
	const scale = wantsScaledGradient ? learningRate : g.scalar(1);
	const [gradient = parameter] = gradients(g, objective(g, parameter), [parameter], scale);
	const after = update(
		g,
		{
			parameter,
			gradient,
			state: before,
			step,
			learningRate,
			momentum: g.scalar(options.momentum),
		},
		options,
	);
	const next = { parameter: after.parameter, ...after.state };
	const session = await compile(g, Object.fromEntries(Object.entries(next).map(([name, x]) => [`next/${name}`, x])));
	try {
		let values: Readonly<Record<string, Tensor>> = {
			...Object.fromEntries(state.map((name) => [name, zeros(type)])),
			parameter: real("float", type.dims, start),
		};
		for (let count = 1; count <= steps; count++) {
			const outputs = await session.run({ ...values, step: real("float", [], [count]) });
			values = Object.fromEntries(Object.keys(next).map((name) => [name, outputs[`next/${name}`] ?? zeros(type)]));
		}
		return numbers(values, "parameter");
	} finally {
		await session.release();
	}
}

interface Settings {
	readonly options: unknown;
	/** Rate for the bent valley, where the curvature is 1,000 times as large. */
	readonly valleyRate: number;
}

/** Every optimizer at least once. AdamW without decay: with it, the minimum is elsewhere, on purpose. */
const settings: Readonly<Record<keyof typeof optimizers, readonly Settings[]>> = {
	sgd: [
		{ options: { name: "sgd", learningRate: 0.02 }, valleyRate: 0.001 },
		{ options: { name: "sgd", learningRate: 0.02, nesterov: true }, valleyRate: 0.001 },
		{ options: { name: "sgd", learningRate: 0.1, momentum: 0 }, valleyRate: 0.001 },
	],
	adam: [{ options: { name: "adam", learningRate: 0.05 }, valleyRate: 0.01 }],
	adamw: [{ options: { name: "adamw", learningRate: 0.05, weightDecay: 0 }, valleyRate: 0.01 }],
};

describe.each(Object.values(settings).flat())("$options", ({ options, valleyRate }) => {
	const parsed = optimizerOptions.parse(options);

	test("reaches the minimum of a parabola", async () => {
		const [x = NaN, y = NaN] = await minimise(parabola, parsed, [-4, 4], 1000);
		expect(x).toBeCloseTo(3, 3);
		expect(y).toBeCloseTo(-2, 3);
	});

	test("reaches the minimum of Rosenbrock's valley", async () => {
		const steps = parsed.momentum === 0 ? 25_000 : 5000;
		const [x = NaN, y = NaN] = await minimise(rosenbrock, { ...parsed, learningRate: valleyRate }, [-1, 1.5], steps);
		expect(x).toBeCloseTo(1, 2);
		expect(y).toBeCloseTo(1, 2);
	});
});

test("AdamW's decay pulls each weight towards 0 by rate × decay a step, whatever the gradient", async () => {
	const flat: Objective = (g, x) => sum(g, g.op("Mul", [x, vector(g, [0, 0])]));
	const options = optimizerOptions.parse({ name: "adamw", learningRate: 0.1, weightDecay: 0.5 });
	const [a = NaN, b = NaN] = await minimise(flat, options, [2, -1], 3);
	expect(a).toBeCloseTo(2 * 0.95 ** 3, 5);
	expect(b).toBeCloseTo(-(0.95 ** 3), 5);
});

test("SGD's penalty adds decay × weight to the gradient", async () => {
	const flat: Objective = (g, x) => sum(g, g.op("Mul", [x, vector(g, [0, 0])]));
	const options = optimizerOptions.parse({ name: "sgd", learningRate: 0.1, momentum: 0, weightDecay: 0.5 });
	const [a = NaN] = await minimise(flat, options, [2, -1], 3);
	expect(a).toBeCloseTo(2 * 0.95 ** 3, 5);
});

test("Adam's first step is the rate along the gradient's sign, whatever its size (Kingma & Ba 2015)", async () => {
	const slope: Objective = (g, x) => sum(g, g.op("Mul", [x, vector(g, [1000, -0.01])]));
	const options = optimizerOptions.parse({ name: "adam", learningRate: 0.1 });
	const [a = NaN, b = NaN] = await minimise(slope, options, [0, 0], 1);
	expect(a).toBeCloseTo(-0.1, 5);
	expect(b).toBeCloseTo(0.1, 5);
});

test("the momentum of a large matrix is added in the product that its gradient is", async () => {
	const [rows, columns, rate, momentum] = [2048, 1024, 0.5, 0.75];
	const g = createGraph();
	const parameter = g.input("parameter", { type: "float", dims: [rows, columns] });
	const velocity = g.input("velocity", { type: "float", dims: [rows, columns] });
	const x = g.input("x", { type: "float", dims: [2, columns] });
	const loss = sum(g, g.op("Gemm", [x, parameter], { transB: { kind: "int", value: 1 } }));
	const learningRate = g.scalar(rate);
	const [gradient = parameter] = gradients(g, loss, [parameter], learningRate);
	const options = optimizerOptions.parse({ name: "sgd" });
	const inputs = {
		parameter,
		gradient,
		state: { velocity },
		learningRate,
		momentum: g.scalar(momentum),
		step: g.scalar(1),
	};
	const after = optimizerOf(options).update(g, inputs, options);
	const outputs = { "next/parameter": after.parameter, "next/velocity": after.state["velocity"] ?? velocity };
	expect(g.toOnnx("update", Object.entries(outputs)).nodes.map(({ opType }) => opType)).not.toContain("Add");
	const session = await compile(g, outputs);
	const values = (seed: number, length: number) =>
		Array.from({ length }, (_, index) => ((seed * (index + 7)) % 13) - 6);
	const [w, v, samples] = [values(3, rows * columns), values(5, rows * columns), values(2, 2 * columns)];
	const done = await session.run({
		parameter: real("float", [rows, columns], w),
		velocity: real("float", [rows, columns], v),
		x: real("float", [2, columns], samples),
	});
	await session.release();
	const moved = v.map((one, index) => {
		const column = index % columns;
		return momentum * one + rate * ((samples[column] ?? NaN) + (samples[columns + column] ?? NaN));
	});
	// All are short binary fractions: sums are exact.
	expect(numbers(done, "next/velocity")).toEqual(moved);
	expect(numbers(done, "next/parameter")).toEqual(w.map((one, index) => one - (moved[index] ?? NaN)));
});
