import { describe, expect, test } from "vitest";
import { expectGradients } from "../../test/support/gradient-check.js";
import { evaluate, numbers, type RealTensor, real } from "../../test/support/graphs.js";
import { type BuiltCase, buildCase, generatedCases } from "../../test/support/operator-cases.js";
import { gradients } from "../autodiff/gradients.js";
import { int, ints } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { describeType, type Value } from "../graph/value.js";
import { dataTypes } from "../onnx/tensor.js";
import { cast, createGraph, type OperatorName, operators } from "./index.js";
import { required } from "./infer.js";
import type { Operator } from "./operator.js";
import { isFloating } from "./rules.js";

// The table's keys are its operators' names.
const names = Object.keys(operators) as OperatorName[];
const entryOf = (name: OperatorName): Operator => operators[name];
const generatedCount = 20;

function inputsFor(g: Graph, { at }: BuiltCase): readonly Value[] {
	return at.map(({ type, dims }, index) => g.input(`x${index}`, { type, dims }));
}

/** The node under the table's key runs in ONNX Runtime, with the output that was inferred. */
async function expectRuns(name: OperatorName, built: BuiltCase): Promise<void> {
	const g = createGraph();
	const outputs = built.build(g, inputsFor(g, built));
	expect(g.nodes).toEqual([expect.objectContaining({ opType: name, domain: entryOf(name).domain ?? "" })]);
	const feeds = Object.fromEntries(built.at.map((tensor, index) => [`x${index}`, tensor]));
	const found = await evaluate(g, Object.fromEntries(outputs.map((y, index) => [`y${index}`, y])), feeds);
	expect(outputs.map((_, index) => describeType(found[`y${index}`]))).toEqual(outputs.map(describeType));
}

/** The real ones of several values, or all where none is, as one. */
function joined(g: Graph, values: readonly Value[]): Value {
	const real = values.filter(isReal);
	const parts = real.length === 0 ? values.map((y) => cast(g, y, "double")) : real;
	const flat = (y: Value): Value => g.op("Reshape", [y, g.integers([-1])]);
	const [only] = parts;
	return parts.length === 1 && only !== undefined ? only : g.op("Concat", parts.map(flat), { axis: int(0) });
}

const isReal = ({ type }: Value): boolean => isFloating(type);

const sum = (g: Graph, x: Value): Value => g.op("ReduceSum", [x], { keepdims: int(0) });

describe.each(names)("%s", (name) => {
	const operator = entryOf(name);
	const cases = operator.cases.map((one, index) => ({ what: `case ${index}`, one }));
	const generated = generatedCases(name, generatedCount).map((one, index) => ({ what: `generated ${index}`, one }));

	test("has a case", () => {
		expect(cases).not.toEqual([]);
	});

	test.each([...cases, ...generated])("$what: runs in ONNX Runtime, with the inferred type", async ({ one }) => {
		await expectRuns(name, buildCase(name, one));
	});

	test.each([...cases, ...generated])("$what: the gradient is central differences', or refused", async ({ one }) => {
		const built = buildCase(name, one);
		// No gradient flows through the statistics that some operators can give besides.
		const outputsOf = (g: Graph, inputs: readonly Value[]): readonly Value[] =>
			built.build(g, inputs).filter((y) => y.optional !== true);
		const g = createGraph();
		const inputs = inputsFor(g, built);
		const outputs = outputsOf(g, inputs);
		// What is not floating, such as a place, changes in steps: there the differences are 0.
		const refused = operator.vjp === "nondifferentiable" && inputs.length > 0 && outputs.some(isReal);
		if (refused) {
			const where = `gradient through ${name}`;
			expect(() => gradients(g, sum(g, joined(g, outputs)), inputs)).toThrow(
				expect.objectContaining({ category: "model", where, got: name }) as Error,
			);
		} else {
			await expectGradients({ at: built.at, build: (graph, values) => joined(graph, outputsOf(graph, values)) });
		}
	});
});

