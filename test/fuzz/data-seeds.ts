/** Small files of every format that data come in. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteFile } from "hyparquet-writer";
import sharp from "sharp";
import { cifar100 } from "../../src/data/cifar-100.js";
import { openTargets } from "../../src/targets/store.js";
import { npy, npyOf, zip } from "../support/own-data.js";
import { bmp, tiff } from "../support/picture-files.js";
import { tarOf } from "../support/tar.js";

const rows = 24;
const classNames = ["a", "b", "c"];
const labelOf = (row: number): string => classNames[row % classNames.length] ?? "";
const perRow = <T>(value: (row: number) => T): T[] => Array.from({ length: rows }, (_, row) => value(row));

const features = npy(
	"<f4",
	[rows, 2],
	Float32Array.from({ length: 2 * rows }, (_, i) => i / 8),
);
const labels = npy(
	"|u1",
	[rows],
	Uint8Array.from({ length: rows }, (_, row) => row % classNames.length),
);
const names = npy("<U1", [rows], Uint32Array.from(perRow((row) => labelOf(row).charCodeAt(0))));

export const npySeeds: readonly Uint8Array[] = [
	...[features, labels, names],
	npy("|u1", [rows, 2, 3], new Uint8Array(rows * 6)),
	npy("<f2", [3], new Uint16Array(3)),
	npy("<i8", [2, 1], new BigInt64Array(2)),
	npy("|S3", [2], Buffer.from("abcdef")),
	npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", new Float32Array(1), 3),
	npyOf("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", new Float32Array(1), 2),
];

export const npzSeeds: readonly Uint8Array[] = [
	zip({ "x.npy": features, "y.npy": names }),
	zip({ "x.npy": features, "y.npy": labels }, { deflate: false }),
	zip({ "x.npy": features, "y.npy": labels }, { claimed: 2 ** 31 }),
	zip({ "../x.npy": features, "y.npy": labels }),
];

export const csvSeeds: readonly Uint8Array[] = [
	["p,q,label", ...perRow((row) => `${row},${row / 4},${labelOf(row)}`), ""].join("\n"),
	['"p","q","label"', ...perRow((row) => `"${row}",1e3,"${labelOf(row)}, ""quoted"""`)].join("\r\n"),
	`p,label\n${'"'.repeat(9)}`,
	"\uFEFFp,q,label\n\n1,2,a",
].map((text) => Buffer.from(text));

/** The bytes of a file that `write` makes in a folder, whose path in there it answers. */
export async function written(write: (folder: string) => Promise<string> | string): Promise<Uint8Array> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-seed-"));
	try {
		return await readFile(join(folder, await write(folder)));
	} finally {
		await rm(folder, { recursive: true });
	}
}

type Columns = Parameters<typeof parquetWriteFile>[0]["columnData"];

function parquetFile(columnData: Columns): Promise<Uint8Array> {
	return written((folder) => {
		parquetWriteFile({ filename: join(folder, "table"), columnData, rowGroupSize: 16 });
		return "table";
	});
}

export const parquetSeeds = (): Promise<readonly Uint8Array[]> =>
	Promise.all([
		parquetFile([
			{ name: "p", data: perRow((row) => row / 4), type: "DOUBLE" },
			{ name: "q", data: perRow(BigInt), type: "INT64" },
			{ name: "label", data: perRow(labelOf), type: "STRING" },
		]),
		parquetFile([
			{ name: "p", data: perRow((row) => row % 2 === 0), type: "BOOLEAN" },
			{ name: "label", data: perRow((row) => row % 3), type: "INT32" },
		]),
		parquetFile([
			{ name: "p", data: perRow(() => 7), type: "INT32" },
			{ name: "label", data: perRow((row) => (row === 5 ? null : labelOf(row))), type: "STRING" },
		]),
	]);

const idxHeader = (...words: readonly number[]): Buffer => {
	const header = Buffer.alloc(4 * words.length);
	for (const [at, word] of words.entries()) header.writeUInt32BE(word, 4 * at);
	return header;
};
const images = Buffer.concat([idxHeader(0x803, 2, 28, 28), Buffer.alloc(2 * 28 * 28, 7)]);
const digits = Buffer.concat([idxHeader(0x801, 2), Buffer.of(3, 9)]);

export const idxSeeds: readonly Uint8Array[] = [images, digits, gzipSync(images), gzipSync(digits)];

export const gzipSeeds: readonly Uint8Array[] = [
	gzipSync(images),
	gzipSync(Buffer.from("text")),
	Buffer.concat([gzipSync("one"), gzipSync("two")]),
	gzipSync(Buffer.alloc(2 ** 20)),
	Buffer.from("not packed"),
];

