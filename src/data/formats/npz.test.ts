import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { npy, temporaryFolder, zip } from "../../../test/support/own-data.js";
import { openNpy } from "./npy.js";
import { type Npz, openNpz } from "./npz.js";

const x = npy("|u1", [3], Uint8Array.of(7, 8, 9));

async function opened(bytes: Buffer): Promise<Npz> {
	const path = join(await temporaryFolder(), "arrays.npz");
	await writeFile(path, bytes);
	const archive = await openNpz(path);
	onTestFinished(() => {
		archive.close();
	});
	return archive;
}

async function readX(archive: Npz): Promise<readonly number[]> {
	const read: number[] = [];
	for await (const { bytes } of (await openNpy(archive.array("x"))).rows()) read.push(...bytes);
	return read;
}

describe("openNpz", () => {
	test.each([true, false])("reads arrays, deflated: %s", async (deflate) => {
		const archive = await opened(
			zip({ "x.npy": x, "notes.txt": Buffer.from("not an array"), "y.npy": x }, { deflate }),
		);
		expect(archive.names).toEqual(["x", "y"]);
		expect(await readX(archive)).toEqual([7, 8, 9]);
		expect(await readX(archive)).toEqual([7, 8, 9]);
		expect(() => archive.array("z")).toThrow(/an array named z.*got arrays x, y/);
	});

	test("what is not a zip archive", async () => {
		await expect(opened(x)).rejects.toMatchObject({
			category: "data",
			expected: expect.stringContaining("zip") as string,
		});
	});

	test.each([
		["a truncated archive", (bytes: Buffer) => bytes.subarray(0, bytes.length - 10)],
		[
			"a path out of the archive",
			(bytes: Buffer) => Buffer.from(bytes.toString("latin1").replaceAll("x.npy", "../xy"), "latin1"),
		],
	])("%s", async (_, spoil) => {
		await expect(opened(spoil(zip({ "x.npy": x })))).rejects.toMatchObject({ category: "data" });
	});

	test("a bomb: a claim that deflate cannot keep", async () => {
		const archive = await opened(zip({ "x.npy": x }, { claimed: 2 ** 31 }));
		expect(() => archive.array("x")).toThrow(/a size that deflate can reach/);
	});

	test.each([x.length - 1, x.length + 1])("a claim of %i bytes where there are others", async (claimed) => {
		await expect(opened(zip({ "x.npy": x }, { claimed })).then(readX)).rejects.toMatchObject({ category: "data" });
	});

	test("damaged contents", async () => {
		const bytes = zip({ "x.npy": x });
		bytes.fill(0xff, 40, 60);
		await expect(opened(bytes).then(readX)).rejects.toMatchObject({ category: "data" });
	});
});
