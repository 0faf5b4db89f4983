import { cp, readFile, utimes } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Report } from "../../src/workflows/distill/report.js";
import { caseFolder, runIn, small } from "./case.js";

test("another file of the same size and time is another file, in the same store", { timeout: 120_000 }, async () => {
	const folder = await caseFolder("stale-same-size-and-time");
	const used = join(folder, "d.csv");
	const accuracies: number[] = [];
	for (const [name, store] of [
		["a", "kept"],
		["b", "kept"],
		["b", "fresh"],
	] as const) {
		await cp(join(folder, `${name}.csv`), used, { force: true });
		await utimes(used, 0, 0);
		const flags = ["--data", used, ...small, "--quiet", "--store", join(folder, store), "--out", join(folder, "out")];
		const { code, stderr } = await runIn(folder, ["distill", ...flags]);
		expect([code, stderr]).toEqual([0, ""]);
		const report = JSON.parse(await readFile(join(folder, "out", "report.json"), "utf8")) as Report; // As it was written.
		accuracies.push(report.teacher?.accuracy ?? Number.NaN);
	}
	// The labels of b are shuffled.
	expect(accuracies[0]).toBeGreaterThan(0.6);
	expect(accuracies[1]).toBeLessThan(0.5);
	expect(accuracies[1]).toBe(accuracies[2]);
});
