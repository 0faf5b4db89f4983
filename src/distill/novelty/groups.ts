/** Groups of samples that the same classes resemble: what may be a category that nobody has named. */
import { boundedInteger, randomStream } from "../../random.js";

/** Points as rows of equal length. */
export type Points = readonly ArrayLike<number>[];

/** Samples that belong together. */
export interface Group {
	/** Indices of its points. */
	readonly members: readonly number[];
	/**
	 * How much nearer its points are to its own centre than to the next: the mean of (b − a) / max(a, b), a and b being
	 * their distances from the two; 0 is no group at all, nor is a single point. The silhouette of Rousseeuw 1987 with
	 * centres.
	 */
	readonly coherence: number;
}

const passes = 50;

/**
 * K-means (Lloyd 1982) from a k-means++ start (Arthur & Vassilvitskii 2007); without groups that are empty.
 *
 * @param count - the most groups.
 */
export function groupsOf(points: Points, count: number, seed: number): readonly Group[] {
	let centres = startOf(points, Math.min(count, points.length), seed);
	let assignment: readonly number[] = [];
	for (let pass = 0; pass < passes; pass++) {
		const next = points.map((point) => nearestOf(point, centres));
		if (next.every((centre, k) => centre === assignment[k])) break;
		assignment = next;
		const moved = next;
		centres = centres.map((centre, k) => {
			const own = points.filter((_, at) => moved[at] === k);
			return own.length === 0 ? centre : meanOfPoints(own);
		});
	}
	return centres.flatMap((centre, k) => {
		const members = assignment.flatMap((own, at) => (own === k ? [at] : []));
		if (members.length === 0) return [];
		const others = centres.filter((_, other) => other !== k);
		const silhouettes = members.map((at) => {
			const point = points[at] ?? [];
			const a = Math.sqrt(squaredDistance(point, centre));
			const b = Math.sqrt(Math.min(...others.map((other) => squaredDistance(point, other))));
			return others.length === 0 || members.length === 1 || b === 0 ? 0 : (b - a) / Math.max(a, b);
		});
		return [{ members, coherence: silhouettes.reduce((sum, one) => sum + one, 0) / members.length }];
	});
}

/**
 * As many groups as are most coherent in the mean over their points: of 2 to `most`, the fewest where several are alike.
 *
 * @returns one group where there is but one point.
 */
export function coherentGroups(points: Points, most: number, seed: number): readonly Group[] {
	const meanOf = (groups: readonly Group[]): number =>
		groups.reduce((sum, { coherence, members }) => sum + coherence * members.length, 0) / points.length;
	const tried = Array.from({ length: Math.max(1, most - 1) }, (_, k) => groupsOf(points, k + 2, seed));
	return tried.reduce((best, groups) => (meanOf(groups) > meanOf(best) ? groups : best));
}

/** The squared Euclidean distance. */
function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
	let sum = 0;
	for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
	return sum;
}

/** Each centre a point, drawn in proportion to the squared distance from those before. */
function startOf(points: Points, count: number, seed: number): Points {
	const words = randomStream(seed, "novelty/groups").words(0, new Uint32Array(count));
	const centres: ArrayLike<number>[] = [];
	const least = points.map(() => Infinity);
	for (let k = 0; k < count; k++) {
		const word = words[k] ?? 0;
		const chosen = k === 0 ? boundedInteger(word, points.length) : drawn(least, word / 2 ** 32);
		const centre = points[chosen] ?? [];
		centres.push(centre);
		for (const [at, point] of points.entries()) {
			least[at] = Math.min(least[at] ?? Infinity, squaredDistance(point, centre));
		}
	}
	return centres;
}

/** An index in proportion to weights. @param share - in [0, 1). */
function drawn(weights: readonly number[], share: number): number {
	let rest = share * weights.reduce((sum, weight) => sum + weight, 0);
	const found = weights.findIndex((weight) => {
		rest -= weight;
		return rest < 0;
	});
	return Math.max(0, found);
}

function nearestOf(point: ArrayLike<number>, centres: Points): number {
	const distances = centres.map((centre) => squaredDistance(point, centre));
	return distances.indexOf(Math.min(...distances));
}

function meanOfPoints(points: Points): Float64Array {
	const mean = new Float64Array(points[0]?.length ?? 0);
	for (const point of points) for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] ?? 0) + (point[i] ?? 0);
	return mean.map((sum) => sum / points.length);
}
