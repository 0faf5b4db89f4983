/** What should be known of the values of training samples: those that say nothing, or that float32 makes equal. */
import type { Notice } from "../../notices.js";
import { shortList } from "./classes.js";
import type { Moments } from "./moments.js";
import type { Source } from "./source.js";

/** @param found - `blurred`: channels of which float32 makes many distinct values equal. */
export function valueNotices(
	{ moments, blurred }: { readonly moments: Moments; readonly blurred: readonly number[] },
	source: Source | undefined,
): readonly Notice[] {
	if (source === undefined) return [];
	const { where, features, sampleShape } = source;
	// A channel is a column unless the user gave samples another shape.
	const names = sampleShape.length === 1 ? features : undefined;
	const { always, nearly } = moments.constant();
	const listed = (channels: readonly number[]): string =>
		shortList(channels.map((c) => (names === undefined ? `channel ${String(c)}` : JSON.stringify(names[c]))));
	const noticeOf = (channels: readonly number[], code: string, text: string, hint: string): readonly Notice[] =>
		channels.length === 0 ? [] : [{ code, text: `${where}: ${text}: ${listed(channels)}.`, hint }];
	const leaveOut =
		names === undefined ? "See whether the files are read as they should be." : "data.ignore leaves columns out.";
	return [
		...noticeOf(always, "constant-column", "the same value in all training samples, which says nothing", leaveOut),
		...noticeOf(nearly, "nearly-constant-column", "the same value in nearly all training samples", leaveOut),
		...noticeOf(
			blurred,
			"blurred-values",
			"values that differ by so little beside their size that float32 makes most of them equal",
			"Subtract what they have in common, and store them in a smaller unit; clear outliers, such as 0 for a missing time.",
		),
	];
}
