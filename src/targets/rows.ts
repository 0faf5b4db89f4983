/** How one answer is kept: full or top-k, in float16 or float32. */
import { halfTable, largestHalf, toHalf } from "../onnx/half.js";
import type { Memory } from "./memory.js";
import type { TargetForm, Targets } from "./targets.js";

/** The rows of one form. */
export interface RowCodec {
	readonly kind: Targets["kind"];
	/** Of one row; a multiple of four. */
	readonly rowBytes: number;
	/** The largest magnitude of a logit that it can keep. */
	readonly largest: number;
	/** Whether what is read is what was written, bit for bit. */
	readonly exact: boolean;
	/** Writes the row of `[classes]` logits that begin at `from`, to byte `at`. */
	readonly encode: (logits: Float32Array, from: number, memory: Memory, at: number) => void;
	/** Reads the row at byte `at` into `[classes]` values that begin at `to`. */
	readonly decode: (memory: Memory, at: number, out: Float32Array, to: number) => void;
}

/** How numbers of one precision lie in memory. */
interface Numbers {
	readonly bytes: number;
	readonly largest: number;
	readonly exact: boolean;
	/** Writes `length` values that begin at `from`, to byte `at`. */
	readonly write: (values: Float32Array, from: number, length: number, memory: Memory, at: number) => void;
	readonly read: (memory: Memory, at: number, length: number, out: Float32Array, to: number) => void;
}

const precisions: Readonly<Record<TargetForm["precision"], () => Numbers>> = {
	float32: () => ({
		bytes: 4,
		largest: 3.5e38,
		exact: true,
		write(values, from, length, { floats }, at) {
			floats.set(values.subarray(from, from + length), at / 4);
		},
		read({ floats }, at, length, out, to) {
			out.set(floats.subarray(at / 4, at / 4 + length), to);
		},
	}),
	float16: () => {
		const table = halfTable();
		return {
			bytes: 2,
			largest: largestHalf,
			exact: false,
			write(values, from, length, { halves }, at) {
				const first = at / 2;
				for (let i = 0; i < length; i++) halves[first + i] = toHalf(values[from + i] ?? 0);
			},
			read({ halves }, at, length, out, to) {
				const first = at / 2;
				for (let i = 0; i < length; i++) out[to + i] = table[halves[first + i] ?? 0] ?? 0;
			},
		};
	},
};

const wholeWords = (bytes: number): number => 4 * Math.ceil(bytes / 4);

/** The codec of a form, for so many classes. */
export function rowCodec({ precision, topK }: TargetForm, classes: number): RowCodec {
	const numbers = precisions[precision]();
	return topK === undefined ? fullRows(numbers, classes) : topRows(numbers, classes, topK);
}

function fullRows(numbers: Numbers, classes: number): RowCodec {
	const { bytes, largest, exact, write, read } = numbers;
	return {
		kind: "logits",
		rowBytes: wholeWords(bytes * classes),
		largest,
		exact,
		encode(logits, from, memory, at) {
			write(logits, from, classes, memory, at);
		},
		decode(memory, at, out, to) {
			read(memory, at, classes, out, to);
		},
	};
}

/**
 * Rows of the k largest log-probabilities, the log of the remaining mass, and the classes of the k. What remains is
 * spread evenly over the other classes, the choice of maximum entropy; probabilities that rounding has left off one
 * are scaled to it.
 */
function topRows(numbers: Numbers, classes: number, k: number): RowCodec {
	const indicesAt = wholeWords(numbers.bytes * (k + 1));
	const wide = classes > 2 ** 16;
	const chosen = new Uint32Array(k);
	const isChosen = new Uint8Array(classes);
	const values = new Float32Array(k + 1);
	const others = Math.log(classes - k);
	const indicesOf = ({ words, halves }: Memory, at: number): Uint32Array | Uint16Array =>
		wide ? words.subarray((at + indicesAt) / 4) : halves.subarray((at + indicesAt) / 2);
	return {
		kind: "log-probabilities",
		rowBytes: wholeWords(indicesAt + k * (wide ? 4 : 2)),
		largest: 3.5e38,
		exact: false,
		encode(logits, from, memory, at) {
			chooseTop(logits, from, classes, chosen);
			logProbabilities(logits, from, classes, chosen, isChosen, values);
			numbers.write(values, 0, k + 1, memory, at);
			const indices = indicesOf(memory, at);
			for (let i = 0; i < k; i++) indices[i] = chosen[i] ?? 0;
		},
		decode(memory, at, out, to) {
			numbers.read(memory, at, k + 1, values, 0);
			let sum = 0;
			for (const value of values) sum += Math.exp(value);
			const logSum = Math.log(sum);
			out.fill((values[k] ?? 0) - others - logSum, to, to + classes);
			const indices = indicesOf(memory, at);
			for (let i = 0; i < k; i++) out[to + (indices[i] ?? 0)] = (values[i] ?? 0) - logSum;
		},
	};
}

/** The classes of the largest logits, largest first; of equal ones the first. */
function chooseTop(logits: Float32Array, from: number, classes: number, chosen: Uint32Array): void {
	let size = 0;
	let least = Number.NEGATIVE_INFINITY;
	for (let c = 0; c < classes; c++) {
		const value = logits[from + c] ?? 0;
		if (size === chosen.length && value <= least) continue;
		let at = size === chosen.length ? size - 1 : size++;
		for (; at > 0 && (logits[from + (chosen[at - 1] ?? 0)] ?? 0) < value; at--) chosen[at] = chosen[at - 1] ?? 0;
		chosen[at] = c;
		least = logits[from + (chosen[size - 1] ?? 0)] ?? 0;
	}
}

/**
 * Log-probabilities of the chosen classes and of all others together, into `values`. What float16 has no number for is
 * −65,504, whose exponential is zero just as well.
 */
function logProbabilities(
	logits: Float32Array,
	from: number,
	classes: number,
	chosen: Uint32Array,
	isChosen: Uint8Array,
	values: Float32Array,
): void {
	const max = logits[from + (chosen[0] ?? 0)] ?? 0;
	let kept = 0;
	for (const [i, c] of chosen.entries()) {
		isChosen[c] = 1;
		// The largest is exactly 1 and enters through log1p.
		if (i > 0) kept += Math.exp((logits[from + c] ?? 0) - max);
	}
	// Summed by itself and not as what is left of 1: it may be far below the last place of 1.
	let rest = 0;
	for (let c = 0; c < classes; c++) if (isChosen[c] === 0) rest += Math.exp((logits[from + c] ?? 0) - max);
	const logSum = Math.log1p(kept + rest);
	for (const [i, c] of chosen.entries()) {
		isChosen[c] = 0;
		values[i] = Math.max(-largestHalf, (logits[from + c] ?? 0) - max - logSum);
	}
	values[chosen.length] = Math.max(-largestHalf, Math.log(rest) - logSum);
}
