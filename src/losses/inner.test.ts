/** Objectives that look inside both models. Literals: PyTorch 2.13 in doubles, formulas beside them. */
import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { expectGradients } from "../../test/support/gradient-check.js";
import { evaluate, numbers, type RealTensor, real, scalar } from "../../test/support/graphs.js";
import { expectClose } from "../../test/support/losses.js";
import { gradients } from "../autodiff/gradients.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { createGraph } from "../ops/index.js";
import { type LossOptions, lossOf } from "./index.js";
import type { InnerValues } from "./loss.js";

const pairs = [{ student: "s", teacher: "t" }];
const hints: LossOptions = { name: "hints", pairs };
const attention: LossOptions = { name: "attention-transfer", pairs };

const studentValues = [0.5, -1, 2, 0.3, 1.1, 0, -0.4, 0.9, -0.2, 0.7, 1.5, -1.3, 0.6, 0.8, -0.9, 0.1];
const teacherValues = [
	...[1, 0.2, -0.6, 1.4, 0.3, -0.8, 0.5, 2.2, -1.1, 0.4, 0.9, 0],
	...[0.7, -0.3, 1.6, 0.2, 1.2, 0.1, -0.5, -1.8, 0.4, 1.3, 0.6, -0.1],
];
// ONNX Runtime has no convolution and no pooling of doubles.
const student = real("float", [2, 2, 2, 2], studentValues);
const teacher = real("float", [2, 3, 2, 2], teacherValues);

/** Inner values that bear the names of `values`; those called r are the objective's own. */
function innerOf(values: Readonly<Record<string, Value>>): InnerValues {
	const find = (name: string): Value => {
		const value = values[name];
		if (value === undefined) throw new Error(`no value ${name}`);
		return value;
	};
	return { student: find, teacher: find, parameter: find };
}

function build(g: Graph, options: LossOptions, values: Readonly<Record<string, Value>>): Value {
	const unused = g.scalar(0, { type: "double" });
	const logits = { student: unused, teacher: unused, labels: unused, variance: unused, progress: unused };
	return lossOf(options).build(g, { ...logits, inner: innerOf(values) }, options);
}

/** The value, and its gradient with respect to every one of the values. */
async function run(
	options: LossOptions,
	tensors: Readonly<Record<string, RealTensor>>,
): Promise<Readonly<Record<string, readonly number[]>>> {
	const g = createGraph();
	const values = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, g.parameter(name, tensor)]));
	const loss = build(g, options, values);
	expect(loss.dims).toEqual([]);
	const wanted = Object.keys(values).filter((name) => name !== "t");
	const found = gradients(
		g,
		loss,
		wanted.map((name) => innerOf(values).parameter(name)),
	);
	const named = Object.fromEntries(found.map((gradient, index) => [`d/${wanted[index] ?? ""}`, gradient]));
	const outputs = await evaluate(g, { loss, ...named });
	return {
		loss: [scalar(outputs, "loss")],
		...Object.fromEntries(wanted.map((name) => [name, numbers(outputs, `d/${name}`)])),
	};
}

test("attention transfer: mean((at(s) − at(t))²), at(x) = normalize(x.pow(2).mean(1).view(batch, −1))", async () => {
	const { loss = [], s = [] } = await run(attention, { s: student, t: teacher });
	expectClose(loss, [0.15056887256657275], 1e-6);
	const expected = [
		...[-0.008726323, 0.001124554, 0.051742664, -0.027006441, -0.019197911, 0, -0.010348533, -0.081019322],
		...[0.007903381, -0.005174644, 0.033717747, 0.034124301, -0.023710144, -0.005913879, -0.020230648, -0.002624946],
	];
	expectClose(s, expected, 1e-6);
});

