/** Which values are black and white in pictures whose pixels are not bytes. */

/** The values that become black and white. */
export type PixelRange = readonly [black: number, white: number];

/** The least and the largest value. */
export interface Extent {
	readonly least: number;
	readonly most: number;
}

/** Ranges that cameras, scanners and libraries use: parts of 1, and 8, 10, 12, 14 and 16 bits. */
const usualRanges: readonly PixelRange[] = [
	[0, 1],
	[-1, 1],
	...[8, 10, 12, 14, 16].map((bits): PixelRange => [0, 2 ** bits - 1]),
];

/** How much of a usual range the values must fill, for it to be theirs: less would be all dark, or all alike. */
const leastShare = 1 / 4;

/**
 * The range of values: the narrowest usual one that holds them, if they fill a quarter of it; else from the least to the
 * largest. Values that are all the same are in the narrowest usual range that holds them.
 */
export function rangeOf({ least, most }: Extent): PixelRange {
	const holding = usualRanges.filter(([black, white]) => black <= least && most <= white);
	const filled = holding.find(([black, white]) => most - least >= leastShare * (white - black));
	if (filled !== undefined) return filled;
	return most > least ? [least, most] : (holding[0] ?? [least - 1, most + 1]);
}

/** The extent of both. */
export function joined(a: Extent | undefined, b: Extent): Extent {
	return a === undefined ? b : { least: Math.min(a.least, b.least), most: Math.max(a.most, b.most) };
}

/** The extent of some values of a picture, of which every `channels`th is alpha where `alpha` is set; alpha is left out. */
export function extentOf(values: ArrayLike<number>, channels: number, alpha: boolean): Extent {
	let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
	for (let at = 0; at < values.length; at++) {
		if (alpha && at % channels === channels - 1) continue;
		const value = values[at] ?? 0;
		if (value < least) least = value;
		if (value > most) most = value;
	}
	return { least, most };
}

/** A value as a byte: black is 0, white 255, what is beyond is cut off. */
export function byteOf(value: number, [black, white]: PixelRange): number {
	return Math.round(255 * Math.min(1, Math.max(0, (value - black) / (white - black))));
}
