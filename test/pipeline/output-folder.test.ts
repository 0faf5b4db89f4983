import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { publish, runFiles } from "../../src/pipeline/output-folder.js";
import { temporaryFolder } from "../support/own-data.js";

/** Publishes empty files, and a record of them unless it is given. */
async function published(out: string, files: readonly string[], told: unknown = files): Promise<readonly string[]> {
	const work = join(out, ".work");
	for (const file of files) {
		await mkdir(join(work, file, ".."), { recursive: true });
		await writeFile(join(work, file), "");
	}
	await writeFile(join(work, runFiles.details), JSON.stringify({ files: told }));
	await publish(work, out, files);
	return (await readdir(out, { recursive: true })).filter((name) => name !== ".work").toSorted();
}

test("what the run before left, and this one does not, is gone; what is somebody's own stays", async () => {
	const out = join(await temporaryFolder(), "out");
	await mkdir(out);
	await writeFile(join(out, "mine.onnx"), "");
	const details = runFiles.details;
	const first = ["student.onnx", "teacher.onnx", join("seed-2", "student.onnx"), join("seed-3", "student.onnx")];
	expect(await published(out, first)).toEqual([details, "mine.onnx", "seed-2", "seed-3", ...first].toSorted());
	await writeFile(join(out, "seed-3", "notes.txt"), "");
	expect(await published(out, ["student.onnx"])).toEqual(
		[details, "mine.onnx", "seed-3", join("seed-3", "notes.txt"), "student.onnx"].toSorted(),
	);
});

test.each([
	["leads out of the folder", [join("..", "kept.onnx")]],
	["leads out of the folder by a detour", [join("seed-2", "..", "..", "kept.onnx")]],
	["is absolute", [join("/", "kept.onnx")]],
	["is no list of names", [1, {}]],
	["is none", null],
])("a record that %s removes nothing", async (_, told) => {
	const folder = await temporaryFolder();
	const out = join(folder, "out");
	await mkdir(out);
	await writeFile(join(folder, "kept.onnx"), "");
	await published(out, ["student.onnx"], told);
	await published(out, ["model.onnx"]);
	expect(await readdir(folder)).toEqual(["kept.onnx", "out"]);
	expect(await readdir(out)).toContain("student.onnx");
});
