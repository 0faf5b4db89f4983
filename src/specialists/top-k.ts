/** The covariance of predictions of which only the k most probable classes are known, for thousands of classes. */
import { LimbeckError } from "../errors.js";
import { type Covariance, checkCount, checkProbabilities, fillSymmetric, squareMatrix } from "./covariance.js";

/** Predictions by their most probable classes; the rest of each is spread evenly over the other classes. */
export interface TopPredictions {
	/** `[count, k]`, the classes; those of a row differ. */
	readonly indices: Uint32Array;
	/** `[count, k]`, their probabilities, in no particular order. */
	readonly probabilities: Float32Array;
}

/** Of what size predictions are. */
export interface TopShape {
	readonly classes: number;
	/** Fewer than the classes. */
	readonly k: number;
}

/**
 * The k most probable classes of each prediction.
 *
 * @param rows - probabilities, `[any, classes]`.
 * @throws LimbeckError (`data`) for rows that are not probabilities, (`usage`) for a k that leaves no class out.
 */
export function topPredictions(rows: Float32Array, { classes, k }: TopShape): TopPredictions {
	checkShape({ classes, k });
	checkProbabilities(rows, classes, "top-k predictions");
	const count = rows.length / classes;
	const [indices, probabilities] = [new Uint32Array(count * k), new Float32Array(count * k)];
	for (let row = 0; row < count; row++) {
		let size = 0;
		for (let c = 0; c < classes; c++) {
			const value = rows[row * classes + c] ?? 0;
			if (size === k && value <= (probabilities[row * k + k - 1] ?? 0)) continue;
			let at = size === k ? k - 1 : size++;
			for (; at > 0 && (probabilities[row * k + at - 1] ?? 0) < value; at--) {
				probabilities[row * k + at] = probabilities[row * k + at - 1] ?? 0;
				indices[row * k + at] = indices[row * k + at - 1] ?? 0;
			}
			probabilities[row * k + at] = value;
			indices[row * k + at] = c;
		}
	}
	return { indices, probabilities };
}

/**
 * The covariance of top-k predictions, streamed: k² additions a prediction, whatever the number of classes, and exact
 * for the predictions as stored. With e what each class of the rest has, p = e 1 + d, where d is zero but at the k
 * classes, so
 *
 * Σ p pᵀ = Σ d dᵀ + 1 vᵀ + v 1ᵀ + Σ e² 1 1ᵀ, with v = Σ e d:
 *
 * the sparse part is summed as predictions come, the others once at the end. `truncation` bounds what the rest could
 * have been. Let δ be the full prediction less the stored one: none of the rest can be above the least that was kept, t,
 * nor above their sum r, so |δ|² ≤ r min(t, r) − r² / (classes − k); and with the trace of the covariance
 * (Cauchy and Schwarz), |error| ≤ D (2 √trace + D), where D² = mean |δ|².
 *
 * @throws LimbeckError (`data`) for rows that are no predictions, and where there are none.
 */
export async function topKCovarianceOf(
	batches: Iterable<TopPredictions> | AsyncIterable<TopPredictions>,
	shape: TopShape,
): Promise<Covariance> {
	checkShape(shape);
	const { classes } = shape;
	const sums: TopSums = {
		shape,
		count: 0,
		even: 0,
		evenSquared: 0,
		lost: 0,
		first: new Float64Array(classes),
		cross: new Float64Array(classes),
		second: squareMatrix(classes),
	};
	const row = {
		indices: new Uint32Array(shape.k),
		order: new Float64Array(shape.k),
		excess: new Float64Array(shape.k),
	};
	for await (const { indices, probabilities } of batches) {
		checkLengths(indices, probabilities, shape.k);
		for (let at = 0; at < indices.length; at += shape.k) addPrediction(sums, row, indices, probabilities, at);
	}
	return finished(sums);
}

/** What is summed while predictions come. */
interface TopSums {
	readonly shape: TopShape;
	count: number;
	/** Σ e. */
	even: number;
	/** Σ e². */
	evenSquared: number;
	/** Σ of the bound on |δ|². */
	lost: number;
	/** `[classes]`: Σ d. */
	readonly first: Float64Array;
	/** `[classes]`: Σ e d. */
	readonly cross: Float64Array;
	/** `[classes, classes]`, the upper triangle: Σ d dᵀ. */
	readonly second: Float32Array;
}

