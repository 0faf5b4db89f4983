import { join } from "node:path";
import { expect, it } from "vitest";
import { caseFolder, runIn } from "./case.js";

interface Report {
	readonly data: { readonly notices: readonly { readonly code: string }[] };
	readonly teacher: { readonly errors: number };
}

it("folders 0 to 11 are classes in the order of numbers, as are the teacher's outputs", async () => {
	const folder = await caseFolder("classes-numeric-folders");
	const out = join(folder, "out");
	const args = [
		"distill",
		"--data",
		"pictures",
		"--set",
		"data.size=8",
		"--teacher",
		"teacher.onnx",
		"--student",
		"mlp:8",
	];
	const short = ["--set", "student.epochs=1", "--threads", "1", "--quiet", "--json", "--out", out];
	const { code, stdout, stderr } = await runIn(folder, [...args, ...short]);
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	const report = JSON.parse(stdout) as Report;
	expect(report.data.notices).toMatchObject([{ code: "numeric-classes" }]);
	expect(report.teacher.errors).toBe(0);
});
