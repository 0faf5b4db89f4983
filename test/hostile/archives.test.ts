/** Archives that would write elsewhere or fill memory (S4). We write nothing that an archive names, so nothing can escape. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openNpy } from "../../src/data/formats/npy.js";
import { openNpz } from "../../src/data/formats/npz.js";
import { readMaybeGzip } from "../../src/data/gzip.js";
import { readTarMembers } from "../../src/data/tar.js";
import { npy, temporaryFolder, zip } from "../support/own-data.js";
import { type TarMember, tarOf } from "../support/tar.js";

const slips = [
	...["../escape", "../../escape", "a/../../escape", "/etc/escape", "C:\\escape", "..\\escape", "\\\\host\\escape"],
	...["a/..\\..\\escape", "escape\0.bin", "./../escape", "//escape", "~/escape", "%2e%2e/escape", "．．/escape", ".."],
] as const;

/** A folder in a folder: what is in either after `work`, as paths. */
async function filesAfter(name: string, bytes: Uint8Array, work: (path: string) => Promise<unknown>): Promise<unknown> {
	const outside = await temporaryFolder();
	const inside = join(outside, "inside");
	await mkdir(inside);
	const path = join(inside, name);
	await writeFile(path, bytes);
	await work(path).catch(() => undefined);
	return (await readdir(outside, { recursive: true })).toSorted();
}

describe("names that lead out of the folder", () => {
	const wanted = { name: "wanted", content: Buffer.from("wanted") };
	const types = ["0", "1", "2", "3", "5", "6", "L", "x"];

	test.each(slips)("tar: %j", async (name) => {
		const members: readonly TarMember[] = types.map((type) => ({ name, type, content: Buffer.from("x") }));
		const files = await filesAfter("a.tar", tarOf([...members, wanted]), async (path) => {
			const read = await readTarMembers(path, new Map([["wanted", 10]]));
			expect([...read]).toEqual([["wanted", new Uint8Array(wanted.content)]]);
		});
		expect(files).toEqual(["inside", "inside/a.tar"]);
	});

	test.each(slips)("zip: %j", async (name) => {
		const x = npy("|u1", [1], Uint8Array.of(7));
		const files = await filesAfter("a.npz", zip({ [`${name}.npy`]: x, "x.npy": x }), async (path) => {
			const archive = await openNpz(path);
			try {
				for (const one of archive.names) await openNpy(archive.array(one));
			} finally {
				archive.close();
			}
		});
		expect(files).toEqual(["inside", "inside/a.npz"]);
	});
});

/** The error of reading a file of these bytes, and the array memory that reading took. */
async function refusal(name: string, bytes: Uint8Array, read: (path: string) => Promise<unknown>): Promise<unknown> {
	const path = join(await temporaryFolder(), name);
	await writeFile(path, bytes);
	return read(path).then(
		() => "read",
		(error: unknown) => error,
	);
}

describe("bombs of 1000:1", () => {
	const mebibytes = (count: number): Buffer => Buffer.alloc(count * 2 ** 20);
	const tooMuch = expect.objectContaining({ name: "LimbeckError", category: "data" }) as Error;

	test("gzip: refused when it exceeds the bound, not when all is in memory", async () => {
		const bomb = gzipSync(mebibytes(64), { level: 9 });
		expect(bomb.length * 1000).toBeLessThan(64 * 2 ** 20);
		expect(await refusal("a.gz", bomb, (path) => readMaybeGzip(path, 2 ** 20))).toEqual(tooMuch);
	});

	test("gzip in gzip is not opened twice", async () => {
		const inner = gzipSync(mebibytes(1));
		const path = join(await temporaryFolder(), "a.gz");
		await writeFile(path, gzipSync(inner));
		expect(Buffer.compare(await readMaybeGzip(path), inner)).toBe(0);
	});

	test("tar: a member that claims more than it may is refused by its header", async () => {
		const bomb = gzipSync(tarOf([{ name: "wanted", content: mebibytes(16) }]));
		expect(await refusal("a.tgz", bomb, (path) => readTarMembers(path, new Map([["wanted", 1000]])))).toEqual(tooMuch);
	});

	test("tar: other members are not passed over without end", async () => {
		const claims = tarOf([{ name: "other", size: "77777777777" }]);
		const error = await refusal("a.tar", claims, (path) => readTarMembers(path, new Map([["wanted", 1000]])));
		expect(error).toEqual(expect.objectContaining({ expected: "at most 1073741824 bytes of other members" }));
	});

	test("npz: a large array out of next to nothing is refused before it is unpacked", async () => {
		const zeros = mebibytes(64);
		const bomb = zip({ "x.npy": npy("|u1", [zeros.length], zeros) });
		expect(bomb.length * 900).toBeLessThan(zeros.length);
		const error = await refusal("a.npz", bomb, async (path) => {
			const archive = await openNpz(path);
			try {
				archive.array("x");
			} finally {
				archive.close();
			}
		});
		expect(error).toEqual(
			expect.objectContaining({ category: "data", hint: expect.stringContaining("numpy.savez") as string }),
		);
	});
});
