/** Files of users' own data, made byte by byte. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import sharp from "sharp";
import { onTestFinished } from "vitest";
import { createDraws } from "./draws.js";

/** A folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-own-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	return folder;
}

/** A file in NumPy's format, version 1. */
export function npy(descr: string, dims: readonly number[], data: ArrayBufferView, order = "False"): Buffer {
	const shape = dims.length === 1 ? `${dims.join()},` : dims.join(", ");
	return npyOf(`{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }`, data);
}

/** A file in NumPy's format with any header. */
export function npyOf(header: string, data: ArrayBufferView, version = 1): Buffer {
	const text = Buffer.from(`${header}\n`, version === 3 ? "utf8" : "latin1");
	const length = Buffer.alloc(version === 1 ? 2 : 4);
	if (version === 1) length.writeUInt16LE(text.length);
	else length.writeUInt32LE(text.length);
	const start = Buffer.concat([Buffer.from("\x93NUMPY", "latin1"), Buffer.of(version, 0), length, text]);
	return Buffer.concat([start, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}

/** How a file lies in a zip archive, and what the archive says of it. */
export interface ZipOptions {
	readonly deflate?: boolean;
	/** The size that is claimed. */
	readonly claimed?: number;
}

/** A zip archive. */
export function zip(files: Readonly<Record<string, Buffer>>, { deflate = true, claimed }: ZipOptions = {}): Buffer {
	const locals: Buffer[] = [];
	const central: Buffer[] = [];
	let at = 0;
	for (const [name, content] of Object.entries(files)) {
		const packed = deflate ? deflateRawSync(content) : content;
		// Version, flags, method, time, date, CRC-32, sizes, length of the name, of the extra field.
		const common = Buffer.alloc(26);
		common.writeUInt16LE(20, 0);
		common.writeUInt16LE(deflate ? 8 : 0, 4);
		common.writeUInt32LE(crc32(content), 10);
		common.writeUInt32LE(packed.length, 14);
		common.writeUInt32LE(claimed ?? content.length, 18);
		common.writeUInt16LE(Buffer.byteLength(name), 22);
		const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), packed]);
		const rest = Buffer.alloc(14);
		rest.writeUInt32LE(at, 10);
		central.push(Buffer.concat([Buffer.from("PK\x01\x02"), Buffer.of(20, 0), common, rest, Buffer.from(name)]));
		locals.push(local);
		at += local.length;
	}
	const directory = Buffer.concat(central);
	const end = Buffer.alloc(22);
	end.write("PK\x05\x06", "latin1");
	end.writeUInt16LE(central.length, 8);
	end.writeUInt16LE(central.length, 10);
	end.writeUInt32LE(directory.length, 12);
	end.writeUInt32LE(at, 16);
	return Buffer.concat([...locals, directory, end]);
}

const draws = createDraws(5, "pictures");

/** Writes so many grey pictures of 8 × 8 into a folder. */
export async function pictures(folder: string, count = 12): Promise<void> {
	await mkdir(folder, { recursive: true });
	for (let k = 0; k < count; k++) {
		const raw = { width: 8, height: 8, channels: 1 } as const;
		const pixels = Uint8Array.from(draws.reals(64, 0, 255));
		await sharp(pixels, { raw })
			.png()
			.toFile(join(folder, `${String(k)}.png`));
	}
}
