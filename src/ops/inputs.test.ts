/** Every floating input that an operator has: differentiated in a case of the table, or refused where it must be known. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fixture } from "../../test/parity/fixtures.js";
import { inputTensors } from "../../test/support/operator-cases.js";
import { gradients } from "../autodiff/gradients.js";
import { int } from "../graph/attributes.js";
import type { Value } from "../graph/value.js";
import { type CompositeName, cast, composites, createGraph, type OperatorName, operators } from "./index.js";
import type { Composite, Operator, OperatorCase } from "./operator.js";

// The file is ours: record-schemas.py wrote it in this form.
const { operators: schemas } = JSON.parse(readFileSync(fixture("schemas.json"), "utf8")) as {
	readonly operators: Readonly<Record<string, readonly (readonly [name: string, floating: boolean])[]>>;
};

const tables: Readonly<Record<string, Operator | Composite>> = { ...operators, ...composites };
// The tables' keys are their operators' names.
const names = Object.keys(tables) as (OperatorName | CompositeName)[];
const entryOf = (name: string): Operator | Composite => tables[name] ?? expect.unreachable(name);

function schemaOf(name: string): readonly (readonly [name: string, floating: boolean])[] | undefined {
	const entry = entryOf(name);
	const domain = "domain" in entry ? entry.domain : undefined;
	return schemas[domain === undefined ? name : `${domain}.${name}`];
}

/** Whether a case gives this input real elements: to differentiate, or `fixed`, known while building. */
function isGiven({ inputs }: OperatorCase, index: number, fixed: boolean): boolean {
	const input = inputs[index];
	if (input === undefined || input.integers !== undefined || input.booleans !== undefined) return false;
	return (input.fixed === true) === fixed;
}

describe.each(names)("%s", (name) => {
	const { cases } = entryOf(name);

	test("each floating input that ONNX Runtime lists is in a case, real", () => {
		const schema = schemaOf(name);
		expect(schema).toBeDefined();
		const missing = schema?.filter(([, floating], index) => {
			return floating && !cases.some((one) => isGiven(one, index, true) || isGiven(one, index, false));
		});
		expect(missing).toEqual([]);
	});

	const fixed = cases.flatMap((one, number) =>
		one.inputs.flatMap((_, index) => (isGiven(one, index, true) ? [{ one, number, index }] : [])),
	);

	test.each(fixed)(
		"case $number: a gradient to input $index, known while building, is refused or 0",
		({ one, index }) => {
			const g = createGraph();
			const values = inputTensors(name, one).map((tensor, at): Value | undefined =>
				tensor === undefined ? undefined : at === index ? g.parameter("wanted", tensor) : g.constant(tensor),
			);
			const outputs = g.ops(name, values, one.attributes).filter((y) => y.optional !== true);
			const wanted = values.filter((value) => value?.name === "wanted").filter((value) => value !== undefined);
			const loss = g.op(
				"Sum",
				outputs.map((y) => g.op("ReduceSum", [cast(g, y, "double")], { keepdims: int(0) })),
			);
			// No gradient flows where outputs are not floating, or where no output depends on the input.
			const refusals = [name, `input ${index} of ${name} (wanted)`, "one that it does not"];
			const got: unknown = expect.toBeOneOf(refusals);
			expect(() => gradients(g, loss, wanted)).toThrow(expect.objectContaining({ category: "model", got }) as Error);
		},
	);
});

test("a gradient is not carried past an input that has no answer, even where others have", () => {
	const g = createGraph();
	const x = g.input("x", { type: "float", dims: [1, 1, 2] });
	const scales = g.parameter("scales", { type: "float", dims: [3], data: Float32Array.of(1, 1, 2) });
	const y = g.op("Resize", [x, undefined, scales], {}, "up");
	const loss = g.op("ReduceSum", [y], { keepdims: int(0) });
	expect(() => gradients(g, loss, [x, scales])).toThrow(
		expect.objectContaining({ where: "gradient through up", got: "input 2 of Resize (scales)" }) as Error,
	);
	expect(() => gradients(g, loss, [x])).not.toThrow();
});
