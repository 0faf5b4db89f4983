/** How large a picture may be, and how many large ones are decoded at a time. */
import { LimbeckError } from "../../errors.js";

/** 2²⁷ pixels, such as a page of A3 with 600 dots an inch: half a gigabyte while they are decoded. */
const alwaysRead = 2 ** 27;
/** 2²⁸ pixels: a gigabyte while they are decoded. sharp reads no more. */
const mostRead = 2 ** 28 - 2 ** 16;
/** Of a file larger than this in bytes for each pixel more may be read: nothing in it is a plain colour. */
const pixelsOfByte = 1000;
/** From this on pictures are decoded one after another. */
const large = 2 ** 24;

/**
 * Refuses a picture that is too large: more than 2²⁷ pixels, or 2²⁸ of a file that has a byte for every 1000 of them.
 *
 * @throws LimbeckError `data`.
 */
export function admitPicture(width: number, height: number, fileBytes: number, where: string): void {
	const most = Math.min(mostRead, Math.max(alwaysRead, pixelsOfByte * fileBytes));
	const pixels = width * height;
	if (pixels <= most) return;
	const words = (value: number): string => value.toLocaleString("en-GB");
	throw new LimbeckError("data", {
		where,
		expected: `a picture of at most ${words(most)} pixels`,
		got: `${String(width)} × ${String(height)}, ${words(pixels)} pixels, of ${words(fileBytes)} bytes`,
		hint: "Scale it down first, or leave it out with --set data.skipBroken=true.",
	});
}

/** Runs work on a picture: at once on a small one, on large ones in turn, so that one at most is in memory. */
export type TakeTurn = <Result>(pixels: number, work: () => Promise<Result>) => Promise<Result>;

/** A queue of large pictures. */
export function pictureQueue(): TakeTurn {
	let last: Promise<unknown> = Promise.resolve();
	return (pixels, work) => {
		if (pixels < large) return work();
		const turn = last.then(work);
		last = turn.catch(() => undefined);
		return turn;
	};
}
