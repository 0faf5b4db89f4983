import { expect, test } from "vitest";
import { modelNames } from "./model-names.js";

test.each<readonly [paths: readonly string[], names: readonly string[]]>([
	[
		["a/student.onnx", "b/teacher.ONNX"],
		["student", "teacher"],
	],
	[
		["a/model.onnx", "b/model.onnx", "other.onnx"],
		["a/model", "b/model", "other"],
	],
	[
		["x/1/model.onnx", "y/1/model.onnx"],
		["x/1/model", "y/1/model"],
	],
	[
		["/model.onnx", "/a/model.onnx"],
		["/model", "a/model"],
	],
	[
		["m.onnx", "./m.onnx", "m.onnx"],
		["m", "m (2)", "m (3)"],
	],
	[
		["m", "m.onnx"],
		[expect.stringMatching(/\/m$/) as string, expect.stringMatching(/\/m \(2\)$/) as string],
	],
])("%j", (paths, names) => {
	expect(modelNames(paths)).toEqual(names);
});
