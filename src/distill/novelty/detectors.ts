/** Scores that tell how unusual a sample is to a generalist and its specialists; the higher, the more. */
import { logSoftmaxRow } from "../../metrics/index.js";
import { combine, type SpecialistAnswer } from "../../specialists/combination.js";

/** What is known of one sample. */
export interface Observation {
	/** The generalist's `[classes]`. */
	readonly logits: ArrayLike<number>;
	/** Distance from the training samples in the generalist's last hidden layer. */
	readonly distance: number;
	/** Distance from the training samples in the input, each channel divided by its standard deviation. */
	readonly inputDistance: number;
	/** The specialists that are asked about it. */
	readonly answers: readonly SpecialistAnswer[];
}

/** One score. */
export interface Detector {
	readonly title: string;
	readonly score: (observation: Observation) => number;
}

const probabilitiesOf = (logits: ArrayLike<number>): Float64Array => logSoftmaxRow(logits).map(Math.exp);

/** Every detector by name. */
export const detectors = {
	/** 1 − max p (Hendrycks & Gimpel 2017). */
	maximum: { title: "maximum probability", score: ({ logits }) => 1 - Math.max(...probabilitiesOf(logits)) },
	/** −Σ p log p. */
	entropy: {
		title: "entropy",
		score: ({ logits }) => logSoftmaxRow(logits).reduce((sum, log) => sum - Math.exp(log) * log, 0),
	},
	/** −log Σ exp z (Liu et al. 2020, "Energy-based out-of-distribution detection"). */
	energy: {
		title: "energy",
		score: ({ logits }) => (logSoftmaxRow(logits)[0] ?? 0) - (logits[0] ?? 0),
	},
	/** To the k-th nearest training sample (Sun et al. 2022, "Out-of-distribution detection with deep nearest neighbors"). */
	distance: { title: "distance in the last hidden layer", score: ({ distance }) => distance },
	/** The same in the input, which no network has turned into anything yet. */
	input: { title: "distance in the input", score: ({ inputDistance }) => inputDistance },
	/** Mean KL of what the generalist says, classes that are not a specialist's as one, to what that specialist says. */
	disagreement: {
		title: "generalist and specialists disagree",
		score: ({ logits, answers }) => {
			const p = probabilitiesOf(logits);
			return meanOver(answers, (answer) => divergence(answer, p));
		},
	},
	/** Mean mass that the specialists that are asked give to classes that are not theirs. */
	dustbin: {
		title: "dustbin mass",
		score: ({ answers }) => meanOver(answers, ({ classes, probabilities }) => probabilities[classes.length] ?? 0),
	},
	/** What is left of the objective of Hinton et al. 2015, §5.4, at its minimum: no distribution suits all of them. */
	residual: {
		title: "residual of the KL combination",
		score: ({ logits, answers }) => {
			const p = probabilitiesOf(logits);
			const q = combine("kl", p, answers);
			const own = p.reduce((sum, share, c) => sum + share * logRatio(share, q[c] ?? 0), 0);
			return answers.reduce((sum, answer) => sum + divergence(answer, q), own);
		},
	},
} as const satisfies Readonly<Record<string, Detector>>;

/** The name of a detector. */
export type DetectorName = keyof typeof detectors;

/** The names of all. */
export const detectorNames = Object.keys(detectors) as [DetectorName, ...DetectorName[]]; // The table's own keys.

/** KL(specialist ‖ q), where what q gives to all other classes counts as its dustbin. */
function divergence({ classes, probabilities }: SpecialistAnswer, q: Float64Array): number {
	const inside = classes.map((c) => q[c] ?? 0);
	const rest = Math.max(0, 1 - inside.reduce((sum, share) => sum + share, 0));
	return [...inside, rest].reduce((sum, share, place) => {
		const own = probabilities[place] ?? 0;
		return sum + own * logRatio(own, share);
	}, 0);
}

/** log a / b, finite where either is 0. */
function logRatio(a: number, b: number): number {
	const least = 1e-12;
	return Math.log(Math.max(a, least) / Math.max(b, least));
}

/** 0 where nobody is asked. */
function meanOver<T>(items: readonly T[], value: (item: T) => number): number {
	return items.length === 0 ? 0 : items.reduce((sum, item) => sum + value(item), 0) / items.length;
}
