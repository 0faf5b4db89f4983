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

/** Text of a fixed length, padded with NUL, by NumPy's kind: bytes, or code points of 4 bytes. */
const texts: Readonly<Record<string, { readonly unit: number; readonly read: (element: Uint8Array) => string }>> = {
	S: { unit: 1, read: (element) => Buffer.from(element).toString("utf8") },
	U: {
		unit: 4,
		read: (element) => {
			const points = new Uint32Array(element.slice().buffer);
			return Array.from(points, (point) => String.fromCodePoint(point > 0x10ffff ? 0xfffd : point)).join("");
		},
	},
};

/** The longest text that a label may be, in characters. */
const longestText = 4096;

/**
 * The type that an array's header names.
 *
 * @throws LimbeckError `data` for a type that we do not read.
 */
export function elementType(descr: string, where: string): ElementType {
	const [, order = "", kind = "", digits = ""] = /^([<>|=])([a-zA-Z])(\d*)$/.exec(descr) ?? [];
	const read = numbers[`${kind}${digits}`];
	if (order === ">" && digits !== "1") {
		throw refused(descr, where, 'Store it with array.astype(array.dtype.newbyteorder("<")).');
	}
	if (read !== undefined) return { name: descr, kind: "number", bytes: Number(digits), read };
	const text = texts[kind];
	const length = Number(digits);
	if (text === undefined || length < 1 || length > longestText) {
		const hint = kind === "O" ? "Python objects would run code when read: store numbers." : undefined;
		throw refused(descr, where, hint);
	}
	const bytes = length * text.unit;
	return {
		name: descr,
		kind: "text",
		bytes,
		read: (block) =>
			Array.from({ length: block.length / bytes }, (_, i) =>
				withoutPadding(text.read(block.subarray(i * bytes, (i + 1) * bytes))),
			),
	};
}

function refused(descr: string, where: string, hint: string | undefined): LimbeckError {
	return new LimbeckError("data", {
		where,
		expected: `elements of type ${Object.keys(numbers).join(", ")}, or text for labels`,
		got: JSON.stringify(descr),
		...(hint === undefined ? {} : { hint }),
	});
}

function withoutPadding(text: string): string {
	let end = text.length;
	while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
	return text.slice(0, end);
}
