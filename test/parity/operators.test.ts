import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/gradients.js";
import type { Attributes } from "../../src/graph/attributes.js";
import type { Graph } from "../../src/graph/graph.js";
import type { Value } from "../../src/graph/value.js";
import type { Tensor } from "../../src/onnx/tensor.js";
import { activation } from "../../src/ops/activation.js";
import { alongAxis } from "../../src/ops/along-axis.js";
import { attention } from "../../src/ops/attention.js";
import { col2im } from "../../src/ops/col2im.js";
import { deformable } from "../../src/ops/deformable.js";
import { determinant } from "../../src/ops/determinant.js";
import { elementwise } from "../../src/ops/elementwise.js";
import { functionComposites } from "../../src/ops/function-composites.js";
import { functions } from "../../src/ops/functions.js";
import { gridSample } from "../../src/ops/grid-sample.js";
import { createGraph } from "../../src/ops/index.js";
import type { Composite, Operator } from "../../src/ops/operator.js";
import { recurrent } from "../../src/ops/recurrent.js";
import { reduce } from "../../src/ops/reduce.js";
import { resize } from "../../src/ops/resize.js";
import { rotaryEmbedding } from "../../src/ops/rotary-embedding.js";
import { scatter } from "../../src/ops/scatter.js";
import { signal, signalComposites } from "../../src/ops/signal.js";
import { evaluate, integers, numbers, real } from "../support/graphs.js";
import { fixture } from "./fixtures.js";

interface RecordedInput {
	readonly dims: readonly number[];
	readonly reals?: readonly number[];
	readonly integers?: readonly number[];
	readonly int32?: readonly number[];
	readonly booleans?: readonly boolean[];
	readonly fixed?: boolean;
}

interface Row {
	readonly operator: string;
	readonly attributes: Attributes;
	readonly inputs: readonly (RecordedInput | null)[];
	readonly outputs: readonly { readonly dims: readonly number[]; readonly reals: readonly number[] }[];
	/** Of the inputs of reals that are not fixed, in their order. */
	readonly gradients: readonly (readonly number[])[];
}

const file = fixture("operators.json");
// The file is ours: record-operators.py wrote it in this form.
const recorded = JSON.parse(readFileSync(file, "utf8")) as { readonly pytorch: string; readonly rows: readonly Row[] };

function tensorOf({ dims, reals, integers: whole, int32, booleans }: RecordedInput): Tensor {
	if (reals !== undefined) return real("float", dims, reals);
	if (whole !== undefined) return integers(dims, whole);
	if (int32 !== undefined) return { type: "int32", dims, data: Int32Array.from(int32) };
	return { type: "bool", dims, data: Uint8Array.from(booleans ?? [], Number) };
}

/** Σ c y over all outputs; the coefficients are record-operators.py's. */
function lossOf(g: Graph, outputs: readonly Value[], row: Row): Value {
	const terms = outputs.map((y, output) => {
		const count = row.outputs[output]?.reals.length ?? 0;
		const c = Array.from({ length: count }, (_, index) => 0.5 + ((7 * index) % 11) / 10);
		const weighted = g.op("Mul", [y, g.constant(real("float", y.dims, c))]);
		return g.op("ReduceSum", [weighted], { keepdims: { kind: "int", value: 0 } });
	});
	return g.op("Sum", terms);
}

/** The largest difference, relative to the largest value or 1. */
function errorOf(got: readonly number[], expected: readonly number[]): number {
	const scale = Math.max(1, ...expected.map(Math.abs));
	return Math.max(0, ...expected.map((value, index) => Math.abs(value - (got[index] ?? NaN)) / scale));
}

const named = (prefix: string, values: readonly Value[]): Readonly<Record<string, Value>> =>
	Object.fromEntries(values.map((value, index) => [`${prefix}${index}`, value]));

describe(`operators of PyTorch ${recorded.pytorch}: values and gradients`, () => {
	test.each(recorded.rows.map((row, index) => [row.operator, index, row] as const))(
		"%s, row %d",
		async (_, __, row) => {
			const g = createGraph();
			const inputs = row.inputs.map((input, index) => {
				if (input === null) return undefined;
				const trained = input.reals !== undefined && input.fixed !== true;
				return trained ? g.parameter(`x${index}`, tensorOf(input)) : g.constant(tensorOf(input));
			});
			const wanted = inputs
				.filter((input) => input?.name.startsWith("x") === true)
				.filter((input) => input !== undefined);
			// Later ones, such as statistics, PyTorch does not give.
			const outputs = g.ops(row.operator, inputs, row.attributes).slice(0, row.outputs.length);
			const found = gradients(g, lossOf(g, outputs, row), wanted);
			const got = await evaluate(g, { ...named("y", outputs), ...named("d", found) });
			expect(outputs.map(({ dims }) => dims)).toEqual(row.outputs.map(({ dims }) => dims));
			for (const [index, { reals }] of row.outputs.entries()) {
				expect(errorOf(numbers(got, `y${index}`), reals), `output ${index}`).toBeLessThan(1e-5);
			}
			expect(found).toHaveLength(row.gradients.length);
			for (const [index, expected] of row.gradients.entries()) {
				expect(numbers(got, `d${index}`)).toHaveLength(expected.length);
				expect(errorOf(numbers(got, `d${index}`), expected), `gradient ${index}`).toBeLessThan(1e-5);
			}
		},
	);
});

test("every operator of the tables that are recorded is, if it has a gradient", () => {
	const tables: Readonly<Record<string, Operator | Composite>> = {
		...activation,
		...alongAxis,
		...attention,
		...col2im,
		...deformable,
		...determinant,
		...elementwise,
		...functionComposites,
		...functions,
		...gridSample,
		...recurrent,
		...reduce,
		...resize,
		...rotaryEmbedding,
		...scatter,
		...signal,
		...signalComposites,
	};
	const isDifferentiable = (one: Operator | Composite | undefined): boolean =>
		one === undefined || !("vjp" in one) || one.vjp !== "nondifferentiable";
	const differentiable = Object.keys(tables).filter((name) => isDifferentiable(tables[name]));
	const seen = new Set(recorded.rows.map(({ operator }) => operator));
	// Changes of type are checked beside the operators: all is float here.
	expect(differentiable.filter((name) => !seen.has(name))).toEqual(["Cast", "CastLike"]);
});
