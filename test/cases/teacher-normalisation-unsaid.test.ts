import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { arrays, student } from "./arrays.js";
import { caseFolder, runIn } from "./case.js";

const told = ["--set", 'teacher.input={"mean":[0.2,0.5,0.8],"std":[0.1,0.1,0.1]}'];
const teacher = ["--teacher", "wants-normalised.onnx"];

it("a teacher that is given samples at another scale is refused before anything trains, with a scale that fits", async () => {
	const folder = await caseFolder("teacher-normalisation-unsaid");
	const { code, stderr } = await runIn(folder, ["distill", ...arrays, ...teacher, ...student, "--out", "out"]);
	expect(code).toBe(4);
	expect(stderr).toContain("no better than chance: right on 33.3 % of 66 training samples, where chance is 33.3 %");
	expect(stderr).not.toContain("epoch");
	expect(existsSync(join(folder, "out"))).toBe(false);
	// The hint works.
	const hint = /--set (teacher\.input='[^']+')/.exec(stderr)?.[1]?.replaceAll("'", "") ?? "";
	const mended = await runIn(folder, ["distill", ...arrays, ...teacher, ...student, "--out", "out", "--set", hint]);
	expect(mended).toMatchObject({ code: 0 });
	expect(mended.stderr).toMatch(/wants-normalised\.onnx is right on (?:100\.0|9\d\.\d) % of 66 training samples/);
}, 120_000);

it("evaluate says that the file contains no normalisation and takes one", async () => {
	const folder = await caseFolder("teacher-normalisation-unsaid");
	const evaluate = ["evaluate", "--model", "wants-normalised.onnx", ...arrays, "--json"];
	const plain = JSON.parse((await runIn(folder, evaluate)).stdout) as { errors: number; notices: { code: string }[] };
	expect(plain.errors).toBe(32);
	expect(plain.notices.map(({ code }) => code)).toEqual(
		expect.arrayContaining(["normalisation-unsaid", "teacher-fits-otherwise"]),
	);
	const right = JSON.parse((await runIn(folder, [...evaluate, ...told])).stdout) as { errors: number };
	expect(right).toMatchObject({ errors: 1 });
	expect(right).not.toHaveProperty("notices");
}, 60_000);
