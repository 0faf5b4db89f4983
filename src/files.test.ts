import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LimbeckError } from "./errors.js";
import { fileError, isWithin, writeFileAtomic } from "./files.js";

let folder = "";
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "limbeck-files-"));
});
afterEach(async () => {
	await rm(folder, { recursive: true });
});

describe("writeFileAtomic", () => {
	test("writes bytes and text, over what was there, and leaves nothing else", async () => {
		const path = join(folder, "file");
		await writeFileAtomic(path, Uint8Array.of(1, 2, 3));
		expect([...(await readFile(path))]).toEqual([1, 2, 3]);
		await writeFileAtomic(path, "é");
		expect(await readFile(path, "utf8")).toBe("é");
		expect(await readdir(folder)).toEqual(["file"]);
	});

	test("many writers of one path: one of them wins whole", async () => {
		const path = join(folder, "file");
		await Promise.all(Array.from({ length: 8 }, (_, i) => writeFileAtomic(path, String(i).repeat(100_000))));
		expect(await readFile(path, "utf8")).toMatch(/^(\d)\1{99999}$/);
		expect(await readdir(folder)).toEqual(["file"]);
	});

	test("where it fails, what stood before stands, and no temporary file is left", async () => {
		const path = join(folder, "taken");
		await mkdir(path);
		await writeFile(join(path, "content"), "old");
		await expect(writeFileAtomic(path, "new")).rejects.toMatchObject({ category: "file", where: path });
		expect(await readdir(folder)).toEqual(["taken"]);
		expect(await readFile(join(path, "content"), "utf8")).toBe("old");
	});

	test("a folder that is missing, and one that is a file", async () => {
		await writeFile(join(folder, "file"), "");
		await expect(writeFileAtomic(join(folder, "none", "x"), "")).rejects.toMatchObject({
			category: "file",
			got: "none (ENOENT)",
		});
		await expect(writeFileAtomic(join(folder, "file", "x"), "")).rejects.toMatchObject({
			category: "file",
			expected: "a folder",
		});
	});
});

test.each([
	["a", "a", true],
	["./a/", "a/b", true],
	["a", "a/..b", true],
	["a", "a/../b", false],
	["a", "ab", false],
	["a", "..", false],
])("%s holds %s: %s", (folder, path, holds) => {
	expect(isWithin(folder, path)).toBe(holds);
});

describe("fileError", () => {
	test.skipIf(process.platform !== "linux")("no space left is disk-full", async () => {
		const handle = await open("/dev/full", "w");
		const error: unknown = await handle.writeFile("x").catch((reason: unknown) => reason);
		await handle.close();
		expect(fileError(error, "here")).toMatchObject({ category: "disk-full", where: "here", got: "none left (ENOSPC)" });
	});

	test("a LimbeckError passes as it is; anything else is of category file and keeps its cause", () => {
		const error = new LimbeckError("data", { where: "w", expected: "e", got: "g" });
		expect(fileError(error, "here")).toBe(error);
		const cause = new Error("odd");
		expect(fileError(cause, "here")).toMatchObject({ category: "file", got: "Error: odd", cause });
	});
});
