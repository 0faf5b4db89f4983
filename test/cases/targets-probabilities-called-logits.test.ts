import { expect, it } from "vitest";
import { student } from "./arrays.js";
import { caseFolder, runIn } from "./case.js";

it("probabilities in a field called logits are refused before anything trains, and the hint mends it", async () => {
	const folder = await caseFolder("targets-probabilities-called-logits");
	const distill = ["distill", "--data", "d.csv", "--teacher", "p.npz", ...student, "--out", "out"];
	const { code, stderr } = await runIn(folder, distill);
	expect(code).toBe(3);
	expect(stderr).toContain("what looks like probabilities: rows of 300 samples sum to one");
	expect(stderr).not.toContain("epoch");
	expect(await runIn(folder, [...distill, "--set", "teacher.outputs=probabilities"])).toMatchObject({ code: 0 });
}, 120_000);
