/** What becomes of samples: known, garbage, or unknown and in a group that may be a category. */
import type { DataSet } from "../../data/data-set.js";
import { acceptanceThreshold, logSoftmaxRow, scaledLogits } from "../../metrics/index.js";
import { type DetectorName, detectors, type Observation } from "./detectors.js";
import { type GarbageKind, garbageKinds } from "./garbage.js";
import { garbageFrom } from "./garbage-samples.js";
import { coherentGroups } from "./groups.js";
import type { Observe } from "./observe.js";

/** How samples are sorted. */
export interface SortingOptions {
	/** The detector that rejects samples, whose rejects are grouped. */
	readonly rejectBy: DetectorName;
	/** The most groups, and the temperature of the soft targets that are grouped. */
	readonly groups: number;
	readonly temperature: number;
	readonly seed: number;
}

/** Distances by which garbage can be told. */
const distances = ["distance", "input"] as const satisfies readonly DetectorName[];

/** By what samples are sorted, all from validation. */
export interface Thresholds {
	/** Of the detector that rejects: accepts 95 % of the validation samples. */
	readonly score: number;
	/** Whatever is as far away as some kind of garbage that is made from validation samples is garbage. */
	readonly garbage: readonly GarbageThreshold[];
}

/** From where on a distance tells garbage. */
export interface GarbageThreshold {
	readonly by: (typeof distances)[number];
	/** 95 % of the garbage of each of these kinds are further away, and 99 % of the validation samples are not. */
	readonly from: number;
	readonly kinds: readonly GarbageKind[];
}

/** A group of samples that are rejected and not as far from all that is known as garbage. */
export interface UnknownGroup {
	readonly coherence: number;
	/** Indices of its samples. */
	readonly members: readonly number[];
	/** Whether it is taken for a category that is yet to be named. */
	readonly candidate: boolean;
}

/** What became of samples, by their indices. */
export interface Verdicts {
	/** By the detector, or as far as garbage. */
	readonly rejected: readonly number[];
	/** Of these, further from all that is known than garbage that is made from validation samples: garbage. */
	readonly far: readonly number[];
	/** Of the others, the most coherent group first. */
	readonly groups: readonly UnknownGroup[];
}

/** A group is taken for a category from this coherence, this share of the grouped samples and this many on. */
const leastCoherence = 0.5;
const leastShare = 0.05;
const leastMembers = 3;

/** Thresholds from validation samples, and from garbage that is made from those. */
export async function thresholdsOf(
	{ rejectBy, seed }: SortingOptions,
	{ validation, sampleShape }: DataSet,
	observe: Observe,
): Promise<Thresholds> {
	const seen = await observe(validation);
	const rows = [...seen.keys()];
	const garbage = garbageFrom({ set: validation, sampleShape, split: "validation", rows }, seed);
	const made = await observe(garbage.set);
	const accepted = (name: DetectorName, share: number): number =>
		acceptanceThreshold(seen.map(detectors[name].score), share);
	return {
		score: accepted(rejectBy, 0.95),
		garbage: distances.flatMap((by) => {
			const told = garbageKinds
				.map((kind) => {
					const scores = made.filter((_, at) => garbage.kinds[at] === kind).map(detectors[by].score);
					// The score from which on 95 % are.
					return {
						kind,
						from: -acceptanceThreshold(
							scores.map((one) => -one),
							0.95,
						),
					};
				})
				.filter(({ from }) => from > accepted(by, 0.99));
			const from = Math.min(...told.map((one) => one.from));
			return told.length === 0 ? [] : [{ by, from, kinds: told.map(({ kind }) => kind) }];
		}),
	};
}

/** Sorts samples. What is rejected and not as far as garbage is grouped in the space of the generalist's soft targets. */
export function verdictsOf(
	{ rejectBy, groups: most, temperature, seed }: SortingOptions,
	thresholds: Thresholds,
	seen: readonly Observation[],
): Verdicts {
	const { score } = detectors[rejectBy];
	const far = seen.flatMap((one, at) => {
		return thresholds.garbage.some(({ by, from }) => detectors[by].score(one) >= from) ? [at] : [];
	});
	const isFar = new Set(far);
	const rejected = seen.flatMap((one, at) => (score(one) > thresholds.score || isFar.has(at) ? [at] : []));
	const near = rejected.filter((at) => !isFar.has(at));
	const points = near.map((at) => softTargets(seen[at]?.logits ?? [], temperature));
	const groups = (points.length === 0 ? [] : coherentGroups(points, most, seed)).map(({ members, coherence }) => ({
		...{ coherence, members: members.map((member) => near[member] ?? 0) },
		candidate: coherence >= leastCoherence && members.length >= Math.max(leastMembers, leastShare * near.length),
	}));
	return { rejected, far, groups: groups.toSorted((a, b) => b.coherence - a.coherence) };
}

/** The generalist's probabilities `[classes]` at a temperature. */
export function softTargets(logits: ArrayLike<number>, temperature: number): Float64Array {
	return logSoftmaxRow(scaledLogits(Float32Array.from(logits), temperature)).map(Math.exp);
}
