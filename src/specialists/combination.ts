/** A generalist's and its specialists' predictions made one, case by case. */
import { LimbeckError } from "../errors.js";

/** What a specialist says of a case. */
export interface SpecialistAnswer {
	/** Its classes. */
	readonly classes: readonly number[];
	/** `[classes + 1]`: their probabilities, and that of all other classes together, last. */
	readonly probabilities: ArrayLike<number>;
}

/** When to stop. */
export interface CombineOptions {
	/** The most steps; 1000 where absent. */
	readonly iterations?: number;
	/** No mass may move by more than this share of itself in the last step; 1e-12 where absent. */
	readonly tolerance?: number;
}

/** The ways to combine, by name. */
export const combinationRules = ["kl", "arithmetic", "geometric"] as const;

/** A way to combine: see {@link combine}. */
export type CombinationRule = (typeof combinationRules)[number];

/** Where a probability is 0, so that mass that must go there is spread evenly. Below all that float32 classifiers say. */
export const leastMass = 1e-20;

/** A way to combine a generalist's prediction `[classes]` with the answers of active specialists. */
type Combine = (
	generalist: ArrayLike<number>,
	answers: readonly SpecialistAnswer[],
	options: CombineOptions,
) => Float64Array;

/** The table of the ways, in float64. */
const combinations: Readonly<Record<CombinationRule, Combine>> = {
	kl: (generalist, answers, options) => {
		const { groups, groupOf, own } = grouped(generalist, answers);
		const masses = minimum(groups, answers, options);
		const factors = masses.map((mass, k) => mass / (groups[k]?.own ?? 1));
		for (let i = 0; i < own.length; i++) own[i] = (own[i] ?? 0) * (factors[groupOf[i] ?? 0] ?? 0);
		return own;
	},
	arithmetic: (generalist, answers) => {
		const { groups, groupOf, own } = grouped(generalist, answers);
		const rates = outsideMasses(groups, answers.length, (group) => group.generalist).map(
			(outside, m) => dustbinOf(answers[m]) / outside,
		);
		const factors = groups.map(({ outside }) => outside.reduce((sum, m) => sum + (rates[m] ?? 0), 0));
		return own.map(
			(value, i) => (value + floored(generalist[i]) * (factors[groupOf[i] ?? 0] ?? 0)) / (1 + answers.length),
		);
	},
	geometric: (generalist, answers) => {
		const { groups, groupOf } = grouped(generalist, answers);
		const outside = outsideMasses(groups, answers.length, (group) => group.generalist);
		const dealt = outside.map((mass, m) => Math.log(floored(dustbinOf(answers[m])) / mass));
		const offsets = groups.map((group) => group.outside.reduce((sum, m) => sum + (dealt[m] ?? 0), 0));
		const logs = Float64Array.from(
			groupOf,
			(k, i) => (1 + (groups[k]?.outside.length ?? 0)) * Math.log(floored(generalist[i])) + (offsets[k] ?? 0),
		);
		for (const { classes, probabilities } of answers) {
			for (const [place, i] of classes.entries()) logs[i] = (logs[i] ?? 0) + Math.log(floored(probabilities[place]));
		}
		const means = logs.map((log) => log / (1 + answers.length));
		const most = means.reduce((max, log) => Math.max(max, log));
		const weights = means.map((log) => Math.exp(log - most));
		const total = weights.reduce((sum, weight) => sum + weight, 0);
		return weights.map((weight) => weight / total);
	},
};

/**
 * Combines the predictions on one case, in float64.
 *
 * - `kl`: the q that minimises KL(p^g, q) + Σ_m KL(p^m, q) (Hinton et al. 2015, §5.4), where what q gives to all classes
 *   that are not m's counts as its dustbin. By EM: a dustbin's mass is dealt to its classes in proportion to q, and q
 *   becomes the mean of all. Classes that are in the same specialists are all multiplied alike, so q stays in proportion
 *   to b_i = p^g_i + Σ_{m: i ∈ S^m} p^m_i among them: the iteration is over the masses of such groups, and a case costs
 *   the classes once and the specialists' classes once, however many steps it takes.
 * - `arithmetic`: the mean of the distributions, each dustbin dealt in proportion to the generalist: EM's first step.
 * - `geometric`: the mean of their logarithms, made a distribution again.
 *
 * Where no specialist is active, all give the generalist back.
 *
 * @param generalist - probabilities `[classes]`.
 * @param answers - of the active specialists alone.
 * @returns probabilities `[classes]`.
 * @throws LimbeckError (`usage`) for an answer of another size than its classes and a dustbin.
 */
export function combine(
	rule: CombinationRule,
	generalist: ArrayLike<number>,
	answers: readonly SpecialistAnswer[],
	options: CombineOptions = {},
): Float64Array {
	if (answers.length === 0) return Float64Array.from(generalist);
	const wrong = answers.find(({ classes, probabilities }) => probabilities.length !== classes.length + 1);
	if (wrong === undefined) return combinations[rule](generalist, answers, options);
	const expected = `${String(wrong.classes.length + 1)} probabilities, the dustbin's last`;
	throw new LimbeckError("usage", { where: "combination", expected, got: String(wrong.probabilities.length) });
}

