/** How well independent scores tell which labels hold. */
import { LimbeckError } from "../errors.js";
import { expectedCalibrationError, type ReliabilityBin, reliabilityBins } from "./calibration.js";
import { checkRows } from "./logits.js";
import { sigmoid } from "./sigmoid.js";

/** Scores of every label, and which hold. */
export interface MarkedScores {
	/** `[count, labels]`, finite logits: σ(z) is the probability that a label holds. */
	readonly logits: Float32Array;
	/** `[count, labels]`, 1 where a label holds. */
	readonly marks: Uint8Array;
	readonly labels: number;
}

/** Figures of one label. */
export interface LabelScores {
	/** Samples for which it holds. */
	readonly count: number;
	/** Average precision; absent where it holds for no sample. */
	readonly averagePrecision?: number;
	/** At its threshold. */
	readonly precision: number;
	readonly recall: number;
	readonly f1: number;
}

/** How well a multi-label classifier does. */
export interface MultiLabelMetrics {
	/** Mean over the labels that hold for some sample of the average precision, in [0, 1] (macro mAP). */
	readonly meanAveragePrecision: number;
	/** F1 of all labels of all samples together, at the thresholds. */
	readonly microF1: number;
	/** Mean of F1 over the labels that hold for some sample or are said to, at the thresholds. */
	readonly macroF1: number;
	/** Share of samples of which every label is right, at the thresholds. */
	readonly subsetAccuracy: number;
	/** Share of labels of samples that are wrong, at the thresholds. */
	readonly hammingLoss: number;
	/**
	 * Label ranking average precision (Schapire & Singer 2000, as in scikit-learn): the mean over samples of the mean over
	 * their labels of the share of labels ranked at least as high that hold; 1 for a sample without labels.
	 */
	readonly rankingPrecision: number;
	/** Mean over samples and labels of the binary cross entropy, in nats. */
	readonly nll: number;
	/** Mean over samples and labels of (p − y)². */
	readonly brier: number;
	/** Expected calibration error over 15 equal-width bins of the probability that a label holds, all labels together. */
	readonly ece: number;
	readonly reliabilityBins: readonly ReliabilityBin[];
	readonly perLabel: readonly LabelScores[];
}

/** log(1 + exp z), without overflow. */
function softplus(z: number): number {
	return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

function check(where: string, { logits, marks, labels }: MarkedScores): number {
	const count = checkRows(`${where}, logits`, logits, labels);
	if (marks.length === logits.length) return count;
	const expected = `${String(logits.length)} marks, one for each label of each sample`;
	throw new LimbeckError("usage", { where: `${where}, marks`, expected, got: String(marks.length) });
}

/**
 * Ranking, decisions and calibration of independent scores, in float64.
 *
 * @param thresholds - `[labels]`: a label is said to hold where its logit is at least so large.
 * @throws LimbeckError `usage` when the shapes disagree or there is no sample, `model` when a logit is not finite.
 */
export function multiLabelMetrics(scores: MarkedScores, thresholds: ArrayLike<number>): MultiLabelMetrics {
	const { logits, marks, labels } = scores;
	const count = check("multiLabelMetrics", scores);
	const [right, said, held] = [0, 1, 2].map(() => new Float64Array(labels)) as [
		Float64Array,
		Float64Array,
		Float64Array,
	];
	const probabilities = new Float64Array(logits.length);
	let [nll, brier, wrong, whole] = [0, 0, 0, 0];
	for (let row = 0; row < count; row++) {
		let exact = true;
		for (let label = 0; label < labels; label++) {
			const at = row * labels + label;
			const [z, mark] = [logits[at] ?? 0, marks[at] ?? 0];
			const p = sigmoid(z);
			probabilities[at] = Math.max(p, Number.MIN_VALUE);
			nll += softplus(mark === 1 ? -z : z);
			brier += (p - mark) ** 2;
			const says = z >= (thresholds[label] ?? 0) ? 1 : 0;
			if (says !== mark) {
				wrong++;
				exact = false;
			}
			right[label] = (right[label] ?? 0) + says * mark;
			said[label] = (said[label] ?? 0) + says;
			held[label] = (held[label] ?? 0) + mark;
		}
		if (exact) whole++;
	}
	const precisions = averagePrecisions(scores);
	const perLabel = Array.from(held, (held, label): LabelScores => {
		const average = precisions[label];
		return {
			count: held,
			...(average === undefined ? {} : { averagePrecision: average }),
			...decisionScores(right[label] ?? 0, said[label] ?? 0, held),
		};
	});
	const seen = perLabel.filter(({ count }, label) => count > 0 || (said[label] ?? 0) > 0);
	const known = precisions.filter((one) => one !== undefined);
	const bins = reliabilityBins(probabilities, marks);
	const sum = (values: Float64Array): number => values.reduce((total, one) => total + one, 0);
	return {
		meanAveragePrecision: known.reduce((total, one) => total + one, 0) / Math.max(1, known.length),
		microF1: decisionScores(sum(right), sum(said), sum(held)).f1,
		macroF1: seen.reduce((total, { f1 }) => total + f1, 0) / Math.max(1, seen.length),
		subsetAccuracy: whole / count,
		hammingLoss: wrong / logits.length,
		rankingPrecision: rankingPrecision(scores),
		nll: nll / logits.length,
		brier: brier / logits.length,
		ece: expectedCalibrationError(bins),
		reliabilityBins: bins,
		perLabel,
	};
}

function decisionScores(right: number, said: number, held: number): Pick<LabelScores, "precision" | "recall" | "f1"> {
	const of = (whole: number): number => (whole === 0 ? 0 : right / whole);
	return { precision: of(said), recall: of(held), f1: said + held === 0 ? 0 : (2 * right) / (said + held) };
}

/**
 * The average precision of each label, Σ_k (R_k − R_{k−1}) P_k over falling scores, equal ones together; `undefined` of
 * those that hold for no sample.
 */
function averagePrecisions(scores: MarkedScores): readonly (number | undefined)[] {
	const { logits, marks, labels } = scores;
	const count = check("averagePrecisions", scores);
	return Array.from({ length: labels }, (_, label) => {
		const order = Array.from({ length: count }, (_, row) => row * labels + label);
		order.sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0));
		const held = order.reduce((sum, at) => sum + (marks[at] ?? 0), 0);
		if (held === 0) return undefined;
		let [right, last, precision] = [0, 0, 0];
		for (const [place, at] of order.entries()) {
			right += marks[at] ?? 0;
			const next = order[place + 1];
			if (next !== undefined && logits[next] === logits[at]) continue;
			precision += ((right - last) / held) * (right / (place + 1));
			last = right;
		}
		return precision;
	});
}

