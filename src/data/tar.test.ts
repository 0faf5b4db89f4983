import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type TarMember, tarOf } from "../../test/support/tar.js";
import { readTarMembers } from "./tar.js";

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7) % 251);
const archive: readonly TarMember[] = [
	{ name: "data/", type: "5" },
	{ name: "data/first.bin", content: bytes(1000) },
	{ name: "data/empty" },
	{ name: "data/link", type: "2" },
	{ name: "./data/last.bin", content: bytes(1024) },
	{ name: "far.bin", prefix: "data/deep", content: bytes(3) },
];

let folder: string;
let path: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "limbeck-tar-"));
	path = join(folder, "archive.tar.gz");
	await writeFile(path, gzipSync(tarOf(archive)));
});
afterEach(() => rm(folder, { recursive: true }));

const read = async (...wanted: readonly (readonly [string, number])[]): Promise<Record<string, Uint8Array>> =>
	Object.fromEntries(await readTarMembers(path, new Map(wanted)));
const failure = (category: string, ...parts: readonly string[]): Error =>
	expect.objectContaining({ category, message: expect.stringContaining(parts.join("")) as unknown }) as Error;

describe("members of a tar archive", () => {
	test.each([
		["packed", true],
		["as it is", false],
	])("are read by their names, %s", async (_, packed) => {
		if (!packed) await writeFile(path, tarOf(archive));
		const expected = { "data/last.bin": bytes(1024), "data/first.bin": bytes(1000), "data/deep/far.bin": bytes(3) };
		expect(await read(["data/last.bin", 1024], ["data/first.bin", 1000], ["data/deep/far.bin", 9])).toEqual(expected);
	});

	test("nothing after the last member that is wanted is looked at", async () => {
		await writeFile(path, gzipSync(tarOf(archive)).subarray(0, -4));
		expect(await read(["data/first.bin", 1000])).toEqual({ "data/first.bin": bytes(1000) });
	});

	test.each(["none.bin", "data/link", "data/", "first.bin"])("%s is no file there", async (name) => {
		await expect(read([name, 10])).rejects.toThrow(failure("data", `expected a member ${name}, got none`));
	});

	test("a member beyond its bound is refused before it is read", async () => {
		await expect(read(["data/first.bin", 999])).rejects.toThrow(failure("data", "data/first.bin of at most 999 bytes"));
		await writeFile(path, tarOf([{ name: "bomb", size: "77777777777" }]));
		await expect(read(["bomb", 10])).rejects.toThrow(failure("data", "at most 10 bytes, got 8589934591"));
	});

	test.each([
		["another file", bytes(2000), "a tar archive"],
		["a size that is no number", tarOf([{ name: "a", size: "12x" }]), "a tar archive"],
		[
			"an archive that ends in a member",
			tarOf(archive).subarray(0, 1200),
			"data/first.bin of 1000 bytes, got the end after 176",
		],
		["gzip that ends early", gzipSync(tarOf(archive)).subarray(0, 60), "a truncated one"],
		["damaged gzip", gzipSync(tarOf(archive)).fill(0xff, 20, 60), "a damaged one"],
		["an empty file", new Uint8Array(), "expected a member data/first.bin"],
	])("%s is refused", async (_, content, message) => {
		await writeFile(path, content);
		await expect(read(["data/first.bin", 2000], ["data/none", 1])).rejects.toThrow(failure("data", message));
	});

	test("a file that is not there is refused", async () => {
		path = join(folder, "none");
		await expect(read(["a", 1])).rejects.toThrow(failure("file", path));
	});
});
