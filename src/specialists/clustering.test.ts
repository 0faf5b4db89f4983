import { describe, expect, test } from "vitest";
import { runtime } from "../../test/support/graphs.js";
import { parseOptions } from "../options.js";
import { normal, permutation, randomStream } from "../random.js";
import {
	type ClusteringOptions,
	clusterClasses,
	clusteringOptions,
	clusterings,
	type Specialties,
} from "./clustering.js";
import { columnsOf } from "./columns.js";
import { type Covariance, covarianceOf } from "./covariance.js";
import { kMeans } from "./k-means.js";

const [groups, groupSize, classes] = [5, 6, 30];
const order = permutation(randomStream(5, "test/groups"), 0, classes);
const groupOf = (c: number): number => Math.floor((order[c] ?? 0) / groupSize);

/** A classifier that confuses classes within planted groups. */
async function planted(): Promise<Covariance> {
	const noise = normal(randomStream(6, "test/planted"), 0, 3000 * classes);
	const rows = new Float32Array(noise.length);
	for (let at = 0; at < rows.length; at += classes) {
		const truth = (at / classes) % classes;
		const weights = Float64Array.from({ length: classes }, (_, c) =>
			Math.exp((noise[at + c] ?? 0) + (groupOf(c) === groupOf(truth) ? 3 : 0) + (c === truth ? 2 : 0)),
		);
		const sum = weights.reduce((total, weight) => total + weight, 0);
		rows.set(
			weights.map((weight) => weight / sum),
			at,
		);
	}
	return covarianceOf(runtime, [rows], { classes, threads: 1 });
}

const covariance = await planted();
const context = { runtime, seed: 1, threads: 1 };
const choose = async (options: unknown, seed = 1): Promise<Specialties> =>
	clusterClasses(covariance, parseOptions(clusteringOptions, options, "clustering"), { ...context, seed });

const wanted = Array.from({ length: groups }, (_, group) =>
	Array.from({ length: classes }, (_c, c) => c).filter((c) => groupOf(c) === group),
);

/** Sets in an order that does not depend on that of the specialists. */
const sorted = (sets: readonly (readonly number[])[]): readonly string[] => sets.map((set) => set.join()).toSorted();

const examples: { readonly [Name in keyof typeof clusterings]: Extract<ClusteringOptions, { readonly name: Name }> } = {
	nearest: { name: "nearest", specialists: 5, classesPerSpecialist: 8, columns: "covariance", epochs: 5, batch: 4 },
	partition: { name: "partition", specialists: 7, columns: "correlation", epochs: 5, batch: 4 },
	"confusable-pairs": { name: "confusable-pairs", specialists: 6, classesPerSpecialist: 8, columns: "covariance" },
	random: {
		name: "random",
		of: { name: "nearest", specialists: 5, classesPerSpecialist: 8, columns: "covariance", epochs: 5, batch: 4 },
	},
};

describe.each(Object.entries(examples))("%s", (_, options) => {
	test("chooses classes in order and counts them, the same for the same seed", async () => {
		const chosen = await clusterClasses(covariance, options, context);
		const counted = new Uint32Array(classes);
		for (const set of chosen.specialists) {
			expect(set.length).toBeGreaterThan(0);
			expect(set).toEqual([...new Set(set)].toSorted((a, b) => a - b));
			for (const c of set) counted[c] = (counted[c] ?? 0) + 1;
		}
		expect(chosen.coverage).toEqual(counted);
		expect(await clusterClasses(covariance, options, context)).toEqual(chosen);
	});
});

describe("planted groups are found", () => {
	for (const columns of ["profile", "covariance", "correlation"]) {
		test(`by the columns of the ${columns}`, async () => {
			const options = { specialists: groups, columns, epochs: 10, batch: 8 };
			const nearest = await choose({ name: "nearest", classesPerSpecialist: groupSize, ...options });
			expect(sorted(nearest.specialists)).toEqual(sorted(wanted));
			const partition = await choose({ name: "partition", ...options });
			expect(sorted(partition.specialists)).toEqual(sorted(wanted));
			expect(new Set(partition.coverage)).toEqual(new Set([1]));
		});
	}

	test("most of them in a single pass, class by class", async () => {
		const found = new Set(
			sorted((await choose({ name: "partition", specialists: groups, epochs: 1, batch: 1 })).specialists),
		);
		expect(sorted(wanted).filter((group) => found.has(group)).length).toBeGreaterThanOrEqual(3);
	});

	test("around confused pairs", async () => {
		const pairs = await choose({ name: "confusable-pairs", specialists: groups, classesPerSpecialist: groupSize });
		expect(sorted(pairs.specialists)).toEqual(sorted(wanted));
	});
});

test("sets around pairs end when every pair is together in one", async () => {
	const { specialists } = await choose({ name: "confusable-pairs", specialists: 400, classesPerSpecialist: 29 });
	const pairs = new Set(specialists.flatMap((set) => set.flatMap((a) => set.map((b) => `${String(a)} ${String(b)}`))));
	expect(specialists.length).toBeLessThan(400);
	expect(pairs.size).toBe(classes * classes);
});

test("a control has the sizes and the coverage of what it is compared with, and other classes", async () => {
	const of = examples.nearest;
	const [real, control] = [await choose(of), await choose({ name: "random", of })];
	const sizes = ({ specialists }: Specialties): readonly number[] => specialists.map((set) => set.length);
	expect(sizes(control)).toEqual(sizes(real));
	expect(control.coverage.toSorted()).toEqual(real.coverage.toSorted());
	expect(control.specialists).not.toEqual(real.specialists);
});

test("another seed makes another control", async () => {
	const of = examples.nearest;
	expect(await choose({ name: "random", of }, 1)).not.toEqual(await choose({ name: "random", of }, 2));
});

test("a profile is a column without the class's own variance, of length 1", () => {
	const values = Float32Array.of(9, 3, 4, 3, 5, 0, 4, 0, 7);
	const three: Covariance = { classes: 3, count: 1, mean: new Float64Array(3), values, truncation: 0 };
	const out = new Float32Array(6);
	columnsOf(three, "profile").read([0, 1], out);
	expect(out).toEqual(Float32Array.of(0, 0.6, 0.8, 1, 0, 0));
});

test("no cluster is empty, even where points are equal or clusters as many as points", async () => {
	const size = 12;
	const values = new Float32Array(size * size);
	for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) values[i * size + j] = i % 2 === j % 2 ? 1 : 0;
	const equal: Covariance = { classes: size, count: 1, mean: new Float64Array(size), values, truncation: 0 };
	for (const clusters of [2, 5, 12]) {
		const options = { clusters, epochs: 3, batch: 5 };
		const { assignment, inertia } = await kMeans(columnsOf(equal, "covariance"), options, context);
		expect(new Set(assignment).size).toBe(clusters);
		expect(inertia).toBeCloseTo(0, 6);
	}
});

test("more passes do not leave points further away", async () => {
	const columns = columnsOf(covariance, "covariance");
	const inertia = async (epochs: number): Promise<number> =>
		(await kMeans(columns, { clusters: 8, epochs, batch: 10 }, context)).inertia;
	expect(await inertia(20)).toBeLessThanOrEqual(1.02 * (await inertia(1)));
});

test("more than there are classes is refused", async () => {
	await expect(choose({ name: "partition", specialists: 31 })).rejects.toThrow("up to 30 specialists");
	await expect(choose({ name: "nearest", specialists: 2, classesPerSpecialist: 30 })).rejects.toThrow("got 2 of 30");
});
