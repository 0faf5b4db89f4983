import { expect, test } from "vitest";
import { pathsIn, textWithoutPaths, withoutPaths } from "./without-paths.js";

const recipe = {
	data: { name: "folder", directory: "/home/me/my pictures", classes: ["a/b", "c"], size: 8 },
	teacher: { family: "file", file: "../nets/teacher.onnx", members: [{ file: "C:\\nets\\one.onnx" }] },
	student: { family: "mlp", activation: "relu", hidden: [8] },
};

test("a recipe keeps base names, and all that is no path", () => {
	expect(withoutPaths(recipe)).toEqual({
		data: { name: "folder", directory: "my pictures", classes: ["a/b", "c"], size: 8 },
		teacher: { family: "file", file: "teacher.onnx", members: [{ file: "one.onnx" }] },
		student: { family: "mlp", activation: "relu", hidden: [8] },
	});
	expect(pathsIn(recipe)).toEqual(["/home/me/my pictures", "../nets/teacher.onnx", "C:\\nets\\one.onnx"]);
});

test.each([
	["read /home/me/my pictures/a/1.png: broken", "read my pictures/a/1.png: broken"],
	["see /var/lib/limbeck/model.onnx, or ./b/c.csv", "see model.onnx, or c.csv"],
	["10 / 20 of https://example.org/x and/or y", "10 / 20 of https://example.org/x and/or y"],
	['got "C:\\data\\x.csv"', 'got "x.csv"'],
])("%s", (text, wanted) => {
	expect(textWithoutPaths(text, pathsIn(recipe))).toBe(wanted);
});