/**
 * The specialists that have one of the n most probable classes of a prediction (Hinton et al. 2015, §5.4).
 *
 * @param specialistsOf - for each class, the specialists that have it.
 */
export function activeSpecialists(
	generalist: ArrayLike<number>,
	specialistsOf: readonly (readonly number[])[],
	n = 1,
): readonly number[] {
	const top: number[] = [];
	for (let c = 0; c < generalist.length; c++) {
		const value = generalist[c] ?? 0;
		if (top.length === n && value <= (generalist[top[n - 1] ?? 0] ?? 0)) continue;
		const at = top.findIndex((other) => value > (generalist[other] ?? 0));
		top.splice(at === -1 ? top.length : at, 0, c);
		if (top.length > n) top.pop();
	}
	return [...new Set(top.flatMap((c) => specialistsOf[c] ?? []))].toSorted((a, b) => a - b);
}

/** For each class, the specialists that have it. */
export function specialistsOfClasses(
	specialists: readonly (readonly number[])[],
	classes: number,
): readonly (readonly number[])[] {
	const found = Array.from({ length: classes }, (): number[] => []);
	for (const [m, set] of specialists.entries()) for (const c of set) found[c]?.push(m);
	return found;
}

/** Classes that are in the same specialists. */
interface Group {
	/** The specialists that do not have them. */
	readonly outside: readonly number[];
	/** Σ b over them. */
	own: number;
	/** Σ p^g over them. */
	generalist: number;
}

interface Grouped {
	readonly groups: readonly Group[];
	/** `[classes]` */
	readonly groupOf: Uint32Array;
	/** `[classes]`: b. */
	readonly own: Float64Array;
}

function grouped(generalist: ArrayLike<number>, answers: readonly SpecialistAnswer[]): Grouped {
	const groupOf = new Uint32Array(generalist.length);
	const own = new Float64Array(generalist.length);
	// A plain loop: `from` with a function takes seven times as long.
	for (let i = 0; i < own.length; i++) own[i] = floored(generalist[i]);
	const insides: (readonly number[])[] = [[]];
	for (const [m, { classes, probabilities }] of answers.entries()) {
		const refined = new Map<number, number>();
		for (const [place, i] of classes.entries()) {
			own[i] = (own[i] ?? 0) + (probabilities[place] ?? 0);
			const before = groupOf[i] ?? 0;
			let group = refined.get(before);
			if (group === undefined) {
				group = insides.push([...(insides[before] ?? []), m]) - 1;
				refined.set(before, group);
			}
			groupOf[i] = group;
		}
	}
	const all = Array.from(answers.keys());
	const groups = insides.map((inside) => ({ outside: all.filter((m) => !inside.includes(m)), own: 0, generalist: 0 }));
	for (let i = 0; i < own.length; i++) {
		const group = groups[groupOf[i] ?? 0];
		if (group === undefined) continue;
		group.own += own[i] ?? 0;
		group.generalist += floored(generalist[i]);
	}
	return { groups, groupOf, own };
}

/** The masses of the groups at the minimum. */
function minimum(
	groups: readonly Group[],
	answers: readonly SpecialistAnswer[],
	{ iterations = 1000, tolerance = 1e-12 }: CombineOptions,
): readonly number[] {
	const total = groups.reduce((sum, { own }) => sum + own, 0);
	let masses = groups.map(({ own }) => own / total);
	for (let step = 0; step < iterations; step++) {
		const before = masses;
		const outside = outsideMasses(groups, answers.length, (_, k) => before[k] ?? 0);
		const rates = outside.map((mass, m) => (mass > 0 ? dustbinOf(answers[m]) / mass : 0));
		masses = groups.map(({ own, outside: without }, k) => {
			const rate = without.reduce((sum, m) => sum + (rates[m] ?? 0), 0);
			return (own + (before[k] ?? 0) * rate) / (1 + answers.length);
		});
		if (masses.every((mass, k) => Math.abs(mass - (before[k] ?? 0)) <= tolerance * mass)) break;
	}
	return masses;
}

/** For each specialist, the mass outside its classes. */
function outsideMasses(
	groups: readonly Group[],
	count: number,
	massOf: (group: Group, k: number) => number,
): readonly number[] {
	const masses = new Array<number>(count).fill(0);
	for (const [k, group] of groups.entries()) {
		const mass = massOf(group, k);
		for (const m of group.outside) masses[m] = (masses[m] ?? 0) + mass;
	}
	return masses;
}

function dustbinOf(answer: SpecialistAnswer | undefined): number {
	return answer?.probabilities[answer.classes.length] ?? 0;
}

function floored(probability = 0): number {
	return Math.max(probability, leastMass);
}
