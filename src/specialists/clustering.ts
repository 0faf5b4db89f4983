/** Which classes each specialist is for: the ways to choose them. */
import { z } from "zod";
import { entryChoice } from "../choices.js";
import { LimbeckError } from "../errors.js";
import { permutation, randomStream } from "../random.js";
import { type ColumnScale, columnsOf } from "./columns.js";
import { confusablePairs } from "./confusable-pairs.js";
import type { Covariance } from "./covariance.js";
import { type KMeansContext, type KMeansResult, kMeans } from "./k-means.js";

/** The classes of each specialist, in ascending order. */
export type ClassSets = readonly (readonly number[])[];

/** The classes of the specialists, and how they cover all. */
export interface Specialties {
	readonly specialists: ClassSets;
	/** `[classes]`: how many specialists each class has. */
	readonly coverage: Uint32Array;
}

/** One way to choose the classes of specialists. */
export interface Clustering<Options extends z.ZodType> {
	readonly options: Options;
	/** The classes of each specialist, in any order. */
	readonly choose: (
		covariance: Covariance,
		options: z.infer<Options>,
		context: KMeansContext,
	) => ClassSets | Promise<ClassSets>;
}

/** The profile is the default: with thousands of classes, own variances else hide what classes have in common. */
const columns = z
	.enum(["profile", "covariance", "correlation"])
	.default("profile")
	.describe("what K-means compares: columns without own variance and of length 1, or of the covariance or correlation");
const specialists = z.int().min(1).describe("how many specialists");
const classesPerSpecialist = z.int().min(2).describe("classes of each specialist");
const kMeansFields = {
	specialists,
	columns,
	epochs: z.int().min(1).max(10_000).default(20).describe("passes of K-means; 1 is the single-pass form"),
	batch: z.int().min(1).default(64).describe("classes that K-means assigns at once"),
};

const nearestOptions = z.strictObject({
	name: z.literal("nearest").describe("on-line K-means; the classes nearest to each centre, which may overlap"),
	...kMeansFields,
	classesPerSpecialist,
});
const partitionOptions = z.strictObject({
	name: z.literal("partition").describe("on-line K-means; each class belongs to the centre nearest to it"),
	...kMeansFields,
});
const pairsOptions = z.strictObject({
	name: z.literal("confusable-pairs").describe("sets grown around the most confused pairs of classes"),
	specialists,
	columns: z
		.enum(["covariance", "correlation"])
		.default("covariance")
		.describe("what says how much two classes are confused; by the correlation rare ones count as much as others"),
	classesPerSpecialist,
});

/** The n classes nearest to each centre of K-means: they may be several specialists', or none's. */
const nearest: Clustering<typeof nearestOptions> = {
	options: nearestOptions,
	async choose(covariance, options, context) {
		checkSizes(covariance, options.specialists, options.classesPerSpecialist);
		const { distances } = await clustered(covariance, options, context);
		const { specialists: count, classesPerSpecialist: size } = options;
		return sequence(count).map((k) => nearestTo(distances, k, count).slice(0, size));
	},
};

/** Every class is one specialist's: that of the nearest centre of K-means. */
const partition: Clustering<typeof partitionOptions> = {
	options: partitionOptions,
	async choose(covariance, options, context) {
		checkSizes(covariance, options.specialists, 1);
		const { assignment } = await clustered(covariance, options, context);
		return sequence(options.specialists).map((k) => sequence(covariance.classes).filter((c) => assignment[c] === k));
	},
};

const confusable: Clustering<typeof pairsOptions> = {
	options: pairsOptions,
	choose(covariance, options) {
		checkSizes(covariance, 1, options.classesPerSpecialist);
		return confusablePairs(columnsOf(covariance, options.columns), options);
	},
};

/** The ways that look at the covariance, by name. */
const chosen = { nearest, partition, "confusable-pairs": confusable } as const;

/** One of them and its options, as a recipe writes it. */
export const chosenClusterings = entryChoice(chosen);

const randomOptions = z.strictObject({
	name: z.literal("random").describe("a control: another's sets with the classes exchanged at random"),
	of: chosenClusterings.describe("the choice whose sizes, overlaps and coverage it has"),
});

/** The sets of another entry under a random permutation of all classes. */
const random: Clustering<typeof randomOptions> = {
	options: randomOptions,
	async choose(covariance, { of }, context) {
		const { specialists: sets } = await clusterClasses(covariance, of, context);
		const order = permutation(randomStream(context.seed, "clustering/random"), 0, covariance.classes);
		return sets.map((set) => set.map((c) => order[c] ?? 0));
	},
};

/** Every way to choose the classes of specialists, by name. */
export const clusterings = { ...chosen, random } as const;

/** A way's name and options, as a recipe writes them. */
export const clusteringOptions = entryChoice(clusterings);

/** A way to choose the classes of specialists, with its options. */
export type ClusteringOptions = z.infer<typeof clusteringOptions>;

/**
 * Chooses the classes of specialists from the covariance of a generalist's predictions (Hinton et al. 2015, §5.3). The
 * predictions must not be those on a test split.
 *
 * @throws LimbeckError (`usage`) for more specialists, or more classes for each, than there are classes.
 */
export async function clusterClasses(
	covariance: Covariance,
	options: ClusteringOptions,
	context: KMeansContext,
): Promise<Specialties> {
	// The name picks the entry whose options these are; TypeScript cannot pair them through the table.
	const entry: Clustering<z.ZodType<ClusteringOptions>> = clusterings[options.name];
	const sets = await entry.choose(covariance, options, context);
	const ordered = sets.map((set) => set.toSorted((a, b) => a - b));
	return { specialists: ordered, coverage: coverageOf(ordered, covariance.classes) };
}

/** `[classes]`: in how many sets each class is. */
function coverageOf(sets: ClassSets, classes: number): Uint32Array {
	const coverage = new Uint32Array(classes);
	for (const c of sets.flat()) coverage[c] = (coverage[c] ?? 0) + 1;
	return coverage;
}

function clustered(
	covariance: Covariance,
	options: {
		readonly specialists: number;
		readonly columns: ColumnScale;
		readonly epochs: number;
		readonly batch: number;
	},
	context: KMeansContext,
): Promise<KMeansResult> {
	const { epochs, batch } = options;
	return kMeans(columnsOf(covariance, options.columns), { clusters: options.specialists, epochs, batch }, context);
}

/** All classes, the nearest to a centre first; of equal ones the first. */
function nearestTo(distances: Float32Array, centre: number, centres: number): readonly number[] {
	const distance = (c: number): number => distances[c * centres + centre] ?? 0;
	return sequence(distances.length / centres).toSorted((a, b) => distance(a) - distance(b));
}

function sequence(count: number): readonly number[] {
	return Array.from({ length: count }, (_, i) => i);
}

function checkSizes({ classes }: Covariance, count: number, size: number): void {
	if (count <= classes && size < classes) return;
	throw new LimbeckError("usage", {
		where: "clustering",
		expected: `up to ${String(classes)} specialists of fewer than ${String(classes)} classes each`,
		got: `${String(count)} of ${String(size)}`,
	});
}
