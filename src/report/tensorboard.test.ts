import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { expect, test } from "vitest";
import { eventFiles } from "./tensorboard.js";

/** CRC-32C bit by bit, as RFC 3720 has it, and TensorFlow's mask over it. */
function maskedChecksum(bytes: Uint8Array): number {
	let crc = 0xffff_ffffn;
	for (const byte of bytes) {
		crc ^= BigInt(byte);
		for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f6_3b78n : crc >> 1n;
	}
	crc ^= 0xffff_ffffn;
	return Number((((crc >> 15n) | (crc << 17n)) + 0xa282_ead8n) & 0xffff_ffffn);
}

/** The records of a TFRecord file, their checksums checked. */
function recordsIn(file: Uint8Array): readonly Uint8Array[] {
	const bytes = Buffer.from(file);
	const records: Uint8Array[] = [];
	for (let at = 0; at < bytes.length; ) {
		const length = Number(bytes.readBigUInt64LE(at));
		expect(bytes.readUInt32LE(at + 8)).toBe(maskedChecksum(bytes.subarray(at, at + 8)));
		const data = bytes.subarray(at + 12, at + 12 + length);
		expect(bytes.readUInt32LE(at + 12 + length)).toBe(maskedChecksum(data));
		records.push(data);
		at += length + 16;
	}
	return records;
}

/** A message's fields by their numbers. */
function fieldsIn(bytes: Uint8Array): ReadonlyMap<number, unknown> {
	const reader = new BinaryReader(bytes);
	const kinds: Readonly<Record<number, () => unknown>> = {
		[WireType.Varint]: () => Number(reader.int64()),
		[WireType.Bit64]: () => reader.double(),
		[WireType.LengthDelimited]: () => reader.bytes(),
		[WireType.Bit32]: () => reader.float(),
	};
	const fields = new Map<number, unknown>();
	while (reader.pos < reader.len) {
		const [number, wire] = reader.tag();
		fields.set(number, kinds[wire]?.());
	}
	return fields;
}

const inner = (fields: ReadonlyMap<number, unknown>, number: number): ReadonlyMap<number, unknown> =>
	fieldsIn(fields.get(number) as Uint8Array);

test("event files hold the curves of each network, in folders whose names lead nowhere", () => {
	const files = eventFiles(
		[
			{ kind: "progress", seed: 1, role: "teacher", step: 10, steps: 100, epoch: 0.5, loss: 0.25 },
			{ kind: "validation", seed: 1, role: "teacher", step: 300, epoch: 1, errors: 42, klToTeacher: 0.5 },
			{ kind: "progress", seed: 2, role: "../../etc", member: 3, step: 20, steps: 100, epoch: 1, loss: 2 },
		],
		"2026-11-27T12:00:00.000Z",
	);
	expect(files.map(({ folder }) => folder)).toEqual(["seed-1-teacher", "seed-2--etc-3"]);
	const [teacher] = files;
	expect(teacher?.name).toBe("events.out.tfevents.1795780800.limbeck");
	// As every event file of TensorFlow's begins: 24 bytes of header, and their checksum.
	expect(Buffer.from(teacher?.bytes.subarray(0, 12) ?? []).toString("hex")).toBe("1800000000000000a37f4b22");
	const [header, ...events] = recordsIn(teacher?.bytes ?? new Uint8Array()).map(fieldsIn);
	expect(Buffer.from(header?.get(3) as Uint8Array).toString()).toBe("brain.Event:2");
	const told = events.map((event) => {
		const value = inner(inner(event, 5), 1);
		return [event.get(1), event.get(2), Buffer.from(value.get(1) as Uint8Array).toString(), value.get(2)];
	});
	expect(told).toEqual([
		[1_795_780_800, 10, "loss", 0.25],
		[1_795_780_800, 300, "validation/errors", 42],
		[1_795_780_800, 300, "validation/KL to the teacher", 0.5],
	]);
});
