import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { link, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readModelFile, writeModelFile } from "./file.js";
import type { OnnxModel } from "./model.js";
import { writeModelMessage } from "./wire-writer.js";

let root = "";
let folder = "";
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), "limbeck-onnx-"));
	folder = join(root, "model");
	await mkdir(folder);
});
afterEach(async () => {
	await rm(root, { recursive: true });
});

const empty: OnnxModel = {
	irVersion: 10,
	opsetImports: new Map([["", 21]]),
	producerName: "",
	producerVersion: "",
	graph: { name: "g", nodes: [], inputs: [], outputs: [], valueInfos: [], initializers: [] },
	metadata: new Map(),
};

test("a model that is written reads back", async () => {
	const path = join(folder, "m.onnx");
	await writeModelFile(path, empty);
	expect(await readModelFile(path)).toEqual(empty);
	expect(await readdir(folder)).toEqual(["m.onnx"]);
});

test("a folder that is missing refuses the write", async () => {
	await expect(writeModelFile(join(folder, "none", "m.onnx"), empty)).rejects.toMatchObject({ category: "file" });
});

describe("files that are no models", () => {
	test("missing", async () => {
		const path = join(folder, "none.onnx");
		await expect(readModelFile(path)).rejects.toMatchObject({ category: "model", where: path, got: "none (ENOENT)" });
	});

	test("a folder", async () => {
		await expect(readModelFile(folder)).rejects.toMatchObject({ category: "model", expected: "a regular file" });
	});

	test.skipIf(process.platform === "win32")("a named pipe, which is not waited for", async () => {
		const path = join(folder, "pipe");
		execFileSync("mkfifo", [path]);
		await expect(readModelFile(path)).rejects.toMatchObject({ category: "model", expected: "a regular file" });
	});

	test("too large", async () => {
		const path = join(folder, "m.onnx");
		await writeModelFile(path, empty);
		await expect(readModelFile(path, { bytes: 10 })).rejects.toMatchObject({ expected: "at most 10 bytes" });
	});
});

type Entries = Readonly<Record<string, string>>;

/** Writes a model with a [2] float initialiser of such external data for each of `tensors`, and reads it. */
async function readWith(...tensors: Entries[]): Promise<readonly (readonly number[])[]> {
	const initializer = tensors.map((entries, i) => ({
		name: `w${String(i)}`,
		dataType: 1,
		dims: [2],
		dataLocation: 1,
		externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
	}));
	const path = join(folder, "m.onnx");
	await writeFile(path, writeModelMessage({ irVersion: 10, opsetImport: [{ version: 21 }], graph: { initializer } }));
	const { graph } = await readModelFile(path);
	return graph.initializers.map(({ tensor }) => [...tensor.data].map(Number));
}

