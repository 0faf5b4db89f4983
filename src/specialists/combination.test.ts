import { describe, expect, test } from "vitest";
import { createDraws } from "../../test/support/draws.js";
import { runModel } from "../../test/support/models.js";
import type { Tensor } from "../onnx/tensor.js";
import {
	activeSpecialists,
	combinationRules,
	combine,
	type SpecialistAnswer,
	specialistsOfClasses,
} from "./combination.js";
import { combinationModel } from "./combination-graph.js";

interface Case {
	readonly generalist: readonly number[];
	readonly answers: readonly SpecialistAnswer[];
}

const classes = 9;
const draws = createDraws(1, "combination");

function distribution(size: number): readonly number[] {
	const weights = draws.reals(size, -5, 5).map(Math.exp);
	return weights.map((weight) => weight / weights.reduce((sum, one) => sum + one, 0));
}

function someClasses(): readonly number[] {
	const chosen = Array.from({ length: classes }, (_, c) => c).filter(() => draws.chance(0.4));
	return chosen.length === 0 ? [draws.integer(0, classes - 1)] : chosen.slice(0, classes - 1);
}

function someCase(specialists: number): Case {
	const sets = Array.from({ length: specialists }, someClasses);
	const answers = sets.map((set) => ({ classes: set, probabilities: distribution(set.length + 1) }));
	return { generalist: distribution(classes), answers };
}

const cases = Array.from({ length: 40 }, (_, i) => someCase(i % 5));

/** p log(p / q), 0 where p is 0. */
const term = (p: number, q: number): number => (p === 0 ? 0 : p * Math.log(p / q));
const outsideOf = (q: ArrayLike<number>, inside: readonly number[]): number =>
	Array.from(q).reduce((sum, value, i) => sum + (inside.includes(i) ? 0 : value), 0);
const dustbinOf = ({ probabilities, classes: inside }: SpecialistAnswer): number => probabilities[inside.length] ?? 0;

/** KL(p^g, q) + Σ KL(p^m, q), by the definition. */
function objective(q: ArrayLike<number>, { generalist, answers }: Case): number {
	const own = generalist.reduce((sum, p, i) => sum + term(p, q[i] ?? 0), 0);
	return answers.reduce((sum, answer) => {
		const inside = answer.classes.map((i, place) => term(answer.probabilities[place] ?? 0, q[i] ?? 0));
		return sum + inside.reduce((a, b) => a + b, 0) + term(dustbinOf(answer), outsideOf(q, answer.classes));
	}, own);
}

/** What each class gets when every dustbin is dealt in proportion to q. */
function dealt(q: readonly number[], { generalist, answers }: Case): readonly number[] {
	return generalist.map((p, i) =>
		answers.reduce((sum, answer) => {
			const place = answer.classes.indexOf(i);
			if (place !== -1) return sum + (answer.probabilities[place] ?? 0);
			return sum + (dustbinOf(answer) * (q[i] ?? 0)) / outsideOf(q, answer.classes);
		}, p),
	);
}

/** EM by the formula, class by class, from the generalist; each step's q. */
function emSteps(one: Case, steps: number): readonly (readonly number[])[] {
	const found = [one.generalist];
	for (let step = 0; step < steps; step++) {
		found.push(dealt(found.at(-1) ?? [], one).map((mass) => mass / (1 + one.answers.length)));
	}
	return found;
}

/** The paper's way: q = softmax(z), gradient descent on z. */
function descended(one: Case, steps: number): readonly number[] {
	let z = new Array<number>(classes).fill(0);
	const softmax = (): readonly number[] => {
		const weights = z.map(Math.exp);
		return weights.map((weight) => weight / weights.reduce((a, b) => a + b, 0));
	};
	for (let step = 0; step < steps; step++) {
		const q = softmax();
		const wanted = dealt(q, one);
		// dF/dz_i = (1 + |A|) q_i − what class i is dealt
		z = z.map((value, i) => value - 0.8 * ((1 + one.answers.length) * (q[i] ?? 0) - (wanted[i] ?? 0)));
	}
	return softmax();
}

function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
	return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

test("the objective never rises, and EM ends where our iteration over groups ends", () => {
	for (const one of cases) {
		const steps = emSteps(one, 400);
		const values = steps.map((q) => objective(q, one));
		for (const [step, value] of values.slice(1).entries())
			expect(value).toBeLessThanOrEqual((values[step] ?? 0) + 1e-12);
		const q = combine("kl", one.generalist, one.answers);
		expect(furthest(q, steps.at(-1) ?? [])).toBeLessThan(1e-8);
		expect(objective(q, one)).toBeLessThanOrEqual(Math.min(...values) + 1e-10);
	}
});

test("it is where gradient descent on logits ends", () => {
	for (const one of cases.slice(0, 20)) {
		expect(furthest(combine("kl", one.generalist, one.answers), descended(one, 20_000))).toBeLessThan(1e-4);
	}
});

