import { permutation } from "../../random.js";
import { heldOutOf, neededParts, type Shares, type SplitName, splitNames, splitStream } from "./partition.js";

/** Samples of which those of a group stay together. */
export interface Grouped {
	/** `[samples]`, each below the number of classes. */
	readonly labels: Int32Array;
	/** How many classes there are. */
	readonly classes: number;
	/** `[samples]`, the group of each, below the number of samples. */
	readonly groups: Int32Array;
	readonly shares: Shares;
}

/** Which part each sample falls into, as indices into `splitNames`; or a class that has too few groups for its parts. */
export type GroupPartition =
	| { readonly parts: Uint8Array }
	| { readonly lacking: number; readonly groups: number; readonly needed: number };

/**
 * Which part each sample falls into when groups are not split. As in `partition`, each class's samples are gone through by
 * a fixed permutation, first for the test; a sample brings its whole group along where that brings the part nearer to its
 * share of every class (least squares), and where enough groups of its classes are left for the other parts. Groups of one
 * sample fall as `partition` lets them.
 */
export function partitionGroups({ labels, classes, groups, shares }: Grouped): GroupPartition {
	const members = Array.from({ length: classes }, (): number[] => []);
	labels.forEach((label, row) => members[label]?.push(row));
	const rowsOf = rowsByGroup(groups);
	const parts = new Uint8Array(labels.length);
	const needed = neededParts(shares);
	const state: State = {
		labels,
		groups,
		rowsOf,
		parts,
		left: groupsLeft(labels, rowsOf, classes),
		taken: new Uint8Array(labels.length),
		orders: members.map((own, index) => permutation(splitStream, index, own.length).map((at) => own[at] ?? 0)),
	};
	const short = state.left.findIndex((count) => count < needed);
	if (short !== -1) return { lacking: short, groups: state.left[short] ?? 0, needed };
	const wanted = members.map(({ length }) => heldOutOf(length, shares));
	let after = needed;
	for (const name of ["test", "validation"] as const) {
		if (shares[name] === 0) continue;
		after--;
		const lacking = fill(
			state,
			name,
			wanted.map((counts) => counts[name]),
			after,
		);
		if (lacking !== undefined) return { lacking, groups: state.left[lacking] ?? 0, needed };
	}
	return { parts };
}

interface State {
	readonly labels: Int32Array;
	readonly groups: Int32Array;
	readonly rowsOf: RowsOf;
	readonly parts: Uint8Array;
	/** `[classes]`: how many groups that are in no part yet have samples of each. */
	readonly left: number[];
	/** `[groups]`: 1 for one that is in a part. */
	readonly taken: Uint8Array;
	/** The rows of each class in the order in which they are gone through. */
	readonly orders: readonly Uint32Array[];
}

/**
 * Fills a part.
 *
 * @param need - `[classes]`, how many samples of each it should have.
 * @param after - for how many parts groups of each class must be left.
 * @returns a class that has no group for it.
 */
function fill(state: State, name: SplitName, need: readonly number[], after: number): number | undefined {
	const open = [...need];
	const got = need.map(() => 0);
	const take = (group: number, counts: ReadonlyMap<number, number>): void => {
		state.taken[group] = 1;
		for (const row of state.rowsOf(group)) state.parts[row] = splitNames.indexOf(name);
		for (const [c, count] of counts) {
			open[c] = (open[c] ?? 0) - count;
			got[c] = (got[c] ?? 0) + count;
			state.left[c] = (state.left[c] ?? 0) - 1;
		}
	};
	for (const [c, order] of state.orders.entries()) {
		const seen = new Set<number>();
		for (const row of order) {
			if ((open[c] ?? 0) <= 0) break;
			const group = state.groups[row] ?? 0;
			if (state.taken[group] === 1 || seen.has(group)) continue;
			seen.add(group);
			const counts = countsOf(state, group);
			// Σ (need − n)² < Σ need²
			const change = [...counts].reduce((sum, [one, n]) => sum + n * (n - 2 * (open[one] ?? 0)), 0);
			if (change < 0 && spares(state, counts, after)) take(group, counts);
		}
	}
	for (const [c, order] of state.orders.entries()) {
		if ((got[c] ?? 0) > 0) continue;
		const smallest = smallestGroup(state, order, after);
		if (smallest === undefined) return c;
		take(smallest, countsOf(state, smallest));
	}
	return undefined;
}

/** The smallest group that can be spared among those of some rows; the first of several. */
function smallestGroup(state: State, order: Uint32Array, after: number): number | undefined {
	const sizeOf = (group: number): number => state.rowsOf(group).length;
	let best: number | undefined;
	for (const group of new Set(Array.from(order, (row) => state.groups[row] ?? 0))) {
		if (state.taken[group] === 1 || !spares(state, countsOf(state, group), after)) continue;
		if (best === undefined || sizeOf(group) < sizeOf(best)) best = group;
	}
	return best;
}

/** Whether enough groups of each class are left without this one. */
function spares({ left }: State, counts: ReadonlyMap<number, number>, after: number): boolean {
	return [...counts.keys()].every((c) => (left[c] ?? 0) > after);
}

/** How many samples of each class a group has. */
function countsOf({ labels, rowsOf }: Pick<State, "labels" | "rowsOf">, group: number): ReadonlyMap<number, number> {
	const counts = new Map<number, number>();
	for (const row of rowsOf(group)) {
		const label = labels[row] ?? 0;
		counts.set(label, (counts.get(label) ?? 0) + 1);
	}
	return counts;
}

/** The rows of a group, rising; none of a number that no group has. */
type RowsOf = (group: number) => Int32Array;

function rowsByGroup(groups: Int32Array): RowsOf {
	const ends = new Int32Array(groups.length + 1);
	for (const group of groups) ends[group + 1] = (ends[group + 1] ?? 0) + 1;
	for (let group = 0; group < groups.length; group++) ends[group + 1] = (ends[group + 1] ?? 0) + (ends[group] ?? 0);
	const next = ends.slice();
	const rows = new Int32Array(groups.length);
	groups.forEach((group, row) => {
		const at = next[group] ?? 0;
		rows[at] = row;
		next[group] = at + 1;
	});
	return (group) => rows.subarray(ends[group], ends[group + 1]);
}

function groupsLeft(labels: Int32Array, rowsOf: RowsOf, classes: number): number[] {
	const left = new Array<number>(classes).fill(0);
	for (let group = 0; group < labels.length; group++) {
		for (const c of countsOf({ labels, rowsOf }, group).keys()) left[c] = (left[c] ?? 0) + 1;
	}
	return left;
}
