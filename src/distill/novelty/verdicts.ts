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

/** What is usual: validation samples, and the thresholds that they give. */
export interface Usual {
	readonly thresholds: Thresholds;
	readonly seen: readonly Observation[];
}

/** A group of samples that are rejected and not as far from all that is known as garbage. */
export interface UnknownGroup {
	readonly coherence: number;
	/** How many samples of what is known would be in it: the validation samples there, for as many as are accepted. */
	readonly expected: number;
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
/** So much of it is more than expected, and by so many standard deviations. */
const leastExcess = 0.5;
const leastDeviations = 2;

/** What is usual, by validation samples and by garbage that is made from those. */
export async function usualOf(
	{ rejectBy, seed }: SortingOptions,
	{ validation, sampleShape }: DataSet,
	observe: Observe,
): Promise<Usual> {
	const seen = await observe(validation);
	const rows = [...seen.keys()];
	const garbage = garbageFrom({ set: validation, sampleShape, split: "validation", rows }, seed);
	const made = await observe(garbage.set);
	const accepted = (name: DetectorName, share: number): number =>
		acceptanceThreshold(seen.map(detectors[name].score), share);
	const thresholds = {
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
	return { thresholds, seen };
}

/**
 * Sorts samples. What is rejected and not as far as garbage is grouped in the space of the generalist's soft targets,
 * together with what is so of the validation samples: groups of known samples that are often confused have those in them
 * as well.
 */
export function verdictsOf(
	{ rejectBy, groups: most, temperature, seed }: SortingOptions,
	{ thresholds, seen: validation }: Usual,
	seen: readonly Observation[],
): Verdicts {
	const [own, usual] = [sorted(rejectBy, thresholds, seen), sorted(rejectBy, thresholds, validation)];
	const near = [...own.near.map((at) => seen[at]), ...usual.near.map((at) => validation[at])];
	const points = near.map((one) => softTargets(one?.logits ?? [], temperature));
	// As many known samples as this are there for each of validation, if as many of them are accepted.
	const scale = own.accepted / Math.max(1, usual.accepted);
	const groups = (own.near.length === 0 ? [] : coherentGroups(points, most, seed)).flatMap(
		({ members: places, coherence }) => {
			const members = places.flatMap((place) => own.near[place] ?? []);
			if (members.length === 0) return [];
			const expected = scale * (places.length - members.length);
			const excess = members.length - expected;
			const candidate =
				coherence >= leastCoherence &&
				members.length >= Math.max(leastMembers, leastShare * own.near.length) &&
				excess >= leastExcess * members.length &&
				// Both counts vary, as those of rare events do.
				excess >= leastDeviations * Math.sqrt((1 + scale) * expected);
			return [{ coherence, expected, members, candidate }];
		},
	);
	return { rejected: own.rejected, far: own.far, groups: groups.toSorted((a, b) => b.coherence - a.coherence) };
}

/** Indices of samples that are rejected, of those as far as garbage and of the others; and how many are accepted. */
function sorted(
	rejectBy: DetectorName,
	{ score: threshold, garbage }: Thresholds,
	seen: readonly Observation[],
): Pick<Verdicts, "rejected" | "far"> & { readonly near: readonly number[]; readonly accepted: number } {
	const { score } = detectors[rejectBy];
	const far = seen.flatMap((one, at) => (garbage.some(({ by, from }) => detectors[by].score(one) >= from) ? [at] : []));
	const isFar = new Set(far);
	const rejected = seen.flatMap((one, at) => (score(one) > threshold || isFar.has(at) ? [at] : []));
	const near = rejected.filter((at) => !isFar.has(at));
	return { rejected, far, near, accepted: seen.length - rejected.length };
}

/** The generalist's probabilities `[classes]` at a temperature. */
export function softTargets(logits: ArrayLike<number>, temperature: number): Float64Array {
	return logSoftmaxRow(scaledLogits(Float32Array.from(logits), temperature)).map(Math.exp);
}
