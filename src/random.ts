/**
 * Counter-based randomness (Philox4x32-10; Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
 *
 * A draw is a pure function of (seed, purpose, counter, index), so any step of a run can be computed again alone
 * and a checkpoint needs no generator state.
 */
export interface Stream {
	/** Fills `out` with independent 32-bit words: word `i` depends on (seed, purpose, counter, i) and nothing else. */
	words(counter: number, out: Uint32Array): Uint32Array;
}

const ROUNDS = 10;
const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
	const aHigh = a >>> 16;
	const aLow = a & 0xffff;
	const bHigh = b >>> 16;
	const bLow = b & 0xffff;
	const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
	const rest = aLow * bHigh + (middle % 0x10000);
	return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(rest / 0x10000)) >>> 0;
}

/** One Philox4x32-10 block: four words in place of the counter's four. `block` is overwritten. */
export function philox(key0: number, key1: number, block: Uint32Array): void {
	let c0 = block[0] ?? 0;
	let c1 = block[1] ?? 0;
	let c2 = block[2] ?? 0;
	let c3 = block[3] ?? 0;
	let k0 = key0;
	let k1 = key1;
	for (let round = 0; round < ROUNDS; round++) {
		const high0 = multiplyHigh(M0, c0);
		const low0 = Math.imul(M0, c0) >>> 0;
		const high1 = multiplyHigh(M1, c2);
		const low1 = Math.imul(M1, c2) >>> 0;
		c0 = (high1 ^ c1 ^ k0) >>> 0;
		c1 = low1;
		c2 = (high0 ^ c3 ^ k1) >>> 0;
		c3 = low0;
		k0 = (k0 + W0) >>> 0;
		k1 = (k1 + W1) >>> 0;
	}
	block[0] = c0;
	block[1] = c1;
	block[2] = c2;
	block[3] = c3;
}

/** FNV-1a, 32 bits, over UTF-16 code units: gives every purpose its own key. */
function hashPurpose(purpose: string): number {
	let hash = 0x811c9dc5;
	for (let i = 0; i < purpose.length; i++) {
		hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193) >>> 0;
	}
	return hash;
}

/**
 * The stream of one purpose, such as `"order"` or `"dropout/hidden1"`.
 *
 * @param seed - an integer in [0, 2³²).
 */
export function randomStream(seed: number, purpose: string): Stream {
	const key1 = hashPurpose(purpose);
	const block = new Uint32Array(4);
	return {
		words(counter, out) {
			for (let i = 0; i < out.length; i += 4) {
				block[0] = i / 4;
				block[1] = counter >>> 0;
				block[2] = Math.floor(counter / 2 ** 32);
				block[3] = 0;
				philox(seed >>> 0, key1, block);
				out.set(out.length - i >= 4 ? block : block.subarray(0, out.length - i), i);
			}
			return out;
		},
	};
}

/** `count` draws from the uniform distribution on [0, 1), 24 bits each. */
export function uniform(stream: Stream, counter: number, count: number): Float32Array {
	const words = stream.words(counter, new Uint32Array(count));
	const out = new Float32Array(count);
	// A plain loop: `from` with a function takes seven times as long.
	for (let i = 0; i < count; i++) out[i] = ((words[i] ?? 0) >>> 8) / 2 ** 24;
	return out;
}

/** `count` draws from the standard normal distribution (Box–Muller). */
export function normal(stream: Stream, counter: number, count: number): Float32Array {
	const pairs = Math.ceil(count / 2);
	const words = stream.words(counter, new Uint32Array(2 * pairs));
	const out = new Float32Array(count);
	for (let i = 0; i < pairs; i++) {
		const radius = Math.sqrt(-2 * Math.log(((words[2 * i] ?? 0) + 1) / 2 ** 32));
		const angle = (2 * Math.PI * (words[2 * i + 1] ?? 0)) / 2 ** 32;
		out[2 * i] = radius * Math.cos(angle);
		if (2 * i + 1 < count) out[2 * i + 1] = radius * Math.sin(angle);
	}
	return out;
}

/** A uniform integer in [0, bound) from one 32-bit word (Lemire's multiplication; bias below bound / 2³²). */
export function boundedInteger(word: number, bound: number): number {
	return Math.floor((word / 2 ** 32) * bound);
}

/** A permutation of 0 … count − 1 (Fisher–Yates). */
export function permutation(stream: Stream, counter: number, count: number): Uint32Array {
	const words = stream.words(counter, new Uint32Array(count));
	const order = Uint32Array.from({ length: count }, (_, i) => i);
	for (let i = count - 1; i > 0; i--) {
		const j = boundedInteger(words[i] ?? 0, i + 1);
		const other = order[j] ?? 0;
		order[j] = order[i] ?? 0;
		order[i] = other;
	}
	return order;
}