describe("external data", () => {
	const data = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5).buffer);
	const sha1 = createHash("sha1").update(data).digest("hex");
	beforeEach(async () => {
		await mkdir(join(folder, "sub"));
		await writeFile(join(folder, "w.bin"), data);
		await writeFile(join(folder, "sub", "w.bin"), data);
		await writeFile(join(root, "secret"), data);
	});

	test("is read by offset and length", async () => {
		const read = readWith({ location: "w.bin" }, { location: "w.bin", offset: "12", length: "8", checksum: sha1 });
		expect(await read).toEqual([
			[1, 2],
			[4, 5],
		]);
	});

	test("may lie in a folder below, behind a link that stays inside, and be shared", async () => {
		await symlink("sub/w.bin", join(folder, "link"));
		const read = readWith({ location: "sub/w.bin" }, { location: "link" }, { location: "./link" });
		expect(await read).toEqual([
			[1, 2],
			[1, 2],
			[1, 2],
		]);
	});

	const refused: [string, Entries, RegExp][] = [
		["no location", {}, /expected external data with a "location"/],
		["an empty location", { location: "" }, /relative path inside/],
		["the folder above", { location: "../secret" }, /relative path inside the model's folder, got "\.\.\/secret"/],
		["up and down again", { location: "sub/../../secret" }, /relative path inside/],
		["up and back in", { location: "../model/w.bin" }, /relative path inside/],
		["dots alone", { location: ".." }, /relative path inside/],
		["an absolute path", { location: "/etc/passwd" }, /relative path inside/],
		["a drive letter", { location: "C:w.bin" }, /relative path inside/],
		["a backslash", { location: "..\\secret" }, /relative path inside/],
		["a NUL", { location: "w.bin\0" }, /relative path inside/],
		["the folder itself", { location: "." }, /a regular file/],
		["a folder", { location: "sub" }, /a regular file/],
		["a file that is missing", { location: "none" }, /external data "none": .*ENOENT/],
		["a file used as a folder", { location: "w.bin/x" }, /ENOTDIR/],
		["a name that is too long", { location: "x".repeat(5000) }, /ENAMETOOLONG/],
		["a negative offset", { location: "w.bin", offset: "-8" }, /offset: expected a non-negative integer, got "-8"/],
		["a huge offset", { location: "w.bin", offset: "9007199254740991" }, /a file that has bytes 9007199254740991/],
		["an offset beyond integers", { location: "w.bin", offset: "99999999999999999999" }, /non-negative integer/],
		["an offset in hexadecimal", { location: "w.bin", offset: "0x4" }, /non-negative integer/],
		["an empty offset", { location: "w.bin", offset: "" }, /non-negative integer/],
		["a range past the end", { location: "w.bin", offset: "13" }, /bytes 13 to 21, got one of 20 bytes/],
		["a length that is not the shape's", { location: "w.bin", length: "12" }, /the 8 bytes of its shape, got 12/],
		["a negative length", { location: "w.bin", length: "-1" }, /non-negative integer/],
		["a wrong checksum", { location: "w.bin", checksum: "00" }, /the SHA-1 "00"/],
		["an unknown key", { location: "w.bin", url: "x" }, /the key "url"/],
		["a key of objects", { location: "w.bin", constructor: "x" }, /the key "constructor"/],
	];
	test.each(refused)("refused: %s", async (_, entries, message) => {
		await expect(readWith(entries)).rejects.toThrow(message);
		await expect(readWith(entries)).rejects.toMatchObject({ name: "LimbeckError", category: "model" });
	});

	test("refused: links out of the folder, to a file or a folder", async () => {
		await symlink("../secret", join(folder, "link"));
		await symlink("..", join(folder, "up"));
		await expect(readWith({ location: "link" })).rejects.toThrow(
			/file inside the model's folder, got a link out of it/,
		);
		await expect(readWith({ location: "up/secret" })).rejects.toThrow(/got a link out of it/);
	});

	test("refused: a folder beside that starts with the same name", async () => {
		await mkdir(`${folder}-two`);
		await writeFile(join(`${folder}-two`, "w.bin"), data);
		await symlink("../model-two/w.bin", join(folder, "link"));
		await expect(readWith({ location: "link" })).rejects.toThrow(/got a link out of it/);
	});

	test("refused: a link to itself", async () => {
		await symlink("loop", join(folder, "loop"));
		await expect(readWith({ location: "loop" })).rejects.toMatchObject({ category: "model" });
	});

	test("refused: a hard link", async () => {
		await link(join(root, "secret"), join(folder, "hard"));
		await expect(readWith({ location: "hard" })).rejects.toThrow(/one hard link, got 2/);
	});

	test.skipIf(process.platform === "win32")("refused: a named pipe, which is not waited for", async () => {
		execFileSync("mkfifo", [join(folder, "pipe")]);
		await expect(readWith({ location: "pipe" })).rejects.toThrow(/a regular file/);
	});

	test("refused: ranges that together exceed the file", async () => {
		const read = readWith(...["0", "1", "2"].map((offset) => ({ location: "w.bin", offset })));
		await expect(read).rejects.toThrow(/together take no more than the file/);
	});
});