function rankingPrecision(scores: MarkedScores): number {
	const { logits, marks, labels } = scores;
	const count = logits.length / labels;
	let total = 0;
	for (let row = 0; row < count; row++) {
		const own = logits.subarray(row * labels, (row + 1) * labels);
		const held = marks.subarray(row * labels, (row + 1) * labels);
		const wanted = held.reduce((sum, mark) => sum + mark, 0);
		if (wanted === 0 || wanted === labels) {
			total++;
			continue;
		}
		let precision = 0;
		for (let label = 0; label < labels; label++) {
			if (held[label] !== 1) continue;
			let [above, right] = [0, 0];
			for (let other = 0; other < labels; other++) {
				if ((own[other] ?? 0) < (own[label] ?? 0)) continue;
				above++;
				right += held[other] ?? 0;
			}
			precision += right / above;
		}
		total += precision / wanted;
	}
	return total / count;
}

/**
 * The threshold of each label, a logit, by which its F1 is largest on these samples; 0, a probability of one half, where
 * a label holds for none of them. Between two scores the threshold is their mean.
 */
export function bestThresholds(scores: MarkedScores): readonly number[] {
	const { logits, marks, labels } = scores;
	const count = check("bestThresholds", scores);
	return Array.from({ length: labels }, (_, label) => {
		const order = Array.from({ length: count }, (_, row) => row * labels + label);
		order.sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0));
		const held = order.reduce((sum, at) => sum + (marks[at] ?? 0), 0);
		if (held === 0) return 0;
		let [right, best, threshold] = [0, 0, 0];
		for (const [place, at] of order.entries()) {
			right += marks[at] ?? 0;
			const score = logits[at] ?? 0;
			const next = order[place + 1];
			const below = next === undefined ? score - 1 : (logits[next] ?? 0);
			if (below === score) continue;
			const f1 = (2 * right) / (place + 1 + held);
			if (f1 <= best) continue;
			best = f1;
			threshold = (score + below) / 2;
		}
		return threshold;
	});
}

/** `[count]`: the F1 of each sample's labels at the thresholds; 1 where none holds and none is said to. */
export function sampleF1({ logits, marks, labels }: MarkedScores, thresholds: ArrayLike<number>): Float64Array {
	return Float64Array.from({ length: logits.length / labels }, (_, row) => {
		let [right, said, held] = [0, 0, 0];
		for (let label = 0; label < labels; label++) {
			const at = row * labels + label;
			const says = (logits[at] ?? 0) >= (thresholds[label] ?? 0) ? 1 : 0;
			right += says * (marks[at] ?? 0);
			said += says;
			held += marks[at] ?? 0;
		}
		return said + held === 0 ? 1 : (2 * right) / (said + held);
	});
}

/** Mean over samples and labels of KL(p ‖ q) in nats of two models' probabilities that a label holds, by their logits. */
export function meanBinaryKl(p: Float32Array, q: Float32Array): number {
	let sum = 0;
	for (let at = 0; at < p.length; at++) {
		const [a, b] = [p[at] ?? 0, q[at] ?? 0];
		// p (log p − log q) + (1 − p) (log(1 − p) − log(1 − q)), with log σ(z) = −softplus(−z).
		sum += sigmoid(a) * (softplus(-b) - softplus(-a)) + sigmoid(-a) * (softplus(b) - softplus(a));
	}
	return sum / p.length;
}

/** Share of labels of samples about which two models say the same at a probability of one half. */
export function markAgreement(a: Float32Array, b: Float32Array): number {
	let same = 0;
	for (let at = 0; at < a.length; at++) if ((a[at] ?? 0) >= 0 === (b[at] ?? 0) >= 0) same++;
	return same / a.length;
}
