import { isUtf8 } from "node:buffer";
import { LimbeckError } from "../../errors.js";
import { fromHalf } from "../../onnx/half.js";

/** Elements as JavaScript holds them. */
export type Elements = ArrayLike<number> | ArrayLike<bigint> | ArrayLike<string>;

/** How elements of one type lie in a file. */
export interface ElementType {
	/** NumPy's name: `<f4`. */
	readonly name: string;
	readonly kind: "number" | "text";
	/** Bytes of one element. */
	readonly bytes: number;
	/** The elements of a block; its memory is aligned to 8 bytes and may be shared with the result. */
	read(block: Uint8Array<ArrayBuffer>): Elements;
}

type Reader = ElementType["read"];

/** Numbers by NumPy's kind and size. Typed arrays are little-endian wherever Node runs. */
const numbers: Readonly<Record<string, Reader>> = {
	b1: (block) => block,
	i1: ({ buffer }) => new Int8Array(buffer),
	i2: ({ buffer }) => new Int16Array(buffer),
	i4: ({ buffer }) => new Int32Array(buffer),
	i8: ({ buffer }) => new BigInt64Array(buffer),
	u1: (block) => block,
	u2: ({ buffer }) => new Uint16Array(buffer),
	u4: ({ buffer }) => new Uint32Array(buffer),
	u8: ({ buffer }) => new BigUint64Array(buffer),
	f2: ({ buffer }) => Float32Array.from(new Uint16Array(buffer), fromHalf),
	f4: ({ buffer }) => new Float32Array(buffer),
	f8: ({ buffer }) => new Float64Array(buffer),
};

/** Text of a fixed length, padded with NUL, by NumPy's kind: bytes, or code points of 4 bytes. `undefined`: no text. */
const texts: Readonly<
	Record<string, { readonly unit: number; readonly read: (element: Uint8Array) => string | undefined }>
> = {
	S: { unit: 1, read: (element) => (isUtf8(element) ? Buffer.from(element).toString("utf8") : undefined) },
	U: {
		unit: 4,
		read: (element) => {
			const points = new Uint32Array(element.slice().buffer);
			return points.every(isCharacter)
				? Array.from(points, (point) => String.fromCodePoint(point)).join("")
				: undefined;
		},
	},
};

/** Whether a code point is a character, not half of one. */
const isCharacter = (point: number): boolean => point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);

/** What to do with elements of kinds that we do not read, by NumPy's letter. */
const advice: Readonly<Partial<Record<string, string>>> = {
	O: "Python objects would run code when read: store numbers, or for labels text of a fixed length: array.astype(str).",
	c: "Store real and imaginary parts as numbers: numpy.stack([array.real, array.imag], -1).",
	f: 'Store it with array.astype("float64").',
	M: 'Store dates as numbers: array.astype("int64").',
	m: 'Store times as numbers: array.astype("int64").',
	V: "Store each of its fields as an array of its own.",
};

/** The longest text that a label may be, in characters. */
const longestText = 4096;

/**
 * The type that an array's header names.
 *
 * @throws LimbeckError `data` for a type that we do not read.
 */
export function elementType(descr: string, where: string): ElementType {
	const [, order = "", kind = "", digits = ""] = /^([<>|=])([a-zA-Z])(\d*)(?:\[.*\])?$/.exec(descr) ?? [];
	const read = numbers[`${kind}${digits}`];
	if (read !== undefined) {
		const bytes = Number(digits);
		return { name: descr, kind: "number", bytes, read: order === ">" ? (block) => read(swapped(block, bytes)) : read };
	}
	const text = texts[kind];
	const length = Number(digits);
	if (text === undefined || length < 1 || length > longestText) {
		throw new LimbeckError("data", {
			where,
			expected: `elements of type ${Object.keys(numbers).join(", ")}, or text for labels`,
			got: JSON.stringify(descr),
			...(advice[kind] === undefined ? {} : { hint: advice[kind] }),
		});
	}
	const bytes = length * text.unit;
	const readText = (block: Uint8Array<ArrayBuffer>): readonly string[] =>
		Array.from({ length: block.length / bytes }, (_, i) => {
			const element = text.read(block.subarray(i * bytes, (i + 1) * bytes));
			return element === undefined ? noText(where) : withoutPadding(element);
		});
	const swaps = order === ">" && text.unit > 1;
	return {
		name: descr,
		kind: "text",
		bytes,
		read: swaps ? (block) => readText(swapped(block, text.unit)) : readText,
	};
}

/** Numbers of so many bytes with their bytes turned round, in memory of its own. */
function swapped(block: Uint8Array<ArrayBuffer>, bytes: number): Uint8Array<ArrayBuffer> {
	const out = block.slice();
	for (let at = 0; at < out.length; at += bytes) out.subarray(at, at + bytes).reverse();
	return out;
}

function noText(where: string): never {
	throw new LimbeckError("data", {
		where,
		expected: "text in UTF-8, or of whole characters",
		got: "other bytes",
		hint: 'Decode it from its encoding before it is stored: numpy.char.decode(array, "latin-1").',
	});
}

function withoutPadding(text: string): string {
	let end = text.length;
	while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
	return text.slice(0, end);
}