test("hints through a regressor: mse_loss(conv2d(s, w, b), t)", async () => {
	const found = await run(hints, {
		s: student,
		t: teacher,
		"regressor0.weight": real("float", [3, 2, 1, 1], [0.2, -0.5, 1, 0.4, -0.3, 0.6]),
		"regressor0.bias": real("float", [3], [0.1, 0, -0.2]),
	});
	expectClose(found["loss"] ?? [], [1.1941041666666665], 1e-6);
	const expected = [
		...[-0.004416667, -0.014166667, 0.181833333, -0.16275, 0.148083333, -0.009166667, -0.1065, 0.031583333],
		...[-0.107833333, 0.10975, 0.168916667, 0.029416667, -0.0085, -0.036666667, -0.003583333, 0.052583333],
	];
	expectClose(found["s"] ?? [], expected, 1e-6);
	const weight = [0.117666667, -0.278666667, 0.447666667, -0.216666667, -0.56375, 0.258833333];
	expectClose(found["regressor0.weight"] ?? [], weight, 1e-6);
	expectClose(found["regressor0.bias"] ?? [], [-0.333333333, 0.181666667, -0.285833333], 1e-6);
});

test("hints of equal channels need no regressor", async () => {
	const { loss } = await run(hints, {
		s: real("double", [2, 2], [1, 2, 0, 2]),
		t: real("double", [2, 2], [0, 0, 0, 1]),
	});
	// The mean of (1, 2, 0, 1)².
	expect(loss).toEqual([1.5]);
});

test("the larger image is averaged over windows", async () => {
	// Of (1, 3, 5, 7) the mean is 4: (4 − 1)².
	const larger = { s: real("float", [1, 1, 2, 2], [1, 3, 5, 7]), t: real("float", [1, 1, 1, 1], [1]) };
	expect(await run(hints, larger)).toEqual({ loss: [9], s: [1.5, 1.5, 1.5, 1.5] });
	const smaller = { s: real("float", [1, 1, 1, 1], [1]), t: real("float", [1, 1, 2, 2], [1, 3, 5, 7]) };
	expect(await run(hints, smaller)).toEqual({ loss: [9], s: [-6] });
});

test("pairs add up", async () => {
	const values = {
		s: student,
		t: real(
			"float",
			student.dims,
			studentValues.map((x) => x + 1),
		),
	};
	const twice = { ...hints, pairs: [...pairs, ...pairs] };
	expect((await run(twice, values))["loss"]).toEqual([expect.closeTo(2, 5)]);
});

describe.each([
	["hints", hints],
	["attention transfer", attention],
])("%s", (_, options) => {
	const draws = createDraws(21, "inner");
	const shapes = Array.from({ length: 6 }, () => [1, 2, 3, 4].map(() => draws.integer(1, 4)));
	test.each(shapes)("has the gradient of central differences for [%i, %i, %i, %i]", async (...dims) => {
		const drawn = (): RealTensor =>
			real(
				"double",
				dims,
				draws.reals(
					dims.reduce((a, b) => a * b),
					-2,
					2,
				),
			);
		const wanted = drawn();
		await expectGradients({
			at: [drawn()],
			build: (g, [s]) => {
				if (s === undefined) throw new Error("no input");
				return build(g, options, { s, t: g.parameter("t", wanted) });
			},
		});
	});

	test.each([1000, 0])("is finite for values of ±%d in float32, and so is its gradient", async (size) => {
		const t = real("float", [2, 1, 2, 1], [size, -size, size, -size]);
		const found = await run(options, { s: real("float", [2, 1, 2, 1], [-size, 0, 0, 0]), t });
		for (const values of Object.values(found)) expect(values).toSatisfy((all: number[]) => all.every(Number.isFinite));
	});

	test.each([
		["another rank", [2, 3, 4], [2, 3, 4]],
		["two ranks", [2, 3], [2, 3, 1, 1]],
		["other rows", [2, 3, 2, 2], [1, 3, 2, 2]],
		["sides that do not divide", [2, 3, 3, 3], [2, 3, 2, 2]],
	])("refuses %s", (_what, s, t) => {
		const g = createGraph();
		const value = (name: string, dims: readonly number[]): Value => g.input(name, { type: "float", dims });
		expect(() => build(g, options, { s: value("s", s), t: value("t", t) })).toThrow(
			`objective ${options.name}: s and t: expected `,
		);
	});
});
