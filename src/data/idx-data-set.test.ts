import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { storedBytes } from "../../test/support/synthetic.js";
import { readMaybeGzip } from "./gzip.js";
import { loadMnistTest, mnist } from "./mnist.js";

const COUNT = 200;
const labels = Uint8Array.from({ length: COUNT }, (_, i) => i % 10);
const images = Uint8Array.from({ length: COUNT * 784 }, (_, i) => (i * 31) % 256);

function idx(dims: readonly number[], data: Uint8Array): Buffer {
	const header = Buffer.alloc(4 + 4 * dims.length);
	header.writeUInt32BE(0x0800 | dims.length);
	dims.forEach((dim, i) => header.writeUInt32BE(dim, 4 + 4 * i));
	return Buffer.concat([header, data]);
}

const imagesFile = idx([COUNT, 28, 28], images);
const labelsFile = idx([COUNT], labels);

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "limbeck-idx-"));
	await put("train-images-idx3-ubyte.gz", gzipSync(imagesFile));
	await put("train-labels-idx1-ubyte.gz", gzipSync(labelsFile));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (name: string, bytes: Uint8Array): Promise<void> => writeFile(join(folder, name), bytes);
const load = (validation = 50): ReturnType<typeof mnist.load> => mnist.load({ directory: folder, validation });
/** A LimbeckError of that category whose message has these parts, in this order. */
function failure(category: string, ...parts: readonly string[]): Error {
	const literal = (part: string): string => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
	const message: unknown = expect.stringMatching(parts.map(literal).join(".*"));
	return expect.objectContaining({ category, message }) as Error;
}

describe("a folder of IDX files", () => {
	test("splits the training images, every class alike, the same each time", async () => {
		const data = await load();
		expect([data.train.count, data.validation.count]).toEqual([150, 50]);
		expect(Array.from({ length: 10 }, (_, c) => data.validation.labels.filter((label) => label === c).length)).toEqual(
			Array<number>(10).fill(5),
		);
		const all = [...storedBytes(data.train).subarray(0, 784)].join();
		expect(Array.from({ length: COUNT }, (_, i) => images.subarray(784 * i, 784 * i + 784).join())).toContain(all);
		expect((await load()).fingerprint).toBe(data.fingerprint);
	});

	test("reads files that are not packed, under either spelling, and the test split", async () => {
		await put("t10k-images-idx3-ubyte", imagesFile);
		await put("t10k-labels.idx1-ubyte", labelsFile);
		const split = await loadMnistTest({ directory: folder });
		expect(split.count).toBe(COUNT);
		expect(Buffer.compare(storedBytes(split), images)).toBe(0);
		expect([...split.labels]).toEqual([...labels]);
	});

	test("finds a folder by the data set's name, and through LIMBECK_DATA", async () => {
		await mkdir(join(folder, "sub"));
		await expect(mnist.load({ env: { LIMBECK_DATA: folder }, validation: 50 })).resolves.toBeDefined();
		await expect(mnist.load({ directory: join(folder, "sub"), validation: 50 })).rejects.toThrow(
			failure("data", "train-images-idx3-ubyte.gz", join("sub", "mnist"), "limbeck data get mnist", "--folder FOLDER"),
		);
	});

	test.each([9, 191, 1000])("refuses %d of 200 samples for validation", async (validation) => {
		await expect(load(validation)).rejects.toThrow(failure("usage", "validation samples of mnist"));
	});

	test("names the file and the index of what is wrong", async () => {
		const putLabels = (data: Uint8Array): Promise<void> =>
			put("train-labels-idx1-ubyte.gz", gzipSync(idx([data.length], data)));
		await putLabels(labels.with(123, 10));
		await expect(load()).rejects.toThrow(failure("data", "train-labels-idx1-ubyte.gz", "10 at index 123"));
		await putLabels(labels.map((label) => (label === 7 ? 8 : label)));
		await expect(load()).rejects.toThrow(failure("data", "train-labels-idx1-ubyte.gz", "none of class 7"));
		await putLabels(labels.subarray(1));
		await expect(load()).rejects.toThrow(failure("data", "train-labels-idx1-ubyte.gz", "expected 200 labels", "199"));
		await put("train-images-idx3-ubyte.gz", gzipSync(idx([COUNT, 14, 56], images)));
		await expect(load()).rejects.toThrow(failure("data", "train-images-idx3-ubyte.gz", "28×28", "14×56"));
	});

	test("refuses truncated and damaged gzip", async () => {
		const packed = gzipSync(imagesFile);
		await put("train-images-idx3-ubyte.gz", packed.subarray(0, 500));
		await expect(load()).rejects.toThrow(failure("data", "train-images-idx3-ubyte.gz", "truncated"));
		packed.writeUInt32LE(0, packed.length - 8); // The checksum.
		await put("train-images-idx3-ubyte.gz", packed);
		await expect(load()).rejects.toThrow(failure("data", "train-images-idx3-ubyte.gz", "damaged"));
	});

	test("refuses contents beyond the bound, packed or not, and a file that it cannot read", async () => {
		const path = join(folder, "bomb");
		await put("bomb", gzipSync(Buffer.alloc(100_000)));
		await expect(readMaybeGzip(path, 100_000)).resolves.toHaveLength(100_000);
		await expect(readMaybeGzip(path, 99_999)).rejects.toThrow(failure("data", "bomb", "at most 99999 bytes"));
		await put("bomb", Buffer.alloc(101));
		await expect(readMaybeGzip(path, 100)).rejects.toThrow(failure("data", "bomb", "at most 100 bytes"));
		await expect(readMaybeGzip(folder, 2 ** 20)).rejects.toThrow(failure("file", folder));
	});
});
