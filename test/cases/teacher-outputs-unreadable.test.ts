import { expect, it } from "vitest";
import { arrays, student, twoClasses } from "./arrays.js";
import { caseFolder, runIn } from "./case.js";

it.each([
	["label-first.onnx", arrays, 1, '"z" (float[n,3]) is taken, not "label" (int64[n])'],
	["zipmap.onnx", arrays, 1, '"z" (float[?]) is taken, not "label" (int64[n])'],
	["features-first.onnx", arrays, 1, '"z" (float[n,3]) is taken, not "feat" (float[n,6])'],
	["one-sigmoid.onnx", twoClasses, 4, "contains no normalisation"],
])(
	"%s: its classes are found, and that is said",
	async (model, data, errors, text) => {
		const folder = await caseFolder("teacher-outputs-unreadable");
		const { code, stdout, stderr } = await runIn(folder, ["evaluate", "--model", model, ...data, "--json"]);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		const report = JSON.parse(stdout) as { errors: number; notices: { text: string }[] };
		expect(report.errors).toBe(errors);
		expect(report.notices.map((notice) => notice.text).join("\n")).toContain(text);
	},
	60_000,
);

it("an output is chosen by its name, and features that were chosen by index are refused", async () => {
	const folder = await caseFolder("teacher-outputs-unreadable");
	const distill = ["distill", ...arrays, "--teacher", "features-first.onnx", ...student, "--out", "out"];
	const named = await runIn(folder, [...distill, "--set", "teacher.output=z"]);
	expect(named).toMatchObject({ code: 0 });
	expect(named.stderr).toContain("features-first.onnx is right on 100.0 % of 66 training samples");
	const unknown = await runIn(folder, [...distill, "--set", "teacher.output=y"]);
	expect(unknown).toMatchObject({ code: 2 });
	expect(unknown.stderr).toContain('one of its outputs of floats: "feat" (float[n,6]), "z" (float[n,3])');
	const features = await runIn(folder, [...distill, "--set", "teacher.select=[0,1,2]"]);
	expect(features).toMatchObject({ code: 4 });
	expect(features.stderr).toContain("--set teacher.output=feat or --set teacher.output=z");
}, 120_000);
