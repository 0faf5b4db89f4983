import { expect, test } from "vitest";
import { type ByReference, isStepFile, materialized, nameOf, referencesIn } from "./references.js";

interface Options {
	readonly name: "frames";
	readonly models: Readonly<Record<string, string | { readonly members: readonly { readonly file: string }[] }>>;
	readonly seed: number;
	readonly nothing?: undefined;
}

const [first, second] = [
	{ step: "a".repeat(64), file: "model.onnx" },
	{ step: "b".repeat(64), file: "clusters.json" },
] as const;
const options: ByReference<Options> = {
	name: "frames",
	models: { one: first, given: "given.onnx", both: { members: [{ file: second }, { file: first }] } },
	seed: 1,
};

test("references are found wherever they are, and become paths where a step runs", async () => {
	expect(referencesIn(options)).toEqual([first, second, first]);
	const asked: string[] = [];
	const input = await materialized<Options>(options, (file) => {
		asked.push(nameOf(file));
		return Promise.resolve(`/here/${nameOf(file)}`);
	});
	const [one, other] = [`/here/${nameOf(first)}`, `/here/${nameOf(second)}`];
	expect(input).toEqual({
		name: "frames",
		models: { one, given: "given.onnx", both: { members: [{ file: other }, { file: one }] } },
		seed: 1,
	});
	expect(asked).toEqual([nameOf(first), nameOf(second)]);
});

test.each([
	["a path", "model.onnx"],
	["a step's number", { step: 3, file: "model.onnx" }],
	["more than a reference", { ...first, weight: 1 }],
	["nothing", null],
])("%s is no reference", (_, value) => {
	expect(isStepFile(value)).toBe(false);
});
