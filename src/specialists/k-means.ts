/** On-line K-means on the columns of a covariance. */
import { boundedInteger, permutation, randomStream, type Stream, uniform } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import type { Columns } from "./columns.js";
import { createDistances, type Distances } from "./distances.js";

/** How K-means goes. */
export interface KMeansOptions {
	readonly clusters: number;
	/** Passes over the points; 1 is the single-pass form. */
	readonly epochs: number;
	/** Points that are assigned at once; 1 moves a centre after every point. */
	readonly batch: number;
}

/** What K-means runs with. */
export interface KMeansContext {
	readonly runtime: Runtime;
	/** Decides the start and the order of points. */
	readonly seed: number;
	readonly threads?: number;
}

/** What K-means found. */
export interface KMeansResult {
	/** `[classes, clusters]`: squared distances of points from centres. */
	readonly distances: Float32Array;
	/** `[classes]`: the cluster of each point. No cluster is empty. */
	readonly assignment: Uint32Array;
	/** Σ of the squared distances of points from the centres that they are assigned to. */
	readonly inertia: number;
}

/** Points whose distances are computed at once where no centre moves. */
const readBatch = 256;

/**
 * On-line K-means with mini-batches (MacQueen 1967; Bottou and Bengio 1995; Sculley 2010): every point moves the centre
 * that is nearest to it by 1 / n of the way, where n counts the points that the centre has had, and those of earlier
 * passes half as much with each pass, so that early mistakes fade. The start is k-means++ (Arthur and Vassilvitskii
 * 2007) with several candidates for each centre, of which the best is taken.
 *
 * A centre that had no point in a pass moves to the point that was furthest from its own. At the end, every point is
 * assigned to the nearest centre, and a cluster that is empty still gets the point that is furthest from its own.
 *
 * Memory beside the columns: `clusters` centres, and a batch of points.
 *
 * @param columns - as many points as clusters, or more.
 */
export async function kMeans(columns: Columns, options: KMeansOptions, context: KMeansContext): Promise<KMeansResult> {
	const { runtime, seed, threads } = context;
	const distances = await createDistances(runtime, threads);
	try {
		const centres = await start(columns, options.clusters, distances, randomStream(seed, "k-means/start"));
		const order = randomStream(seed, "k-means/order");
		// Every centre starts as a point.
		const weights = new Float64Array(options.clusters).fill(1);
		for (let epoch = 0; epoch < options.epochs; epoch++) {
			const points = permutation(order, epoch, columns.classes);
			await pass(columns, { centres, weights, batch: options.batch }, points, distances);
			for (const [k, weight] of weights.entries()) weights[k] = weight / 2;
		}
		return await assigned(columns, centres, options.clusters, distances);
	} finally {
		await distances.release();
	}
}

/** Goes over points in batches; gives each batch with the distances, `[batch, centres]`. */
async function* batched(
	columns: Columns,
	points: Uint32Array,
	centres: Float32Array,
	batch: number,
	distances: Distances,
): AsyncIterable<{ readonly ids: Uint32Array; readonly values: Float32Array; readonly found: Float32Array }> {
	const size = columns.classes;
	const room = new Float32Array(Math.min(batch, points.length) * size);
	for (let at = 0; at < points.length; at += batch) {
		const ids = points.subarray(at, at + batch);
		const values = room.subarray(0, ids.length * size);
		columns.read(ids, values);
		yield { ids, values, found: await distances.between(values, centres, size) };
	}
}

/** k-means++: `[clusters, classes]`. */
async function start(columns: Columns, clusters: number, distances: Distances, random: Stream): Promise<Float32Array> {
	const size = columns.classes;
	const centres = new Float32Array(clusters * size);
	const everyPoint = Uint32Array.from({ length: size }, (_, c) => c);
	const candidates = 2 + Math.floor(Math.log(clusters));
	const first = boundedInteger(random.words(0, new Uint32Array(1))[0] ?? 0, size);
	columns.read([first], centres.subarray(0, size));
	const none = new Float32Array(size).fill(Number.POSITIVE_INFINITY);
	let { nearest } = bestOf(await withCandidates(columns, everyPoint, centres.subarray(0, size), none, distances));
	for (let k = 1; k < clusters; k++) {
		const chosen = drawn(nearest, uniform(random, k, candidates));
		const tried = new Float32Array(chosen.length * size);
		columns.read(chosen, tried);
		const outcomes = await withCandidates(columns, everyPoint, tried, nearest, distances);
		const best = bestOf(outcomes);
		nearest = best.nearest;
		const at = outcomes.indexOf(best) * size;
		centres.set(tried.subarray(at, at + size), k * size);
	}
	return centres;
}

/** What a candidate for a centre leaves. */
interface Outcome {
	/** `[classes]`: squared distances from the nearest centre. */
	readonly nearest: Float32Array;
	readonly sum: number;
}

