/** Other ways to ask a teacher that does not fit the labels: other scales, colours and orders of classes, tried out. */

import type { DataSet } from "../../data/data-set.js";
import {
	type ClassificationMetrics,
	classificationMetrics,
	mcnemar,
	predictedClasses,
	rightOnes,
} from "../../metrics/index.js";
import type { Setting } from "../../predict/setting.js";
import type { Preprocessing } from "../../train/preprocess.js";
import { orderCandidates } from "./better-order.js";
import type { ScoredSamples } from "./scored-samples.js";
import type { BetterReading } from "./verdict.js";

/** A way to give samples to a model. */
export interface InputCandidate {
	/** A noun phrase. */
	readonly what: string;
	readonly input: Preprocessing;
}

/** Samples `[channels, …]` of which each channel has a mean and deviation of its own in a hint. */
const mostChannels = 100;

const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const scales = {
	"values from 0 to 1": { mean: 0, std: 1 },
	"values from 0 to 255": { mean: 0, std: 1, scale: 255 },
	"values from −1 to 1": { mean: 0.5, std: 0.5 },
	"values divided by 255 once more": { mean: 0, std: 1, scale: 1 / 255 },
} as const satisfies Readonly<Record<string, Preprocessing>>;

/** Scales of three colours. */
const colourScales = {
	"ImageNet's mean and deviation": imageNet,
	"CLIP's mean and deviation": { mean: [0.4815, 0.4578, 0.4082], std: [0.2686, 0.2613, 0.2758] },
	"bytes less ImageNet's mean": { mean: [123.68, 116.779, 103.939], std: 1, scale: 255 },
} as const satisfies Readonly<Record<string, Preprocessing>>;

/** Scales of one grey channel. */
const greyScales = {
	"ImageNet's mean and deviation": { mean: 0.449, std: 0.226 },
} as const satisfies Readonly<Record<string, Preprocessing>>;

/**
 * Ways to give the data's samples to a model that was given them in one way.
 *
 * @param own - that way; its size and layout stay.
 */
export function inputCandidates(
	{ sampleShape, normalization }: Pick<DataSet, "sampleShape" | "normalization">,
	own: Preprocessing,
): readonly InputCandidate[] {
	const [channels = 1, ...others] = sampleShape;
	const isImage = others.length === 2;
	const colours = isImage && channels === 3;
	const moments = { mean: rounded(normalization.mean), std: rounded(normalization.std) };
	const table: Readonly<Record<string, Preprocessing>> = {
		...scales,
		...(colours ? colourScales : {}),
		...(isImage && channels === 1 ? greyScales : {}),
		...(channels > mostChannels ? {} : { "the mean and deviation of the training samples": moments }),
	};
	const { size, layout, channels: order } = own;
	const kept = { ...(size === undefined ? {} : { size }), ...(layout === undefined ? {} : { layout }) };
	const plain = Object.entries(table).map(
		([what, scale]): InputCandidate => ({
			what,
			input: { ...scale, ...kept, ...(order === undefined ? {} : { channels: order }) },
		}),
	);
	const swapped = colours ? [{ what: "its own scale", input: own }, ...plain].map(inOtherOrder) : [];
	const turned =
		colours && layout === undefined ? [{ what: "its own scale", input: own }, ...plain].map(channelsLast) : [];
	return [...plain, ...swapped, ...turned].filter(({ input }) => !same(input, own));
}

/** Blue first where red was, and the other way round; the mean and deviation of a colour stay its own. */
function inOtherOrder({ what, input }: InputCandidate): InputCandidate {
	const channels = input.channels === "bgr" ? "rgb" : "bgr";
	const turned = (value: number | readonly number[]): number | readonly number[] =>
		typeof value === "number" ? value : value.toReversed();
	const first = channels === "bgr" ? "blue" : "red";
	return {
		what: `${what} and ${first} first`,
		input: { ...input, channels, mean: turned(input.mean), std: turned(input.std) },
	};
}

function channelsLast({ what, input }: InputCandidate): InputCandidate {
	return { what: `${what} and channels last`, input: { ...input, layout: "nhwc" } };
}

/** Four digits, which is what a person would set. */
function rounded(value: number | readonly number[]): number | readonly number[] {
	const short = (one: number): number => Number(one.toPrecision(4));
	return typeof value === "number" ? short(value) : value.map(short);
}

