/** Where the samples of an array have their channels. */
import type { Notice } from "../../notices.js";
import type { SampleShape } from "../data-set.js";
import { sampleShapeOf } from "./shape.js";

/** Where a sample has its channels. */
export type Layout = "channels-first" | "channels-last";

/** How a sample lies in an array. */
export interface ArrayOptions {
	readonly shape?: readonly number[] | undefined;
	/** Guessed from the shape where absent. */
	readonly layout?: Layout | undefined;
}

/** The shape of samples, and how they are made. */
export interface ArrayShape {
	readonly sampleShape: SampleShape;
	/** Where the array holds them last, how many channels there are. */
	readonly channels?: number;
	/** What was guessed. */
	readonly notices: readonly Notice[];
}

/**
 * The shape of samples: `[features]` as it is, `[height, width]` with one channel, `[channels, height, width]` as it is;
 * channels come first, where the array has them last.
 *
 * @param dims - the array's, without the first.
 * @throws LimbeckError as {@link sampleShapeOf} does.
 */
export function arrayShape(dims: readonly number[], { shape, layout }: ArrayOptions, where: string): ArrayShape {
	const guess = layout === undefined && transposes(dims, shape) ? guessLayout(dims, where) : undefined;
	const notices = guess?.notice === undefined ? [] : [guess.notice];
	const channels = dims.at(-1) ?? 1;
	if ((layout ?? guess?.layout) === "channels-last" && dims.length > 1) {
		return { sampleShape: sampleShapeOf([channels, ...dims.slice(0, -1)], shape, where), channels, notices };
	}
	const usual = dims.length === 2 ? [1, ...dims] : dims.length === 0 ? [1] : dims;
	return { sampleShape: sampleShapeOf(usual, shape, where), notices };
}

/** Whether a shape that the user gave leaves open, or says, that channels which are last in the array come first. */
function transposes([first, middle, last]: readonly number[], shape: readonly number[] | undefined): boolean {
	return shape === undefined || (last !== undefined && [last, first, middle].every((size, at) => size === shape[at]));
}

/** What a picture's channels may be: grey, colours, colours with transparency. */
const channelCounts = [1, 3, 4];

interface Guess {
	readonly layout: Layout;
	readonly notice?: Notice;
}

/**
 * Three dimensions are a picture. Its channels are last where the last is 1, 3 or 4 and the first is larger and none of
 * these; where both could be, they are first, which is told.
 */
function guessLayout(dims: readonly number[], where: string): Guess | undefined {
	const [first = 0, middle = 0, last = 0] = dims;
	if (dims.length !== 3) return undefined;
	const [beginsSo, endsSo] = [channelCounts.includes(first), channelCounts.includes(last)];
	const written = `[${dims.join(", ")}]`;
	if (endsSo && !beginsSo) {
		const text = `Samples ${written} of ${where} are read as pictures of ${String(first)} × ${String(middle)} with ${String(last)} channels last.`;
		return { layout: "channels-last", notice: { code: "layout", text, hint: layoutHint("channels-first") } };
	}
	if (endsSo && first !== last && middle !== last) {
		const text = `Samples ${written} of ${where} may have their channels first or last: ${String(first)} channels first are assumed.`;
		return { layout: "channels-first", notice: { code: "layout", text, hint: layoutHint("channels-last") } };
	}
	if (!beginsSo && !endsSo) {
		const text = `Samples ${written} of ${where} are read as ${String(first)} channels of ${String(middle)} × ${String(last)}.`;
		return { layout: "channels-first", notice: { code: "layout", text, hint: layoutHint("channels-last") } };
	}
	return { layout: "channels-first" };
}

const layoutHint = (other: Layout): string => `If they are not: --set data.layout=${other}.`;