test("for one specialist it has a closed form", () => {
	for (const { generalist, answers } of cases.filter((one) => one.answers.length === 1)) {
		const [answer = { classes: [], probabilities: [1] }] = answers;
		const inside = generalist.map((p, i) => {
			const place = answer.classes.indexOf(i);
			return place === -1 ? 0 : (p + (answer.probabilities[place] ?? 0)) / 2;
		});
		const left = (1 - inside.reduce((a, b) => a + b, 0)) / outsideOf(generalist, answer.classes);
		const wanted = generalist.map((p, i) => (answer.classes.includes(i) ? (inside[i] ?? 0) : p * left));
		expect(furthest(combine("kl", generalist, answers), wanted)).toBeLessThan(1e-12);
	}
});

test("the arithmetic mean is the first step of EM", () => {
	for (const one of cases) {
		expect(furthest(combine("arithmetic", one.generalist, one.answers), emSteps(one, 1)[1] ?? [])).toBeLessThan(1e-12);
	}
});

test("the geometric mean is that of the distributions with their dustbins dealt", () => {
	for (const { generalist, answers } of cases) {
		const full = answers.map((answer) =>
			generalist.map((p, i) => {
				const place = answer.classes.indexOf(i);
				const rest = (dustbinOf(answer) * p) / outsideOf(generalist, answer.classes);
				return place === -1 ? rest : (answer.probabilities[place] ?? 0);
			}),
		);
		const weights = generalist.map(
			(p, i) => full.reduce((product, q) => product * (q[i] ?? 0), p) ** (1 / (1 + full.length)),
		);
		const total = weights.reduce((a, b) => a + b, 0);
		const wanted = weights.map((weight) => weight / total);
		expect(furthest(combine("geometric", generalist, answers), wanted)).toBeLessThan(1e-12);
	}
});

describe.each(combinationRules)("%s", (rule) => {
	test("is a distribution, whatever the order of specialists; without any it is the generalist", () => {
		for (const { generalist, answers } of cases) {
			const q = combine(rule, generalist, answers);
			expect(q.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
			expect(furthest(combine(rule, generalist, answers.toReversed()), q)).toBeLessThan(1e-10);
			expect(Array.from(combine(rule, generalist, []))).toEqual(generalist);
		}
	});

	test("zero probabilities survive", () => {
		const generalist = [1, ...new Array<number>(classes - 1).fill(0)];
		for (const probabilities of [
			[0, 0, 1],
			[1, 0, 0],
			[0, 1, 0],
		]) {
			const answers = [
				{ classes: [0, 1], probabilities },
				{ classes: [0, 2], probabilities: [0, 0, 1] },
			];
			const q = combine(rule, generalist, answers);
			expect(q.every((value) => value >= 0 && value <= 1)).toBe(true);
			expect(q.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
		}
	});

	test.each([1, 2, 4])("the graph is the reference, for %d most probable classes", async (n) => {
		const sets = [[0, 1, 2], [2, 3], [5, 1, 0, 7], [4]];
		const rows = Array.from({ length: 20 }, (_, i) =>
			i === 0 ? [1, ...new Array<number>(classes - 1).fill(0)] : distribution(classes),
		);
		const answers = rows.map(() => sets.map((set) => ({ classes: set, probabilities: distribution(set.length + 1) })));
		const tensor = (of: readonly ArrayLike<number>[]): Tensor => ({
			type: "float",
			dims: [of.length, of[0]?.length ?? 0],
			data: Float32Array.from(of.flatMap((row) => Array.from(row))),
		});
		const feeds = Object.fromEntries(
			sets.map((_, m) => [`specialist/${String(m)}`, tensor(answers.map((row) => row[m]?.probabilities ?? []))]),
		);
		const { probabilities } = await runModel(combinationModel(sets, classes, { rule, n }), {
			generalist: tensor(rows),
			...feeds,
		});
		const specialistsOf = specialistsOfClasses(sets, classes);
		for (const [i, generalist] of rows.entries()) {
			const active = activeSpecialists(generalist, specialistsOf, n);
			const wanted = combine(rule, generalist, answers[i]?.filter((_, m) => active.includes(m)) ?? []);
			const got = Array.from((probabilities?.data ?? []) as Float32Array).slice(i * classes, (i + 1) * classes);
			expect(furthest(wanted, got)).toBeLessThan(2e-6);
		}
	});
});

test("specialists are active that have one of the most probable classes", () => {
	const specialistsOf = specialistsOfClasses([[0, 1], [1, 2], [3]], 5);
	expect(activeSpecialists([0.1, 0.6, 0.2, 0.05, 0.05], specialistsOf)).toEqual([0, 1]);
	expect(activeSpecialists([0, 0, 0.1, 0.3, 0.6], specialistsOf)).toEqual([]);
	expect(activeSpecialists([0, 0, 0.1, 0.3, 0.6], specialistsOf, 3)).toEqual([1, 2]);
});

test("an answer without its dustbin is refused", () => {
	expect(() => combine("kl", [0.5, 0.5], [{ classes: [0], probabilities: [1] }])).toThrow("expected 2 probabilities");
});
