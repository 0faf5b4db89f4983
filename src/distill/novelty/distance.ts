/** How far a sample is from known ones. */

/** Which of the nearest counts. */
const neighbour = 10;
/** Elements between two looks at whether a distance is too great already. */
const stretch = 64;

/** A row scaled to length 1, but for one of zeros. */
export function ofLengthOne(row: Float32Array): Float32Array {
	const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
	return length === 0 ? row : row.map((value) => value / length);
}

/** The distance from the k-th nearest, or from the furthest of fewer. */
export function distanceTo(known: readonly Float32Array[], row: Float32Array): number {
	// The squares of the least distances so far, rising.
	const least = new Float64Array(Math.min(neighbour, known.length)).fill(Infinity);
	for (const other of known) {
		const most = least.at(-1) ?? Infinity;
		const square = squaredBelow(other, row, most);
		if (square >= most) continue;
		least[least.length - 1] = square;
		least.sort();
	}
	return Math.sqrt(least.at(-1) ?? 0);
}

/** The squared distance; some number from `most` on where it is no less than that. */
function squaredBelow(a: Float32Array, b: Float32Array, most: number): number {
	let sum = 0;
	for (let from = 0; from < a.length && sum < most; from += stretch) {
		for (let i = from; i < Math.min(from + stretch, a.length); i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
	}
	return sum;
}
