import { describe, expect, test } from "vitest";
import { evaluate } from "../../test/support/graphs.js";
import { buildCase, generatedCases } from "../../test/support/operator-cases.js";
import { createGraph, type OperatorName, operators } from "./index.js";
import { indexing } from "./indexing.js";
import { make } from "./make.js";
import { movement } from "./movement.js";
import type { Operator } from "./operator.js";
import { shape } from "./shape.js";

// The tables' keys are their operators' names.
const names = Object.keys({ ...shape, ...make, ...movement, ...indexing }) as OperatorName[];
const entryOf = (name: OperatorName): Operator => operators[name];
const folding = names.filter((name) => entryOf(name).fold !== undefined);

const shapeArithmetic: readonly OperatorName[] = [
	...(["Shape", "Size", "Gather", "Concat", "Slice", "Squeeze", "Unsqueeze", "Reshape"] as const),
	...(["Range", "ConstantOfShape", "Expand", "Tile", "Transpose", "Split", "NonZero"] as const),
];

test("the arithmetic of shapes that exporters write is folded", () => {
	expect(folding).toEqual(expect.arrayContaining([...shapeArithmetic]));
});

describe.each(folding)("%s", (name) => {
	const { cases, fold }: Operator = entryOf(name);
	const all = [...cases, ...generatedCases(name, 20)].map((one, index) => ({ index, one }));

	test.each(all)("case $index: of constants, it folds to what ONNX Runtime computes", async ({ one }) => {
		const g = createGraph();
		const built = buildCase(name, one);
		const outputs = built.build(
			g,
			built.at.map((tensor) => g.constant(tensor)),
		);
		const [node] = g.nodes;
		const folded = fold?.(node?.inputs ?? [], node?.attributes ?? {});
		const computed = await evaluate(g, Object.fromEntries(outputs.map((y, index) => [`y${index}`, y])));
		expect(folded).toEqual(outputs.map((_, index) => computed[`y${index}`]));
	});

	test.skipIf(name === "Shape" || name === "Size")("what is not known is not folded", () => {
		const [one] = cases;
		const g = createGraph();
		const built = buildCase(name, one ?? { inputs: [] });
		built.build(
			g,
			built.at.map((tensor) => g.constant(tensor)),
		);
		const unknown = g.nodes[0]?.inputs.map((input) => input && g.input(`unknown ${input.name}`, input));
		expect(fold?.(unknown ?? [], g.nodes[0]?.attributes ?? {})).toBeUndefined();
	});
});

test("weights are not folded", () => {
	const g = createGraph();
	const weight = g.parameter("w", { type: "float", dims: [64, 32], data: new Float32Array(64 * 32) });
	expect(entryOf("Transpose").fold?.([weight], {})).toBeUndefined();
});
