/** Inputs that are of no class at all. */
import { permutation, randomStream, type Stream } from "../../random.js";

type Elements = Uint8Array | Float32Array;

/** What garbage is made from. */
export interface GarbageSource {
	/** A real sample. */
	readonly sample: Elements;
	/** The least and the greatest element of all samples. */
	readonly least: number;
	readonly greatest: number;
}

/** Kinds of garbage: each fills `out` with the sample of that number. */
export const garbage = {
	/** Every element drawn alike from all values. */
	noise: ({ least, greatest }, stream, index, out) => {
		const words = stream.words(index, new Uint32Array(out.length));
		for (let i = 0; i < out.length; i++) out[i] = least + ((words[i] ?? 0) / 2 ** 32) * (greatest - least);
	},
	/** A real sample, its elements in another order. */
	shuffled: ({ sample }, stream, index, out) => {
		for (const [i, from] of permutation(stream, index, out.length).entries()) out[i] = sample[from] ?? 0;
	},
	/** One value all over. */
	blank: ({ least, greatest }, stream, index, out) => {
		const [word = 0] = stream.words(index, new Uint32Array(1));
		out.fill(least + (word / 2 ** 32) * (greatest - least));
	},
} as const satisfies Readonly<
	Record<string, (source: GarbageSource, stream: Stream, index: number, out: Elements) => void>
>;

/** The name of a kind. */
export type GarbageKind = keyof typeof garbage;

/** The names of all. */
export const garbageKinds = Object.keys(garbage) as readonly GarbageKind[]; // The table's own keys.

/** The stream of random numbers of a kind. @param split - whose samples it is made from. */
export function garbageStream(seed: number, split: "validation" | "test", kind: GarbageKind): Stream {
	return randomStream(seed, `novelty/${split}/${kind}`);
}
