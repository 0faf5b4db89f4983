/** Whether samples differ at all: what was read wrongly is often all the same. */
import { LimbeckError } from "../../errors.js";

/** Looks at training samples of every class. */
export interface Alike {
	/** @param label - the index of its class; 0 for all where there are none. */
	add(sample: Uint8Array | Float32Array, label: number): void;
	/**
	 * @param classes - their names; none where samples have no labels.
	 * @throws LimbeckError `data` where all samples are equal, or all of a class with three or more.
	 */
	check(classes: readonly string[], where: string): void;
}

/** Two equal samples of a class are a copy; more, and no other, are not what was meant. */
const fewest = 3;

interface ClassSeen {
	readonly first: Uint8Array | Float32Array;
	count: number;
	differ: boolean;
}

/** Keeps one sample of every class. */
export function createAlike(): Alike {
	const seen = new Map<number, ClassSeen>();
	return {
		add(sample, label) {
			const one = seen.get(label);
			if (one === undefined) {
				seen.set(label, { first: sample.slice(), count: 1, differ: false });
				return;
			}
			one.count++;
			one.differ ||= !isEqual(sample, one.first);
		},
		check(classes, where) {
			const all = [...seen.values()];
			const total = all.reduce((sum, { count }) => sum + count, 0);
			const [head] = all;
			if (head !== undefined && total > 1 && all.every((one) => !one.differ && isEqual(one.first, head.first))) {
				throw alike(where, `${String(total)} training samples that are all equal`);
			}
			const same = [...seen].find(([, { differ, count }]) => !differ && count >= fewest);
			if (same === undefined || classes.length === 0) return;
			const [label, { count }] = same;
			throw alike(
				where,
				`${String(count)} equal training samples of class ${JSON.stringify(classes[label])}, and no other`,
			);
		},
	};
}

function isEqual(a: Uint8Array | Float32Array, b: Uint8Array | Float32Array): boolean {
	for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
	return true;
}

function alike(where: string, got: string): LimbeckError {
	return new LimbeckError("data", {
		where,
		expected: "samples that differ",
		got,
		hint: "See whether the files hold what they should, and in units that Limbeck reads; or leave the class out.",
	});
}
