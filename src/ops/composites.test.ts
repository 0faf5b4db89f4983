/** Operators that are built from others: their values are those of ONNX Runtime's own node, their gradients the parts'. */
import { describe, expect, test } from "vitest";
import { expectGradients } from "../../test/support/gradient-check.js";
import { evaluate, numbers, runtime } from "../../test/support/graphs.js";
import { type BuiltCase, buildCase, inputTensors } from "../../test/support/operator-cases.js";
import { int } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { modelOpset } from "../graph/opset.js";
import type { Value } from "../graph/value.js";
import { modelOf } from "../models/family.js";
import { encodeModel } from "../onnx/encode.js";
import type { Tensor } from "../onnx/tensor.js";
import type { Session } from "../runtime/runtime.js";
import { type CompositeName, composites, createGraph } from "./index.js";
import type { Composite, OperatorCase } from "./operator.js";
import { isFloating } from "./rules.js";

// The table's keys are its operators' names.
const names = Object.keys(composites) as CompositeName[];
const entryOf = (name: CompositeName): Composite => composites[name];

/** Operator sets in which a node is looked for: ours, and later ones that ONNX Runtime 1.30 has kernels for. */
const opsets = [modelOpset, 24, 26] as const;

/** What ONNX Runtime's own node makes of a case, in the first operator set that has it. */
async function byRuntime(name: CompositeName, one: OperatorCase, types: readonly Value[]): Promise<readonly Tensor[]> {
	const g = createGraph();
	const inputs = inputTensors(name, one).map((tensor) => tensor && g.constant(tensor));
	const outputs = g.add(name, "", inputs, types, one.attributes);
	const graph = g.toOnnx(
		"test",
		outputs.map((y, index) => [`y${index}`, y] as const),
	);
	const inOpset = (opset: number): Promise<Session> => {
		const model = { ...modelOf(graph), opsetImports: new Map([["", opset]]), irVersion: 11 };
		return runtime.createSession(encodeModel(model), { threads: 1 });
	};
	const session = await inOpset(opsets[0])
		.catch(() => inOpset(opsets[1]))
		.catch(() => inOpset(opsets[2]));
	try {
		const found = await session.run({});
		return outputs.flatMap((_, index) => found[`y${index}`] ?? []);
	} finally {
		await session.release();
	}
}

/** What Limbeck makes of a case. */
async function byParts({ at, build }: BuiltCase): Promise<readonly [Value, Tensor | undefined][]> {
	const g = createGraph();
	const outputs = build(
		g,
		at.map((tensor) => g.constant(tensor)),
	);
	const found = await evaluate(g, Object.fromEntries(outputs.map((y, index) => [`y${index}`, y])));
	return outputs.map((y, index) => [y, found[`y${index}`]]);
}

const inFloat = (one: OperatorCase): OperatorCase => ({ ...one, precision: "float" });

function flat(g: Graph, outputs: readonly Value[]): Value {
	const parts = outputs.filter(({ type }) => isFloating(type)).map((y) => g.op("Reshape", [y, g.integers([-1])]));
	return g.op("Concat", parts, { axis: int(0) });
}

describe.each(names)("%s", (name) => {
	const cases = entryOf(name).cases.map((one, index) => ({ what: `case ${index}`, one }));

	test.each(cases)("$what: the values are ONNX Runtime's", async ({ one }) => {
		const parts = await byParts(buildCase(name, inFloat(one)));
		const expected = await byRuntime(
			name,
			inFloat(one),
			parts.map(([y]) => y),
		);
		for (const [index, [inferred, tensor]] of parts.entries()) {
			const wanted = expected[index];
			expect([inferred.type, inferred.dims, tensor?.dims]).toEqual([wanted?.type, wanted?.dims, wanted?.dims]);
			const got = tensor === undefined ? [] : numbers({ tensor }, "tensor");
			for (const [at, value] of (wanted === undefined ? [] : numbers({ wanted }, "wanted")).entries()) {
				expect(Math.abs((got[at] ?? NaN) - value), `element ${at}: ${got[at]} for ${value}`).toBeLessThan(1e-5);
			}
		}
	});

	test.each(cases)("$what: the gradient is central differences'", async ({ one }) => {
		const { at, build } = buildCase(name, one);
		await expectGradients({ at, build: (g, inputs) => flat(g, build(g, inputs)) });
	});
});

describe("attributes that nobody serves are refused", () => {
	test.each(names)("%s", (name) => {
		const { cases, attributes } = entryOf(name);
		const [one] = cases;
		if (one === undefined) throw new Error("a case is needed");
		const g = createGraph();
		const inputs = inputTensors(name, one).map((tensor) => tensor && g.constant(tensor));
		const place = (more: OperatorCase["attributes"]) => g.ops(name, inputs, { ...one.attributes, ...more });
		expect(() => place({ made_up: int(1) })).toThrow(
			`${name}: expected no attributes but ${Object.keys(attributes).join()}`.replaceAll(",", ", "),
		);
		for (const [key, served] of Object.entries(attributes)) {
			if (served !== "any")
				expect(() => place({ [key]: int(-7) })).toThrow(new RegExp(`^${name}: expected ${key} .*, got -7`));
		}
	});
});
