import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { storedBytes } from "../../test/support/synthetic.js";
import { tarOf } from "../../test/support/tar.js";
import { cifar100, loadCifar100Test, rowsHash } from "./cifar-100.js";
import { verifyFiles } from "./verify.js";

const COUNT = 300;
const ROW = 3074;
/** Row i: coarse label 7, fine label i mod 100, pixels that tell the row. */
const rows = Buffer.concat(
	Array.from({ length: COUNT }, (_, i) => Buffer.from([7, i % 100, ...Array<number>(3072).fill(i % 256)])),
);
const names = `${cifar100.classes.join("\n")}\n`;

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "limbeck-cifar-"));
});
afterEach(() => rm(folder, { recursive: true }));

interface Contents {
	readonly train?: Uint8Array;
	readonly test?: Uint8Array;
	readonly labels?: string;
}

async function pack({
	train = rows,
	test: held = rows.subarray(0, 100 * ROW),
	labels = names,
}: Contents): Promise<void> {
	const archive = tarOf([
		{ name: "cifar-100-binary/fine_label_names.txt", content: Buffer.from(labels) },
		{ name: "cifar-100-binary/test.bin", content: held },
		{ name: "cifar-100-binary/train.bin", content: train },
	]);
	await writeFile(join(folder, "cifar-100-binary.tar.gz"), gzipSync(archive));
}
const load = (): ReturnType<typeof cifar100.load> => cifar100.load({ directory: folder, validation: 100 });
const failure = (message: string): Error =>
	expect.objectContaining({ category: "data", message: expect.stringContaining(message) as unknown }) as Error;

describe("CIFAR-100's archive", () => {
	test("gives fine labels and whole images, every class alike in both splits", async () => {
		await pack({});
		const { train, validation } = await load();
		expect([train.count, validation.count]).toEqual([200, 100]);
		expect([...validation.labels].toSorted((a, b) => a - b)).toEqual([...Array(100).keys()]);
		for (const split of [train, validation]) {
			const pixels = storedBytes(split);
			for (const [at, label] of split.labels.entries()) {
				const image = pixels.subarray(3072 * at, 3072 * at + 3072);
				const row = [label, label + 100, label + 200].find((index) => index % 256 === image[0]);
				expect(row).toBeDefined();
				expect(image.every((pixel) => pixel === image[0])).toBe(true);
			}
		}
	});

	test("keeps the test images apart", async () => {
		await pack({ train: rows.subarray(0, 5 * ROW) });
		const held = await loadCifar100Test({ directory: folder });
		expect([...held.labels]).toEqual([...Array(100).keys()]);
		await expect(load()).rejects.toThrow(failure("expected samples of every class"));
	});

	test("is refused where it is not what it should be", async () => {
		await expect(load()).rejects.toThrow(failure("limbeck data get cifar-100"));
		await pack({ train: rows.subarray(1) });
		await expect(load()).rejects.toThrow(failure("train.bin of whole rows of 3074 bytes"));
		await pack({ labels: names.replace("apple", "pear") });
		await expect(load()).rejects.toThrow(failure("fine_label_names.txt"));
		const wrong = Buffer.from(rows);
		wrong[ROW + 1] = 100;
		await pack({ train: wrong });
		await expect(load()).rejects.toThrow(failure("labels below 100, got 100 at index 1"));
		expect(await verifyFiles(cifar100.download ?? [], folder)).toMatchObject([{ status: "wrong" }]);
	});

	test("rows have one hash in any order", () => {
		const two = [rows.subarray(0, ROW), rows.subarray(ROW, 2 * ROW)] as const;
		expect(rowsHash(Buffer.concat([two[1], two[0]]))).toBe(rowsHash(rows.subarray(0, 2 * ROW)));
		expect(rowsHash(rows.subarray(0, 3 * ROW))).not.toBe(rowsHash(rows.subarray(0, 2 * ROW)));
	});
});

const real = process.env["LIMBECK_TEST_DATA"];
describe.skipIf(real === undefined)("the real CIFAR-100, where LIMBECK_TEST_DATA has it", () => {
	test("45,000 train, 5,000 validate; mean and deviation are those of the training images", async () => {
		const data = await cifar100.load({ directory: real ?? "" });
		expect([data.train.count, data.validation.count]).toEqual([45_000, 5000]);
		const pixels = storedBytes(data.train);
		for (const channel of [0, 1, 2]) {
			let [sum, squares] = [0, 0];
			for (let at = 1024 * channel; at < pixels.length; at += 3072) {
				for (let i = at; i < at + 1024; i++) {
					const value = (pixels[i] ?? NaN) / 255;
					sum += value;
					squares += value * value;
				}
			}
			const count = pixels.length / 3;
			expect([data.normalization.mean].flat()[channel]).toBeCloseTo(sum / count, 5);
			expect([data.normalization.std].flat()[channel]).toBeCloseTo(Math.sqrt(squares / count - (sum / count) ** 2), 5);
		}
	});

	test("its archive is known by its images", async () => {
		expect(await verifyFiles(cifar100.download ?? [], `${real ?? ""}/cifar-100`)).toMatchObject([{ status: "ok" }]);
	});
});
