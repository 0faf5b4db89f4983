import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readRunFolder } from "./run-folder.js";

async function folderWith(report: object): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-run-folder-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	await writeFile(join(folder, "report.json"), JSON.stringify(report));
	return folder;
}

const trained = {
	schema: 1,
	created: "2026-01-01T00:00:00.000Z",
	seeds: [1],
	recipe: { name: "digits" },
	data: { name: "digits", test: 1, fingerprint: "" },
	environment: { cpu: "one", onnxruntime: "1" },
	network: { parameters: 1, bytes: 4 },
};

test("a report is of the kind that it says", async () => {
	const { kind, report } = await readRunFolder(await folderWith({ ...trained, kind: "train" }));
	expect({ kind, report }).toEqual({ kind: "train", report: { ...trained, kind: "train" } });
});

test("a report from before they said so is of the kind that its fields tell", async () => {
	const { kind, report } = await readRunFolder(await folderWith(trained));
	expect({ kind, report }).toEqual({ kind: "train", report: { ...trained, kind: "train" } });
});

test.each([
	["of no kind", {}, "no kind of run is in it"],
	["of a kind that is not known", { ...trained, kind: "boost" }, "no kind of run is in it"],
	["of another kind than it says", { ...trained, kind: "distill" }, "student"],
])("a report %s is refused", async (_, report, got) => {
	await expect(readRunFolder(await folderWith(report))).rejects.toMatchObject({
		category: "data",
		got: expect.stringContaining(got) as unknown,
	});
});
