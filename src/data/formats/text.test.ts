import { describe, expect, test } from "vitest";
import type { ByteSource } from "./bytes.js";
import { textBytes } from "./text.js";

/** Bytes that come in pieces of one length. */
function sourceOf(bytes: Uint8Array, piece: number): ByteSource {
	async function* pieces(): AsyncGenerator<Uint8Array, void, undefined> {
		for (let at = 0; at < bytes.length; at += piece) yield await Promise.resolve(bytes.subarray(at, at + piece));
	}
	return { where: "t.csv", size: bytes.length, open: () => Promise.resolve(pieces()) };
}

async function textOf(bytes: Uint8Array, piece: number): Promise<string> {
	const parts: Uint8Array[] = [];
	for await (const part of textBytes(sourceOf(bytes, piece))) parts.push(part);
	return Buffer.concat(parts).toString("utf8");
}

const text = "label,größe\nMaus,1\n\u{1f42d},€\n";

describe("textBytes", () => {
	test.each([1, 2, 3, 5, 7, 1000])("UTF-8 and UTF-16 in pieces of %i bytes", async (piece) => {
		expect(await textOf(Buffer.from(text), piece)).toBe(text);
		expect(await textOf(Buffer.from(`\ufeff${text}`), piece)).toBe(text);
		expect(await textOf(Buffer.from(`\ufeff${text}`, "utf16le"), piece)).toBe(text);
		expect(await textOf(Buffer.from(`\ufeff${text}`, "utf16le").swap16(), piece)).toBe(text);
		expect(await textOf(new Uint8Array(), piece)).toBe("");
	});

	test.each([1, 4, 1000])("the place of the first byte that is none, in pieces of %i bytes", async (piece) => {
		const latin1 = Buffer.from("a,label\n1,Maus\n2,\xe4\xf6\n3,\xf6\n", "latin1");
		await expect(textOf(latin1, piece)).rejects.toThrow(
			/t\.csv: line 3, byte 3: expected text in UTF-8, got the byte 0xe4 \(byte 18 of the file\), which is "ä".*iconv/,
		);
		const cut = Buffer.from("a\n\u20ac").subarray(0, 4);
		await expect(textOf(cut, piece)).rejects.toThrow(/line 2, byte 1: .*0xe2/);
		const surrogate = Buffer.from([0x61, 0xed, 0xa0, 0x80, 0x0a]);
		await expect(textOf(surrogate, piece)).rejects.toThrow(/line 1, byte 2: .*0xed/);
		const withoutMark = Buffer.from("a,b\n", "utf16le");
		await expect(textOf(withoutMark, piece)).rejects.toThrow(/line 1, byte 2: .*NUL.*UTF-16LE/);
		const lone = Buffer.from("\ufeffa\ud800,\n", "utf16le");
		await expect(textOf(lone, piece)).rejects.toThrow(/UTF-16LE, as its byte order mark says/);
	});
});