describe("at a kink or a pole", () => {
	async function gradientsAt(
		type: RealTensor["type"],
		values: readonly (readonly number[])[],
		build: (g: Graph, inputs: readonly Value[]) => Value,
	): Promise<readonly (readonly number[])[]> {
		const g = createGraph();
		const inputs = values.map((data, index) => g.parameter(`x${index}`, real(type, [data.length], data)));
		const found = gradients(g, sum(g, build(g, inputs)), inputs);
		const outputs = await evaluate(g, Object.fromEntries(found.map((gradient, index) => [`d${index}`, gradient])));
		return values.map((_, index) => numbers(outputs, `d${index}`));
	}

	test.each([
		["Max", [[1], [1]], [[1], [0]]],
		["Min", [[1], [1]], [[1], [0]]],
		[
			"Max",
			[
				[0, 2],
				[1, 2],
				[1, 2],
			],
			[
				[0, 1],
				[1, 0],
				[0, 0],
			],
		],
		[
			"Min",
			[
				[0, 2],
				[1, 2],
				[0, 1],
			],
			[
				[1, 0],
				[0, 0],
				[0, 1],
			],
		],
		["Clip", [[-1, 0, 1], [-1], [1]], [[0, 1, 0], [1], [1]]],
		[
			"Pow",
			[
				[0, 0, 0, -2],
				[0, 1, 2, 1],
			],
			[
				[0, 1, 0, 1],
				[0, 0, 0, NaN],
			],
		],
		["Relu", [[0]], [[0]]],
		["Abs", [[0]], [[0]]],
		["ReduceMax", [[1, 3, 3, 2]], [[0, 0.5, 0.5, 0]]],
		["ReduceMin", [[1, 3, 1, 1, 1]], [[0.25, 0, 0.25, 0.25, 0.25]]],
		["ReduceL1", [[0, -2]], [[0, -1]]],
		["ReduceL2", [[0, 0]], [[0, 0]]],
		["ReduceL2", [[0, -2]], [[0, -1]]],
		["ReduceProd", [[2, 0, 5]], [[0, 10, 0]]],
		["ReduceProd", [[2, 0, 0]], [[0, 0, 0]]],
	] as const)("%s of %j passes %j", async (op, values, expected) => {
		expect(await gradientsAt("double", values, (g, inputs) => g.op(op, inputs))).toEqual(expected);
	});

	test.each([
		["LeakyRelu", [0], [0.01]],
		["Elu", [0], [1]],
		["ThresholdedRelu", [1], [0]],
		["HardSigmoid", [-2.5, 2.5], [0, 0]],
		["HardSwish", [-3, 3], [0, 1]],
	] as const)("%s of %j passes %j", async (op, values, expected) => {
		const [got] = await gradientsAt("float", [values], (g, inputs) => g.op(op, inputs));
		expect(got).toEqual(expected.map(Math.fround));
	});

	test.each([
		[0, [0, 0]],
		[1, [1, 1]],
		[2, [0, -4]],
		[3, [0, 12]],
	])("0 and −2 to the constant power %d have the gradients %j", async (exponent, expected) => {
		const power = (g: Graph, [x]: readonly Value[]): Value => g.op("Pow", [x, g.scalar(exponent)]);
		expect(await gradientsAt("float", [[0, -2]], power)).toEqual([expected]);
	});

	test("a gradient through float16 is that of the floats, rounded", async () => {
		const cast = (g: Graph, x: Value, to: "float16" | "float"): Value => g.op("Cast", [x], { to: int(dataTypes[to]) });
		const build = (g: Graph, [x, c]: readonly Value[]): Value =>
			g.op("Mul", [cast(g, cast(g, required([x], 0), "float16"), "float"), c]);
		expect(
			await gradientsAt(
				"float",
				[
					[1, 2],
					[0.1, 3],
				],
				build,
			),
		).toEqual([
			[0.0999755859375, 3],
			[1, 2],
		]);
	});
});

