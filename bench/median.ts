/** The middle of the values; the mean of the two in the middle where their number is even. */
export function medianOf(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(sorted.length / 2) - 1);
	return sorted.length % 2 === 0 ? (low + high) / 2 : low;
}