/** Room for one prediction, its classes in order. */
interface Row {
	readonly indices: Uint32Array;
	/** Class and place in one number, to be sorted. */
	readonly order: Float64Array;
	readonly excess: Float64Array;
}

function addPrediction(sums: TopSums, row: Row, indices: Uint32Array, probabilities: Float32Array, at: number): void {
	const { k, classes } = sums.shape;
	const { even, lost } = restOf(sums, probabilities, at);
	for (let i = 0; i < k; i++) row.order[i] = (indices[at + i] ?? 0) * k + i;
	row.order.sort();
	for (let i = 0; i < k; i++) {
		const place = (row.order[i] ?? 0) % k;
		const c = indices[at + place] ?? 0;
		if (c >= classes || (i > 0 && c === row.indices[i - 1])) throw wrongClass(sums, c);
		const excess = (probabilities[at + place] ?? 0) - even;
		row.indices[i] = c;
		row.excess[i] = excess;
		sums.first[c] = (sums.first[c] ?? 0) + excess;
		sums.cross[c] = (sums.cross[c] ?? 0) + even * excess;
	}
	for (let i = 0; i < k; i++) {
		const [base, excess] = [(row.indices[i] ?? 0) * classes, row.excess[i] ?? 0];
		for (let j = i; j < k; j++) {
			const to = base + (row.indices[j] ?? 0);
			sums.second[to] = (sums.second[to] ?? 0) + excess * (row.excess[j] ?? 0);
		}
	}
	sums.count += 1;
	sums.even += even;
	sums.evenSquared += even * even;
	sums.lost += lost;
}

/** How far the sum of float16 probabilities may be above 1. */
const tolerance = 1e-2;

/** What each class of the rest has, and the bound on |δ|². */
function restOf(sums: TopSums, probabilities: Float32Array, at: number): { even: number; lost: number } {
	const { classes, k } = sums.shape;
	let kept = 0;
	let least = 1;
	for (let i = 0; i < k; i++) {
		const value = probabilities[at + i] ?? 0;
		if (!(value >= 0)) throw wrongSum(sums, String(value));
		kept += value;
		least = Math.min(least, value);
	}
	if (kept > 1 + tolerance) throw wrongSum(sums, `a sum of ${kept.toPrecision(4)}`);
	const rest = Math.max(0, 1 - kept);
	return {
		even: rest / (classes - k),
		lost: Math.max(0, rest * Math.min(least, rest) - (rest * rest) / (classes - k)),
	};
}

function finished({ shape: { classes }, count, even, evenSquared, lost, first, cross, second }: TopSums): Covariance {
	checkCount(count);
	const mean = first.map((sum) => (sum + even) / count);
	const [spread, own] = [evenSquared / count, cross.map((sum) => sum / count)];
	fillSymmetric(
		second,
		classes,
		(sum, i, j) => sum / count + spread + (own[i] ?? 0) + (own[j] ?? 0) - (mean[i] ?? 0) * (mean[j] ?? 0),
	);
	let trace = 0;
	for (let c = 0; c < classes; c++) trace += second[c * classes + c] ?? 0;
	const distance = Math.sqrt(lost / count);
	return { classes, count, mean, values: second, truncation: distance * (2 * Math.sqrt(trace) + distance) };
}

function checkShape({ classes, k }: TopShape): void {
	if (Number.isInteger(k) && k >= 1 && k < classes) return;
	const expected = `a whole number from 1 to ${String(classes - 1)}, fewer than the classes`;
	throw new LimbeckError("usage", { where: "top-k predictions: k", expected, got: String(k) });
}

function checkLengths(indices: Uint32Array, probabilities: Float32Array, k: number): void {
	if (indices.length === probabilities.length && indices.length % k === 0) return;
	const got = `${String(indices.length)} classes and ${String(probabilities.length)} probabilities`;
	throw new LimbeckError("data", { where: "top-k predictions", expected: `rows of ${String(k)} of both`, got });
}

function wrongClass({ shape: { classes }, count }: TopSums, c: number): LimbeckError {
	const expected = `different classes below ${String(classes)}`;
	return new LimbeckError("data", {
		where: `top-k predictions: row ${String(count)}`,
		expected,
		got: `class ${String(c)}`,
	});
}

function wrongSum({ count }: TopSums, got: string): LimbeckError {
	const expected = "probabilities that sum to 1 or less";
	return new LimbeckError("data", { where: `top-k predictions: row ${String(count)}`, expected, got });
}