describe("types that do not fit", () => {
	const misfits: readonly {
		readonly op: OperatorName;
		readonly dims: readonly (readonly number[])[];
		readonly attributes?: Parameters<Graph["op"]>[2];
		readonly says: readonly string[];
	}[] = [
		{ op: "Add", dims: [[2, 3], [4]], says: ["[2,3]", "[4]"] },
		{ op: "Where", dims: [[2, 3], [4]], says: ["[2,3]", "[4]"] },
		{ op: "Greater", dims: [[2], [3]], says: ["[2]", "[3]"] },
		{
			op: "MatMul",
			dims: [
				[2, 3],
				[4, 5],
			],
			says: ["[2,3]", "[4,5]"],
		},
		{ op: "MatMul", dims: [[2, 3], [3]], says: ["[2,3]", "[3]"] },
		{
			op: "MatMul",
			dims: [
				[2, 2, 3],
				[3, 3, 5],
			],
			says: ["[2,2,3]", "[3,3,5]"],
		},
		{
			op: "Gemm",
			dims: [
				[2, 3],
				[2, 4],
			],
			says: ["[2,3]", "[2,4]"],
		},
		{ op: "Gemm", dims: [[2, 3], [3, 4], [3]], says: ["[2,4]", "[3]"] },
		{
			op: "Gemm",
			dims: [
				[1, 3],
				[3, 4],
				[2, 4],
			],
			says: ["[1,4]", "[2,4]"],
		},
		{
			op: "Gemm",
			dims: [
				[5, 2, 3],
				[3, 4],
			],
			says: ["[5,2,3]", "[3,4]"],
		},
		{
			op: "FusedMatMul",
			dims: [
				[3, 2],
				[4, 5],
			],
			attributes: { transA: int(1) },
			says: ["[3,2]", "[4,5]"],
		},
		{ op: "Add", dims: [[2], [2], [2]], says: ["two operands", "3"] },
		{ op: "PRelu", dims: [[2, 3], [2]], says: ["[2,3]", "[2]"] },
		{ op: "Clip", dims: [[2, 3], [2]], says: ["limits of one element", "[2]"] },
		{ op: "Transpose", dims: [[2, 3]], attributes: { perm: ints([0, 0]) }, says: ["[2,3]", "[0,0]"] },
		{ op: "Softmax", dims: [[2, 3]], attributes: { axis: int(2) }, says: ["[-2, 1]", "2"] },
	];

	test.each(misfits)("$op of $dims", ({ op, dims, attributes, says }) => {
		const g = createGraph();
		const inputs = dims.map((shape, index) => g.input(`x${index}`, { type: "float", dims: shape }));
		const all = op === "Where" ? [g.input("condition", { type: "bool", dims: [] }), ...inputs] : inputs;
		expect(() => g.op(op, all, attributes)).toThrow(
			expect.objectContaining({ name: "LimbeckError", category: "model" }) as Error,
		);
		for (const part of says) expect(() => g.op(op, all, attributes)).toThrow(part);
	});

	test("two element types are refused, and both named", () => {
		const g = createGraph();
		const a = g.input("a", { type: "float", dims: [2] });
		const b = g.input("b", { type: "double", dims: [2] });
		expect(() => g.op("Mul", [a, b])).toThrow("float[2] and double[2]");
		expect(() => g.op("MatMul", [a, b])).toThrow(expect.objectContaining({ name: "LimbeckError" }) as Error);
	});

	test("a reshape to another number of elements is refused, and both shapes named", () => {
		const g = createGraph();
		const x = g.input("x", { type: "float", dims: [2, 3] });
		expect(() => g.op("Reshape", [x, g.integers([4])])).toThrow("6 elements of [2,3]");
		expect(() => g.op("Reshape", [x, g.integers([4])])).toThrow("[4]");
		expect(() => g.op("Reshape", [x, g.integers([-1, 4])])).toThrow("[-1,4]");
	});

	test("an operator that is not in the table is refused by its name", () => {
		expect(() => createGraph().op("Unheard", [])).toThrow("operator Unheard");
		expect(() => createGraph().op("toString", [])).toThrow("operator toString");
	});
});
