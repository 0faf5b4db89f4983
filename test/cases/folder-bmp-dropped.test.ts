import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { caseFolder, runIn, small } from "./case.js";
import { loadData } from "./load.js";

it("36 pictures, 21 of them .bmp, are all read", async () => {
	const directory = join(await caseFolder("folder-bmp-dropped"), "pictures");
	const { data, test } = await loadData({ name: "folder", directory, size: 8 });
	expect(data.train.count + data.validation.count + test.count).toBe(36);
	expect(data.notices).toBeUndefined();
});

it("report.json says what is passed over now, also where the networks are in the store", async () => {
	const folder = await caseFolder("folder-bmp-dropped");
	const run = ["distill", "--data", "pictures", ...small, "--set", "data.size=8", "--quiet", "--out", "out"];
	const told = async (): Promise<string> => {
		const { code, stderr } = await runIn(folder, run, { LIMBECK_STORE: join(folder, "store") });
		expect(code, stderr).toBe(0);
		return readFile(join(folder, "out", "report.json"), "utf8");
	};
	expect(await told()).not.toContain("notes.txt");
	const [first = ""] = await readdir(join(folder, "pictures"));
	await writeFile(join(folder, "pictures", first, "notes.txt"), "not a picture");
	expect(await told()).toContain("notes.txt");
});
