import { expect, test } from "vitest";
import { LimbeckError } from "../../src/errors.js";
import { describeType, type Value } from "../../src/graph/value.js";
import { isKnown } from "../../src/import/support.js";
import { placeNode } from "../../src/models/apply.js";
import type { Tensor } from "../../src/onnx/tensor.js";
import { composites, createGraph, operators } from "../../src/ops/index.js";
import { evaluate } from "../support/graphs.js";
import { installed, type NodeTest, nodeTests } from "./node-tests.js";
import { roundingOf, skipReason } from "./skips.js";

/** Inputs that are constants of the graph and not fed, from none on: entries want axes, shapes and limits known. */
const constantInputs: readonly ((tensor: Tensor, index: number) => boolean)[] = [
	() => false,
	({ type }) => type !== "float" && type !== "double" && type !== "float16",
	(_, index) => index > 0,
	() => true,
];

/** Runs a test's nodes in a graph of ours; the outputs as inferred and as computed. */
async function run(
	{ model: { graph }, inputs }: NodeTest,
	isConstant: (tensor: Tensor, index: number) => boolean,
): Promise<readonly (readonly [inferred: Value, computed: Tensor | undefined])[]> {
	const g = createGraph();
	const values = new Map<string, Value>();
	const feeds: Record<string, Tensor> = {};
	for (const { name, tensor } of graph.initializers) values.set(name, g.constant(tensor));
	for (const [index, [name, tensor]] of [...inputs].entries()) {
		if (isConstant(tensor, index)) values.set(name, g.constant(tensor));
		else {
			values.set(name, g.input(`input/${name}`, tensor));
			feeds[`input/${name}`] = tensor;
		}
	}
	for (const node of graph.nodes) placeNode(g, node, values);
	const outputs = graph.outputs.flatMap(({ name }) => values.get(name) ?? []);
	const computed = await evaluate(
		g,
		Object.fromEntries(outputs.map((value, index) => [`output/${String(index)}`, value])),
		feeds,
	);
	return outputs.map((value, index) => [value, computed[`output/${String(index)}`]]);
}

/** The first way of feeding the inputs that the entries take. */
async function runAnyhow(one: NodeTest): ReturnType<typeof run> {
	let refusal: unknown;
	for (const isConstant of constantInputs) {
		try {
			return await run(one, isConstant);
		} catch (error) {
			if (!(error instanceof LimbeckError)) throw error;
			refusal ??= error;
		}
	}
	throw refusal;
}

/** As close as ONNX's own runner wants it: 1e-3 of the value, or 1e-7, unless a test is known to need more. */
function expectClose(name: string, computed: Tensor | undefined, expected: Tensor): void {
	expect(describeType(computed)).toBe(describeType(expected));
	const values = Array.from(computed?.data as ArrayLike<number | bigint>, Number);
	const wanted = Array.from(expected.data as ArrayLike<number | bigint>, Number);
	const rounding = roundingOf(name, wanted);
	const far = wanted.findIndex((want, at) => {
		const got = values[at] ?? Number.NaN;
		return !Object.is(got, want) && got !== want && !(Math.abs(got - want) <= rounding + 1e-3 * Math.abs(want));
	});
	expect(far === -1 ? "equal" : `element ${String(far)}: ${String(values[far])} for ${String(wanted[far])}`).toBe(
		"equal",
	);
}

const claimed = (one: ReturnType<typeof nodeTests>[number]): one is NodeTest =>
	"model" in one && one.model.graph.nodes.every(isKnown) && skipReason(one.name) === undefined;

if (installed) {
	const tests = nodeTests().filter(claimed);
	const passed = new Set<string>();
	const operatorsOf = ({ model }: NodeTest): readonly string[] => model.graph.nodes.map(({ opType }) => opType);

	test.each(tests)("$name", async (one) => {
		const results = await runAnyhow(one);
		expect(results.length).toBeGreaterThan(0);
		for (const [index, expected] of one.outputs.entries()) {
			const [inferred, computed] = results[index] ?? [];
			expect(describeType(inferred)).toBe(describeType(expected));
			expectClose(one.name, computed, expected);
		}
		for (const operator of operatorsOf(one)) passed.add(operator);
	});

	test("every operator that ONNX tests, and that has a test which is not skipped, passes one", () => {
		const tested = new Set(nodeTests().flatMap((one) => ("model" in one ? operatorsOf(one) : [])));
		const known = Object.keys({ ...operators, ...composites });
		expect(known.filter((name) => tested.has(name) && !passed.has(name))).toEqual([]);
	});
} else {
	test.skip("ONNX's node tests: not installed; on Debian, apt-get install libonnx-testdata", () => undefined);
}
