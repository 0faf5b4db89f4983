import { expect, test } from "vitest";
import { foreignModel } from "../../test/support/models.js";
import { LimbeckError } from "../errors.js";
import { classesKey } from "../predict/metadata.js";
import { compareClassNames } from "./class-names.js";

const classes = ["cat", "dog", "owl"];

const compared = (metadata?: string, names: readonly string[] = classes): string =>
	compareClassNames(
		{
			...foreignModel({ opset: 21, nodes: [], inputs: [], outputs: [] }),
			metadata: new Map(metadata === undefined ? [] : [[classesKey, metadata]]),
		},
		names,
		"net.onnx",
	);

test.each<[what: string, metadata: string | undefined, expected: string, names?: readonly string[]]>([
	["the same names", '["cat","dog","owl"]', "same"],
	["no names", undefined, "absent"],
	["the same names in another Unicode form", '["cat","dog","\u006f\u0308wl"]', "same", ["cat", "dog", "\u00f6wl"]],
	["other names", '["0","1","2"]', "other"],
	["more names", '["cat","dog","owl","pig"]', "other"],
	["fewer names", '["cat","dog"]', "other"],
])("%s", (_, metadata, expected, names = classes) => {
	expect(compared(metadata, names)).toBe(expected);
});

test("the same names in another order are refused, with both orders and the way back", () => {
	const call = (): unknown => compared('["owl","cat","dog"]');
	expect(call).toThrow(LimbeckError);
	expect(call).toThrow(
		'net.onnx: metadata limbeck.classes: expected the data\'s classes in their order, ["cat", "dog"',
	);
	expect(call).toThrow('got the same classes in another, ["owl", "cat", "dog"]');
	// Output 1 is the model's cat, 2 its dog, 0 its owl.
	expect(call).toThrow("with the indices [1, 2, 0]");
});

test("of many classes, those are shown where the orders part", () => {
	const many = Array.from({ length: 100 }, (_, index) => `c${index}`);
	const swapped = many.with(50, "c51").with(51, "c50");
	expect(() => compared(JSON.stringify(swapped), many)).toThrow('another, […, "c51", "c50", "c52"');
});

test.each(["[1]", "{}", '["a"', "null"])("metadata %s is refused", (metadata) => {
	expect(() => compared(metadata)).toThrow("expected a JSON list of names");
});
