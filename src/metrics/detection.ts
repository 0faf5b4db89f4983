/** How well a score tells what is unusual: the higher, the more unusual. */

/**
 * Area under the receiver operating characteristic: how likely an unusual case scores above a usual one, equal scores
 * half (Mann & Whitney 1947). 0.5 is chance, 1 is perfect.
 *
 * @param usual - finite scores, 1 or more.
 * @param unusual - likewise.
 */
export function auroc(usual: readonly number[], unusual: readonly number[]): number {
	const rising = [...usual].sort((a, b) => a - b);
	let above = 0;
	for (const score of unusual) above += (countBelow(rising, score, false) + countBelow(rising, score, true)) / 2;
	return above / (usual.length * unusual.length);
}

/** The score up to which a share of the usual cases is: those above it are rejected. */
export function acceptanceThreshold(usual: readonly number[], share: number): number {
	const rising = [...usual].sort((a, b) => a - b);
	return rising[Math.max(0, Math.ceil(share * rising.length) - 1)] ?? Infinity;
}

/** The share of the unusual cases that are accepted where 95 % of the usual ones are: FPR at 95 % TPR. */
export function falsePositiveRate(usual: readonly number[], unusual: readonly number[]): number {
	const threshold = acceptanceThreshold(usual, 0.95);
	return unusual.filter((score) => score <= threshold).length / unusual.length;
}

/** How many of the rising scores are below one, or, with `equal`, not above it. */
function countBelow(rising: readonly number[], score: number, equal: boolean): number {
	let [low, high] = [0, rising.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		const value = rising[middle] ?? Infinity;
		if (value < score || (equal && value === score)) low = middle + 1;
		else high = middle;
	}
	return low;
}
