import { LimbeckError } from "../../errors.js";
import { permutation, randomStream } from "../../random.js";

/** The parts that samples fall into. */
export const splitNames = ["train", "validation", "test"] as const;

/** The name of a part. */
export type SplitName = (typeof splitNames)[number];

/** Shares of the samples that are held out; 0 where a part has samples of its own. */
export interface Shares {
	readonly test: number;
	readonly validation: number;
}

/** The split is drawn from this, whatever the seed of a run. */
export const splitStream = randomStream(0, "own/split");

/**
 * Which part each sample falls into, class by class by a fixed permutation: first come those for the test, so that they
 * do not depend on the share for validation. A class gives each part its share, rounded, and at least one sample.
 *
 * @param labels - `[samples]`, each below the number of classes.
 * @returns `[samples]`, indices into {@link splitNames}.
 * @throws LimbeckError `data` for a class with too few samples for its parts.
 */
export function partition(labels: Int32Array, classes: readonly string[], shares: Shares, where: string): Uint8Array {
	const members = classes.map((): number[] => []);
	labels.forEach((label, row) => members[label]?.push(row));
	const parts = new Uint8Array(labels.length);
	const needed = neededParts(shares);
	members.forEach((rows, index) => {
		if (rows.length < needed) throw tooFew(where, classes, classes[index] ?? "", rows.length, needed);
		const { test, validation } = heldOutOf(rows.length, shares);
		permutation(splitStream, index, rows.length)
			.subarray(0, test + validation)
			.forEach((position, at) => {
				parts[rows[position] ?? 0] = splitNames.indexOf(at < test ? "test" : "validation");
			});
	});
	return parts;
}

/** How many parts the samples of a class fall into. */
export function neededParts({ test, validation }: Shares): number {
	return 1 + Math.ceil(test) + Math.ceil(validation);
}

/** How many of the samples of a class are held out: its share, rounded, at least one, and one left for each part after. */
export function heldOutOf(
	samples: number,
	{ test, validation }: Shares,
): Readonly<Record<Exclude<SplitName, "train">, number>> {
	const testCount = share(test, samples, samples - 1 - Math.ceil(validation));
	return { test: testCount, validation: share(validation, samples, samples - 1 - testCount) };
}

function share(fraction: number, count: number, most: number): number {
	return fraction === 0 ? 0 : Math.min(most, Math.max(1, Math.round(fraction * count)));
}

function tooFew(where: string, classes: readonly string[], name: string, got: number, needed: number): LimbeckError {
	return new LimbeckError("data", {
		where,
		expected: `at least ${String(needed)} samples of every class, to train, to validate and to test`,
		got: `${String(got)} of class ${JSON.stringify(name)}, one of ${String(classes.length)}`,
		hint: "Drop such classes or join them; with many of them, look whether the label is the right one.",
	});
}
