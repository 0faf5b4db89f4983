/** A distillation that goes wrong without an error: its verdict says so, wherever results are told. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../cli/run-cli.js";
import { runIn, small } from "./case.js";

interface Told {
	readonly diagnosis: readonly { readonly code: string; readonly text: string; readonly hint?: string }[];
	readonly student?: { readonly balancedAccuracy: number; readonly macroF1: number };
}

/** Rows of which every tenth is rare, and none can be told from the others. */
function table(): string {
	const rows = Array.from({ length: 200 }, (_, k) => {
		const label = k % 10 === 0 ? "rare" : "usual";
		return [Math.sin(13 * k), Math.cos(7 * k * k), label].join(",");
	});
	return `${["a,b,label", ...rows].join("\n")}\n`;
}

it("few steps and a rare class: the verdict, and balanced accuracy beside accuracy", async () => {
	const folder = await temporaryFolder();
	await writeFile(join(folder, "rows.csv"), table());
	const args = ["distill", "--data", "rows.csv", ...small, "--set", "student.epochs=3", "--store", "st", "--quiet"];
	const first = await runIn(folder, args);
	expect(first).toMatchObject({ code: 0, stderr: "" });
	const [headings = "", ...lines] = first.stdout.split("\n");
	expect(headings).toMatch(/accuracy +balanced accuracy +macro F1/);
	expect(lines).toContain("Verdict");
	const told = JSON.parse(await readFile(join(folder, "limbeck-out/report.json"), "utf8")) as Told;
	const codes = told.diagnosis.map(({ code }) => code);
	expect(codes).toEqual(expect.arrayContaining(["too-few-steps", "no-better-than-guessing", "unequal-classes"]));
	// Nothing is concluded from that.
	expect(codes.filter((code) => /distillation-|no-difference/.test(code))).toEqual([]);
	expect(told.student?.balancedAccuracy).toBeCloseTo(0.5, 1);
	const page = await readFile(join(folder, "limbeck-out/report.html"), "utf8");
	expect(page.indexOf("Verdict")).toBeLessThan(page.indexOf("Results"));
	expect(page).toContain("took 27 steps: too few to judge it by");
	// As JSON on stdout, for people on stderr.
	const again = await runIn(folder, [...args.filter((one) => one !== "--quiet"), "--json"]);
	expect((JSON.parse(again.stdout) as Told).diagnosis).toEqual(told.diagnosis);
	expect(again.stderr).toContain("took 27 steps: too few to judge it by");
	const shown = await runIn(folder, ["runs", "show", "last", "--store", "st"]);
	expect(shown.stdout).toContain("took 27 steps: too few to judge it by");
	const model = "limbeck-out/student.onnx";
	const evaluated = await runIn(folder, [
		"evaluate",
		"--model",
		model,
		"--data",
		"rows.csv",
		"--threads",
		"1",
		"--json",
	]);
	expect((JSON.parse(evaluated.stdout) as Told).diagnosis.map(({ code }) => code)).toContain("unequal-classes");
});