const tars: readonly Uint8Array[] = [
	tarOf([
		{ name: "data/", type: "5" },
		{ name: "data/first.bin", content: Buffer.alloc(700, 1) },
		{ name: "../escape", content: Buffer.from("x") },
		{ name: "/absolute", content: Buffer.from("x") },
		{ name: "data/link", type: "2" },
		{ name: "./data/last.bin", content: Buffer.alloc(512, 2) },
	]),
	tarOf([
		{ name: "long", type: "L", content: Buffer.from("data/first.bin\0") },
		{ name: "far.bin", prefix: "data/deep", content: Buffer.of(1, 2, 3) },
		{ name: "bomb", size: "77777777777" },
	]),
];
export const tarSeeds: readonly Uint8Array[] = [...tars, ...tars.map((tar) => gzipSync(tar))];

const cifarRow = (row: number): Buffer => Buffer.concat([Buffer.of(row % 20, row % 100), Buffer.alloc(3072, row)]);
const cifarTar = tarOf([
	{ name: "cifar-100-binary/fine_label_names.txt", content: Buffer.from(`${cifar100.classes.join("\n")}\n`) },
	{ name: "cifar-100-binary/train.bin", content: Buffer.concat([0, 1, 2].map(cifarRow)) },
]);
export const cifarSeeds: readonly Uint8Array[] = [cifarTar, gzipSync(cifarTar)];

export async function imageSeeds(): Promise<readonly Uint8Array[]> {
	const pixels = Buffer.from(Uint8Array.from({ length: 12 * 10 * 3 }, (_, i) => (i * 37) % 256));
	const picture = sharp(pixels, { raw: { width: 12, height: 10, channels: 3 } });
	const formats = ["png", "jpeg", "webp", "gif", "tiff"] as const;
	const encoded = await Promise.all(formats.map((format) => picture.clone().toFormat(format).toBuffer()));
	const pair = { width: 2, height: 2 } as const;
	const palette = [
		[1, 2, 3],
		[4, 5, 6],
	] as const;
	return [
		...encoded,
		bmp({ ...pair, bits: 24, pixels: [...pixels.subarray(0, 16)] }),
		bmp({ ...pair, bits: 8, palette, pixels: [0, 1, 0, 0, 1, 1, 0, 0] }),
		bmp({ ...pair, bits: 8, compression: 1, palette, pixels: [2, 1, 0, 0, 0, 2, 1, 0, 0, 3, 0, 1, 0, 0, 0, 1] }),
		bmp({ ...pair, bits: 4, compression: 2, palette, pixels: [2, 0x10, 0, 0, 0, 1] }),
		bmp({ ...pair, bits: 16, compression: 3, masks: [0xf800, 0x7e0, 0x1f], pixels: [1, 2, 3, 4, 5, 6, 7, 8] }),
		tiff(2, 1, "float", Float32Array.of(0, 0.5, 1, 0.25)),
		tiff(2, 1, "signed", Int16Array.of(-5, 5, 1, 2)),
		tiff(1, 4, "unsigned", Uint8Array.of(1, 2, 3, 4), 0),
	];
}

const request = { teacher: "t", handling: null, data: { fingerprint: "f", split: "train" }, views: { transforms: [] } };

/** What stored answers are asked for; three classes, so that every form has rows. */
export const storedForm = { ...request, precision: "float32", count: 5, classes: 3, viewCount: 1 } as const;

/** A file of stored answers. */
export function storedSeed(): Promise<Uint8Array> {
	return written(async (folder) => {
		const ask = (_: number, first: number, count: number): Promise<Float32Array> =>
			Promise.resolve(Float32Array.from({ length: 3 * count }, (__, i) => first + i / 4));
		const targets = await openTargets({ ...storedForm, folder, ask });
		targets.close();
		return join(targets.key, "view-0.targets");
	});
}

const targetRows = [
	[0.5, 0.25, 0.25],
	[1, 0, 0],
	[0.1, 0.2, 0.7],
];

/** Soft targets for three samples of three classes. */
export const jsonlSeeds: readonly Uint8Array[] = [
	targetRows.map((probabilities, id) => ({ id, probabilities })),
	targetRows.map((logits) => ({ logits })),
	targetRows.map((values, id) => ({ ids: id, indices: [0, 1, 2], values })),
	[{ id: 0, logits: [1, 2, 3], constructor: 1, __proto__: { id: 1 } }],
].map((lines) => Buffer.from(lines.map((line) => JSON.stringify(line)).join("\n")));

export const targetNpzSeeds: readonly Uint8Array[] = [
	zip({ "probabilities.npy": npy("<f8", [3, 3], Float64Array.from(targetRows.flat())) }),
	zip({
		"ids.npy": npy("<i8", [3], BigInt64Array.of(2n, 1n, 0n)),
		"logits.npy": npy("<f4", [3, 3], Float32Array.from(targetRows.flat())),
	}),
	zip({
		"indices.npy": npy("<i4", [3, 2], Int32Array.of(0, 1, 1, 2, 0, 2)),
		"values.npy": npy("<f2", [3, 2], new Uint16Array(6)),
	}),
];

export const targetParquetSeeds = (): Promise<readonly Uint8Array[]> =>
	Promise.all([
		parquetFile([{ name: "logits", data: targetRows }]),
		parquetFile([
			{ name: "id", data: [0n, 1n, 2n], type: "INT64" },
			{ name: "probabilities", data: targetRows },
		]),
	]);