function same(one: Preprocessing, other: Preprocessing): boolean {
	const text = ({ mean, std, scale = 1, size, channels = "rgb", layout = "nchw" }: Preprocessing): string =>
		JSON.stringify([mean, std, scale, size, channels, layout]);
	return text(one) === text(other);
}

/** How a model is asked in another way. */
export interface Retry {
	readonly samples: ScoredSamples;
	readonly classNames: readonly string[];
	/** Its logits as it is asked now, `[count, classes]`. */
	readonly logits: Float32Array;
	/** Logits of all its outputs, `[count, outputs]`, and which of them are the classes now. */
	readonly outputs?: { readonly logits: Float32Array; readonly select?: readonly number[] | undefined };
	/** Other ways to give it samples; none for soft targets. */
	readonly inputs: readonly InputCandidate[];
	/** Asks it about the first so many samples: logits `[count, classes]`. */
	readonly ask: (input: Preprocessing, count: number) => Promise<Float32Array | undefined>;
	/** How its options are set, for hints; none where nobody can set them. */
	readonly setting: Setting | undefined;
}

/** Samples that every candidate is tried on; the best one is then tried on all. */
const screened = 64;
/** What another reading must have right beyond this one, as a share of the samples. */
const leastGain = 0.1;
/** How surely: McNemar's p-value, for some thirty candidates. */
const surely = 1e-3;

/** The reading of a teacher that fits the labels far better than the one it has; `undefined` where there is none. */
export async function betterReading(retry: Retry): Promise<BetterReading | undefined> {
	const { samples, logits, setting } = retry;
	const classes = retry.classNames.length;
	const orders = retry.outputs === undefined ? [] : orderCandidates(retry.outputs, samples.labels, retry.classNames);
	const found = orders.map(
		({ what, select, correct }): Measured => ({
			what,
			correct,
			hint: setting && `Use ${setting("select", JSON.stringify(select))}.`,
		}),
	);
	const input = await bestInput(retry);
	if (input !== undefined) {
		const correct = rightOnes(predictedClasses(input.logits, classes), samples.labels);
		found.push({ what: input.what, correct, hint: setting && `Use ${setting("input", JSON.stringify(input.input))}.` });
	}
	const now = rightOnes(predictedClasses(logits, classes), samples.labels);
	const far = found.filter(
		({ correct }) => shareOf(correct) - shareOf(now) >= leastGain && mcnemar(correct, now).p < surely,
	);
	const [best] = far.toSorted((a, b) => shareOf(b.correct) - shareOf(a.correct));
	return best && { what: best.what, hint: best.hint, accuracy: shareOf(best.correct) };
}

interface Measured {
	readonly what: string;
	readonly hint: string | undefined;
	/** `[count]`, 1 where a sample is right. */
	readonly correct: Uint8Array;
}

/** Of ways that have nearly as much right, the most likely one is taken: a scale that is too large leaves classes as they are. */
const nearlyAsGood = 0.05;

/** The way to give samples that has most of the first samples right, with its answers to all. */
async function bestInput({
	samples,
	classNames,
	inputs,
	ask,
}: Retry): Promise<(InputCandidate & { readonly logits: Float32Array }) | undefined> {
	const count = Math.min(screened, samples.count);
	const tried: { readonly candidate: InputCandidate; readonly figures: ClassificationMetrics }[] = [];
	for (const candidate of inputs) {
		const logits = await ask(candidate.input, count);
		if (logits?.every(Number.isFinite) !== true) continue;
		const figures = classificationMetrics(logits, samples.labels.subarray(0, count), classNames.length);
		tried.push({ candidate, figures });
	}
	const most = tried.reduce((top, { figures }) => Math.max(top, figures.accuracy), 0);
	const near = tried.filter(({ figures }) => figures.accuracy >= most - nearlyAsGood);
	const [best] = near.toSorted((a, b) => a.figures.nll - b.figures.nll);
	if (best === undefined) return undefined;
	const logits = await ask(best.candidate.input, samples.count);
	return logits?.every(Number.isFinite) === true ? { ...best.candidate, logits } : undefined;
}

function shareOf(correct: Uint8Array): number {
	return correct.reduce((sum, one) => sum + one, 0) / correct.length;
}
