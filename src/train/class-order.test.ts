import { expect, test } from "vitest";
import { settingOf } from "../predict/setting.js";
import { selectOutputs } from "./class-order.js";

const classes = ["cat", "dog"];

test.each([
	["as they stand", {}, 2, undefined],
	["by names that are in order", { names: ["cat", "dog"] }, 2, undefined],
	["by names in another order", { names: ["dog", "cat"] }, 2, [1, 0]],
	["by names among more", { names: ["ant", "dog", "cow", "cat"] }, 4, [3, 1]],
	["by the names in its file", { fileNames: ["dog", "cat"] }, 2, [1, 0]],
	["by what the user says its file's names are", { fileNames: ["dog", "cat"], names: ["cat", "dog"] }, 2, undefined],
	["as they stand where its file's names are quite other ones", { fileNames: ["0", "1"] }, 2, undefined],
	["by indices", { select: [1, 0] }, 2, [1, 0]],
	["by indices, whatever the names", { select: [2, 0], names: ["a", "b", "c"] }, 3, [2, 0]],
] as const)("outputs are found %s", (_, order, outputs, expected) => {
	expect(selectOutputs(order, outputs, classes, "a.onnx")).toEqual(expected);
});

test.each([
	[
		"more outputs than classes",
		{},
		3,
		"a.onnx: expected an output for each of the data's 2 classes, got 3 outputs. Say which outputs are the classes: " +
			"--set teacher.select='[…]', the indices of their outputs in the data's order; or --set teacher.classes='[…]'",
	],
	["a name that is missing", { names: ["cat", "cow"] }, 2, 'got none for "dog"; its 2 outputs are "cat", "cow"'],
	["a name that is missing in its file", { fileNames: ["cat", "cow"] }, 2, 'got none for "dog"'],
	["names of other outputs", { names: ["cat", "dog"] }, 3, "expected a name for each of 3 outputs, got 2"],
	["an index out of range", { select: [0, 3] }, 3, "2 different indices below 3"],
	["an index twice", { select: [1, 1] }, 3, "got [1, 1], with an index twice or too large"],
	["too few indices", { select: [1] }, 3, "one for each class of the data, got 1"],
] as const)("%s cannot be told apart", (_, order, outputs, message) => {
	expect(() => selectOutputs(order, outputs, classes, "a.onnx", settingOf("teacher"))).toThrow(message);
});

test("no option is named where nobody can set one", () => {
	expect(() => selectOutputs({}, 3, classes, "a.onnx")).toThrow(/got 3 outputs$/);
});

test("names are the same in whatever Unicode form they are written", () => {
	const [nfc, nfd] = ["caf\u00e9", "cafe\u0301"];
	expect(selectOutputs({ fileNames: [nfc, "eau"] }, 2, [nfd, "eau"], "a.onnx")).toBeUndefined();
	expect(selectOutputs({ names: ["eau", nfd] }, 2, [nfc, "eau"], "a.onnx")).toEqual([1, 0]);
	const order = { fileNames: ["caf\u00e9\u200b", "eau"] };
	expect(() => selectOutputs(order, 2, [nfc, "eau"], "a.onnx")).toThrow(
		String.raw`none for "caf\u00e9"; its 2 outputs are "caf\u00e9\u200b", "eau"`,
	);
});
