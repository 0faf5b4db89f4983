import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/own-data.js";
import { speechContent } from "./content.js";
import { speechOptions } from "./options.js";

test("recordings count that the table names, behind links as well; all else by its name", async () => {
	const [directory, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
	const content = (): Promise<readonly string[]> =>
		speechContent(speechOptions.parse({ name: "recordings", directory }));
	await writeFile(join(directory, "transcripts.csv"), "file,transcript\na.wav,one\nlinked/b.wav,two\n../c.wav,one\n");
	await mkdir(join(elsewhere, "deep"));
	await symlink(elsewhere, join(directory, "linked"));
	for (const name of ["a.wav", "stray.wav", "linked/b.wav", "linked/deep/other"]) {
		await writeFile(join(directory, name), "1");
	}
	let last = await content();
	for (const [name, counts] of [
		["a.wav", true],
		["linked/b.wav", true],
		["stray.wav", false],
		["linked/deep/other", false],
		["new.wav", true],
	] as const) {
		await writeFile(join(directory, name), "2");
		const now = await content();
		expect(now.join() !== last.join(), name).toBe(counts);
		last = now;
	}
});
