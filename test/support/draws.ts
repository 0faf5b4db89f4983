/** Seeded draws for generated tests. */
import { boundedInteger, randomStream, uniform } from "../../src/random.js";

/** Draws that follow each other; the same for the same seed and purpose. */
export interface Draws {
	/** A whole number from `from` to `to`, both included. */
	integer(from: number, to: number): number;
	chance(probability: number): boolean;
	/** `count` numbers, uniform on [from, to). */
	reals(count: number, from: number, to: number): readonly number[];
}

export function createDraws(seed: number, purpose: string): Draws {
	const stream = randomStream(seed, `test/${purpose}`);
	let counter = 0;
	const word = (): number => stream.words(counter++, new Uint32Array(1))[0] ?? 0;
	return {
		integer: (from, to) => from + boundedInteger(word(), to - from + 1),
		chance: (probability) => word() / 2 ** 32 < probability,
		reals: (count, from, to) => Array.from(uniform(stream, counter++, count), (share) => from + share * (to - from)),
	};
}
