import { expect, it } from "vitest";
import { caseFolder, runIn, taughtPictures } from "./case.js";

interface Report {
	readonly data: { readonly notices: readonly { readonly code: string }[] };
	readonly teacher: { readonly errors: number };
}

it("folders 0 to 11 are classes in the order of numbers, as are the teacher's outputs", async () => {
	const folder = await caseFolder("classes-numeric-folders");
	const { code, stdout, stderr } = await runIn(folder, taughtPictures);
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	const report = JSON.parse(stdout) as Report;
	expect(report.data.notices).toMatchObject([{ code: "numeric-classes" }]);
	expect(report.teacher.errors).toBe(0);
});
