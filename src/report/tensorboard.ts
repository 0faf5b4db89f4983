/**
 * The curves of a run as event files, which TensorBoard (2.21 was tried) reads: a folder for each network and seed.
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { CurveLine } from "../pipeline/training-lines.js";

/** What a curve is called there, and its value in a line. */
const scalars = {
	loss: (line) => (line.kind === "progress" ? line.loss : undefined),
	"validation/errors": (line) => (line.kind === "validation" ? line.errors : undefined),
	"validation/KL to the teacher": (line) => (line.kind === "validation" ? line.klToTeacher : undefined),
} as const satisfies Readonly<Record<string, (line: CurveLine) => number | undefined>>;

/** A folder's event file. */
export interface EventFile {
	/** The network, and of several seeds which. */
	readonly folder: string;
	readonly name: string;
	readonly bytes: Uint8Array;
}

/**
 * The event files of a run's `metrics.jsonl`.
 *
 * @param created - ISO 8601 time of the run's end, which all events bear: lines have steps, and no time of day.
 */
export function eventFiles(metrics: readonly CurveLine[], created: string): readonly EventFile[] {
	const wallTime = Date.parse(created) / 1000;
	const several = new Set(metrics.map(({ seed }) => seed)).size > 1;
	return [...new Set(metrics.map((line) => folderOf(line, several)))].map((folder) => ({
		folder,
		name: `events.out.tfevents.${String(Math.floor(wallTime))}.limbeck`,
		bytes: fileOf(
			metrics.filter((line) => folderOf(line, several) === folder),
			wallTime,
		),
	}));
}

/** A name that is a folder's and no path, whatever the line says. */
function folderOf({ seed, role, member, network }: CurveLine, several: boolean): string {
	const parts = [...(several ? [`seed ${String(seed)}`] : []), network ?? role ?? "network", member ?? ""];
	return parts
		.filter((part) => part !== "")
		.join("-")
		.replaceAll(/[^\w-]+/g, "-");
}

function fileOf(lines: readonly CurveLine[], wallTime: number): Uint8Array {
	const events = lines.flatMap((line) =>
		Object.entries(scalars).flatMap(([tag, valueIn]) => {
			const value = valueIn(line);
			return value === undefined ? [] : [scalar(wallTime, line.step, tag, value)];
		}),
	);
	return Buffer.concat([header(wallTime), ...events].map(framed));
}

/** Fields of tensorflow.Event, tensorflow.Summary and its Value, by their numbers in event.proto and summary.proto. */
const field = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, value: 1, tag: 1, simpleValue: 2 } as const;

function header(wallTime: number): Uint8Array {
	const writer = new BinaryWriter();
	writer.tag(field.wallTime, WireType.Bit64).double(wallTime);
	writer.tag(field.fileVersion, WireType.LengthDelimited).string("brain.Event:2");
	return writer.finish();
}

function scalar(wallTime: number, step: number, tag: string, value: number): Uint8Array {
	const one = new BinaryWriter();
	one.tag(field.tag, WireType.LengthDelimited).string(tag);
	one.tag(field.simpleValue, WireType.Bit32).float(value);
	const summary = new BinaryWriter();
	summary.tag(field.value, WireType.LengthDelimited).bytes(one.finish());
	const event = new BinaryWriter();
	event.tag(field.wallTime, WireType.Bit64).double(wallTime);
	event.tag(field.step, WireType.Varint).int64(Math.round(step));
	event.tag(field.summary, WireType.LengthDelimited).bytes(summary.finish());
	return event.finish();
}

/** A record of a TFRecord file: its length, the length's checksum, the data, their checksum. */
function framed(data: Uint8Array): Buffer {
	const out = Buffer.alloc(data.length + 16);
	out.writeBigUInt64LE(BigInt(data.length), 0);
	out.writeUInt32LE(maskedChecksum(out.subarray(0, 8)), 8);
	out.set(data, 12);
	out.writeUInt32LE(maskedChecksum(data), 12 + data.length);
	return out;
}

/** As TensorFlow stores a CRC, so that one over data that hold CRCs stays a good one. */
function maskedChecksum(data: Uint8Array): number {
	const crc = crc32c(data);
	return (((crc >>> 15) | (crc << 17)) + 0xa282_ead8) >>> 0;
}

/** CRC-32C, the polynomial of Castagnoli 1993, which node:zlib does not have. */
function crc32c(data: Uint8Array): number {
	let crc = 0xffff_ffff;
	for (const byte of data) crc = (crc >>> 8) ^ (castagnoli[(crc ^ byte) & 0xff] ?? 0);
	return ~crc >>> 0;
}

const castagnoli = Uint32Array.from({ length: 256 }, (_, byte) => {
	let crc = byte;
	for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
	return crc;
});