async function withCandidates(
	columns: Columns,
	points: Uint32Array,
	candidates: Float32Array,
	before: Float32Array,
	distances: Distances,
): Promise<readonly Outcome[]> {
	const count = candidates.length / columns.classes;
	const after = Array.from({ length: count }, () => Float32Array.from(before));
	const sums = new Float64Array(count);
	for await (const { ids, found } of batched(columns, points, candidates, readBatch, distances)) {
		for (const [row, id] of ids.entries()) {
			for (const [candidate, nearest] of after.entries()) {
				const distance = Math.min(nearest[id] ?? 0, found[row * count + candidate] ?? 0);
				nearest[id] = distance;
				sums[candidate] = (sums[candidate] ?? 0) + distance;
			}
		}
	}
	return after.map((nearest, candidate) => ({ nearest, sum: sums[candidate] ?? 0 }));
}

function bestOf(outcomes: readonly Outcome[]): Outcome {
	return outcomes.reduce((best, one) => (one.sum < best.sum ? one : best));
}

/** Points drawn with probabilities in proportion to their weights; evenly where all weights are 0. */
function drawn(weights: Float32Array, shares: Float32Array): Uint32Array {
	const sums = new Float64Array(weights.length);
	let total = 0;
	for (const [at, weight] of weights.entries()) sums[at] = total += weight;
	return Uint32Array.from(shares, (share) => {
		if (total === 0) return Math.floor(share * weights.length);
		const target = share * total;
		let [low, high] = [0, weights.length - 1];
		while (low < high) {
			const middle = (low + high) >>> 1;
			if ((sums[middle] ?? 0) > target) high = middle;
			else low = middle + 1;
		}
		return low;
	});
}

/** What a pass moves. */
interface Moving {
	/** `[clusters, classes]` */
	readonly centres: Float32Array;
	/** `[clusters]`: the points that each centre has had. */
	readonly weights: Float64Array;
	readonly batch: number;
}

/** One pass; the centres move. */
async function pass(
	columns: Columns,
	{ centres, weights, batch }: Moving,
	points: Uint32Array,
	distances: Distances,
): Promise<void> {
	const size = columns.classes;
	const clusters = weights.length;
	const empty = new Set(weights.keys());
	const far: { readonly id: number; readonly distance: number }[] = [];
	for await (const { ids, values, found } of batched(columns, points, centres, batch, distances)) {
		for (const [row, id] of ids.entries()) {
			const nearest = leastOf(found, row * clusters, clusters);
			far.push({ id, distance: found[row * clusters + nearest] ?? 0 });
			empty.delete(nearest);
			const weight = (weights[nearest] ?? 0) + 1;
			weights[nearest] = weight;
			moveTowards(centres, nearest * size, values, row * size, size, 1 / weight);
		}
	}
	if (empty.size === 0) return;
	// The sort is stable: equal distances stay in the order of the pass.
	far.sort((a, b) => b.distance - a.distance);
	for (const [place, k] of [...empty].entries()) {
		weights[k] = 1;
		columns.read([far[place]?.id ?? 0], centres.subarray(k * size, (k + 1) * size));
	}
}

function moveTowards(
	centres: Float32Array,
	to: number,
	values: Float32Array,
	from: number,
	size: number,
	share: number,
): void {
	for (let c = 0; c < size; c++) {
		const before = centres[to + c] ?? 0;
		centres[to + c] = before + share * ((values[from + c] ?? 0) - before);
	}
}

/** The place of the least of so many numbers; of equal ones the first. */
function leastOf(values: Float32Array, from: number, count: number): number {
	let best = 0;
	for (let k = 1; k < count; k++) if ((values[from + k] ?? 0) < (values[from + best] ?? 0)) best = k;
	return best;
}

async function assigned(
	columns: Columns,
	centres: Float32Array,
	clusters: number,
	between: Distances,
): Promise<KMeansResult> {
	const points = Uint32Array.from({ length: columns.classes }, (_, c) => c);
	const distances = new Float32Array(columns.classes * clusters);
	for await (const { ids, found } of batched(columns, points, centres, readBatch, between)) {
		distances.set(found, (ids[0] ?? 0) * clusters);
	}
	const assignment = points.map((id) => leastOf(distances, id * clusters, clusters));
	fillEmpty(distances, assignment, clusters);
	const own = Float64Array.from(assignment, (k, id) => distances[id * clusters + k] ?? 0);
	return { distances, assignment, inertia: own.reduce((sum, distance) => sum + distance, 0) };
}

/** Gives each empty cluster the point that is furthest from the centre of its own, of those that are not alone there. */
function fillEmpty(distances: Float32Array, assignment: Uint32Array, clusters: number): void {
	const sizes = new Uint32Array(clusters);
	for (const k of assignment) sizes[k] = (sizes[k] ?? 0) + 1;
	const distance = (id: number): number => distances[id * clusters + (assignment[id] ?? 0)] ?? 0;
	for (const empty of Array.from(sizes.keys()).filter((k) => sizes[k] === 0)) {
		const furthest = Array.from(assignment.keys())
			.filter((id) => (sizes[assignment[id] ?? 0] ?? 0) > 1)
			.reduce((best, id) => (distance(id) > distance(best) ? id : best));
		const old = assignment[furthest] ?? 0;
		sizes[old] = (sizes[old] ?? 0) - 1;
		sizes[empty] = 1;
		assignment[furthest] = empty;
		// Its centre is the point from now on.
		distances[furthest * clusters + empty] = 0;
	}
}
