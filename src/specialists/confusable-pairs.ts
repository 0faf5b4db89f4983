/** Sets of classes, each grown around a pair that is confused. */
import type { Columns } from "./columns.js";

/** How many sets, and of how many classes each. */
export interface SetShape {
	readonly specialists: number;
	readonly classesPerSpecialist: number;
}

/**
 * Greedy sets. Each begins with the pair of classes that varies together most, of those that are in no set together,
 * and takes, one after the other, the class that varies together most with those inside, summed. Sets may overlap, since a
 * class can be in pairs of many. Of equal classes the first is taken.
 *
 * @returns as many sets as asked for, or fewer where every pair is together in one.
 */
export function confusablePairs(
	columns: Columns,
	{ specialists, classesPerSpecialist }: SetShape,
): readonly (readonly number[])[] {
	const { classes } = columns;
	const sets: number[][] = [];
	/** The sets of each class. */
	const setsOf = Array.from({ length: classes }, (): number[] => []);
	const together = (a: number, b: number): boolean =>
		setsOf[a]?.some((set) => setsOf[b]?.includes(set) === true) === true;
	const row = new Float32Array(classes);
	const partners = Array.from({ length: classes }, (_, c) => partnerOf(columns, c, row, together));
	while (sets.length < specialists) {
		const pair = strongest(partners);
		if (pair === undefined) break;
		const set = grown(columns, [pair.a, pair.b], classesPerSpecialist, row);
		for (const c of set) setsOf[c]?.push(sets.length);
		sets.push(set);
		// Pairs of two classes inside are out; a partner of anybody else is as before.
		for (const c of set) partners[c] = partnerOf(columns, c, row, together);
	}
	return sets;
}

interface Pair {
	readonly a: number;
	readonly b: number;
	readonly strength: number;
}

/** The class that a class is confused with most, and is in no set with. */
function partnerOf(
	columns: Columns,
	a: number,
	row: Float32Array,
	together: (a: number, b: number) => boolean,
): Pair | undefined {
	columns.read([a], row);
	let best: Pair | undefined;
	for (let b = 0; b < row.length; b++) {
		const strength = row[b] ?? 0;
		if (b === a || (best !== undefined && strength <= best.strength) || together(a, b)) continue;
		best = { a, b, strength };
	}
	return best;
}

function strongest(pairs: readonly (Pair | undefined)[]): Pair | undefined {
	return pairs.reduce(
		(best, pair) => (pair !== undefined && (best === undefined || pair.strength > best.strength) ? pair : best),
		undefined,
	);
}

function grown(columns: Columns, pair: readonly number[], size: number, row: Float32Array): number[] {
	const affinity = new Float64Array(columns.classes);
	const inside = new Set<number>();
	const take = (c: number): void => {
		inside.add(c);
		columns.read([c], row);
		for (let i = 0; i < row.length; i++) affinity[i] = (affinity[i] ?? 0) + (row[i] ?? 0);
	};
	for (const c of pair) take(c);
	while (inside.size < size) {
		let best = -1;
		for (let c = 0; c < affinity.length; c++) {
			if (inside.has(c) || (best !== -1 && (affinity[c] ?? 0) <= (affinity[best] ?? 0))) continue;
			best = c;
		}
		take(best);
	}
	return [...inside];
}
