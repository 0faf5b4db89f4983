/** Specialists at scale, on synthetic predictions with planted clusters: covariance, clustering, combination. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boundedInteger, permutation, randomStream, uniform } from "../dist/random.js";
import { nodeRuntime } from "../dist/runtime/node.js";
import { type ClassSets, clusterClasses } from "../dist/specialists/clustering.js";
import { combine, type SpecialistAnswer } from "../dist/specialists/combination.js";
import { type TopPredictions, topKCovarianceOf } from "../dist/specialists/top-k.js";
import { LimbeckError } from "../src/errors.js";
import { attempted, installPytorch, node, openContest, type Peer, python, stepTime } from "./contest.js";

/** The size of the problem. */
export interface Scale {
	readonly classes: number;
	readonly specialists: number;
	readonly classesPerSpecialist: number;
	readonly predictions: number;
	readonly threads: number;
}

const k = 30;
const batch = 1000;
const cases = 64;
/** How many specialists are active on a case, 1 to this. */
const mostActive = 3;
const seed = 1;

/** Where the cases of a contest lie, as raw numbers: see `writeCases`. */
export interface CombinationTask {
	readonly folder: string;
	readonly cases: number;
	readonly classes: number;
	readonly size: number;
	readonly mostActive: number;
	readonly threads: number;
}

const peers: readonly Peer[] = [
	{ name: "limbeck", command: node("./peers/combination.ts"), install: "npm ci", turnMs: 2000 },
	{ name: "pytorch", command: python("./peers/combination.py"), install: installPytorch, turnMs: 2000 },
];

/** Every class belongs to one planted cluster: a permutation, cut in equal parts. */
function plantedClusters({ classes, specialists }: Scale): { readonly of: Uint32Array; readonly sets: number[][] } {
	const order = permutation(randomStream(seed, "bench/clusters"), 0, classes);
	const of = new Uint32Array(classes);
	const sets = Array.from({ length: specialists }, (): number[] => []);
	for (const [place, c] of order.entries()) {
		const cluster = Math.floor((place * specialists) / classes);
		of[c] = cluster;
		sets[cluster]?.push(c);
	}
	return { of, sets };
}

/** Top-k predictions: two thirds of the classes in each from the cluster of the truth, with falling probabilities. */
function* predictionsOf(scale: Scale, planted: ReturnType<typeof plantedClusters>): Iterable<TopPredictions> {
	const stream = randomStream(seed, "bench/predictions");
	for (let at = 0; at < scale.predictions; at += batch) {
		const count = Math.min(batch, scale.predictions - at);
		const indices = new Uint32Array(count * k);
		const probabilities = new Float32Array(count * k);
		const words = stream.words(at, new Uint32Array(count * 4 * k));
		for (let row = 0; row < count; row++) {
			const truth = boundedInteger(words[row * 4 * k] ?? 0, scale.classes);
			const cluster = planted.sets[planted.of[truth] ?? 0] ?? [];
			const chosen = new Set([truth]);
			for (let i = 1; chosen.size < k && i < 4 * k; i++) {
				const word = words[row * 4 * k + i] ?? 0;
				const inside = chosen.size < (2 * k) / 3;
				chosen.add(inside ? (cluster[boundedInteger(word, cluster.length)] ?? 0) : boundedInteger(word, scale.classes));
			}
			for (let c = 0; chosen.size < k; c++) chosen.add(c);
			let left = 0.95;
			for (const [place, c] of [...chosen].entries()) {
				indices[row * k + place] = c;
				probabilities[row * k + place] = left * 0.3;
				left *= 0.7;
			}
		}
		yield { indices, probabilities };
	}
}

/** The share of classes whose specialist is mostly of the class's planted cluster. */
function recovered(sets: ClassSets, of: Uint32Array): number {
	let right = 0;
	for (const set of sets) {
		const counts = new Map<number, number>();
		for (const c of set) counts.set(of[c] ?? 0, (counts.get(of[c] ?? 0) ?? 0) + 1);
		right += Math.max(0, ...counts.values());
	}
	return right / sets.reduce((sum, set) => sum + set.length, 0);
}

/**
 * Measures all three.
 *
 * @param log - takes progress, a line at a time.
 * @param report - takes results, a line at a time.
 */
export async function measureSpecialists(
	scale: Scale,
	rounds: number,
	log: (line: string) => void,
	report: (line: string) => void,
): Promise<void> {
	const { classes, specialists, classesPerSpecialist, threads } = scale;
	const planted = plantedClusters(scale);
	const peak = (): string => `${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB peak`;
	const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
		log(name);
		const started = performance.now();
		const result = await work();
		report(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s, ${peak()}`);
		return result;
	};
	const covariance = await timed(`covariance of ${String(scale.predictions)} top-${String(k)} predictions`, () =>
		topKCovarianceOf(predictionsOf(scale, planted), { classes, k }),
	);
	const context = { runtime: await nodeRuntime(), seed, threads };
	for (const [columns, epochs] of [
		["covariance", 1],
		["profile", 1],
		["profile", 5],
	] as const) {
		const options = { specialists, columns, epochs, batch: 64 };
		const { specialists: sets } = await timed(`K-means, ${columns}, ${String(epochs)} passes`, () =>
			clusterClasses(covariance, { name: "partition", ...options }, context),
		);
		report(`  ${(100 * recovered(sets, planted.of)).toFixed(1)} % of classes are of their specialist's main cluster`);
	}
	const pairs = { name: "confusable-pairs", specialists, classesPerSpecialist, columns: "covariance" } as const;
	const { specialists: sets } = await timed("confusable pairs", () => clusterClasses(covariance, pairs, context));
	report(`  ${(100 * recovered(sets, planted.of)).toFixed(1)} % of their classes of the set's cluster`);
	await measureCombination({ cases, classes, size: classesPerSpecialist, mostActive, threads }, rounds, log, report);
}

async function measureCombination(
	task: Omit<CombinationTask, "folder">,
	rounds: number,
	log: (line: string) => void,
	report: (line: string) => void,
): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-bench-"));
	const contest = openContest(log);
	try {
		await writeCases(folder, task);
		for (const peer of peers) {
			const entered = await attempted(contest.enter(peer, { ...task, folder }));
			if (entered instanceof LimbeckError) {
				log(`${peer.name} skipped: ${entered.got} (to install: ${peer.install})`);
				continue;
			}
			await contest.takeTurns(rounds);
			const { stepMs, about } = stepTime(entered);
			report(`combination, ${peer.name}: ${((1000 * task.cases) / stepMs).toFixed(0)} cases/s (${about})`);
		}
	} finally {
		contest.close();
		await rm(folder, { recursive: true });
	}
}

/** Files: generalist `[cases, classes]`, members and answers of every slot, how many are active, and the minimum. */
async function writeCases(folder: string, task: Omit<CombinationTask, "folder">): Promise<void> {
	const { classes, size, mostActive: slots } = task;
	const generalist = new Float32Array(task.cases * classes);
	const members = new BigInt64Array(task.cases * slots * size);
	const answers = new Float32Array(task.cases * slots * (size + 1));
	const active = new BigInt64Array(task.cases);
	const wanted = new Float32Array(task.cases * classes);
	for (let i = 0; i < task.cases; i++) {
		const p = peaked(`generalist/${String(i)}`, classes);
		generalist.set(p, i * classes);
		const count = 1 + (i % slots);
		active[i] = BigInt(count);
		const given: SpecialistAnswer[] = [];
		for (let slot = 0; slot < slots; slot++) {
			const order = permutation(randomStream(seed, `bench/set/${String(i % 20)}/${String(slot)}`), 0, classes);
			const set = Array.from(order.subarray(0, size));
			const probabilities = peaked(`answer/${String(i)}/${String(slot)}`, size + 1);
			members.set(set.map(BigInt), (i * slots + slot) * size);
			answers.set(probabilities, (i * slots + slot) * (size + 1));
			if (slot < count) given.push({ classes: set, probabilities });
		}
		wanted.set(combine("kl", p, given), i * classes);
	}
	for (const [name, data] of Object.entries({ generalist, members, answers, active, wanted })) {
		await writeFile(join(folder, name), new Uint8Array(data.buffer));
	}
}

function peaked(purpose: string, size: number): Float32Array {
	const weights = uniform(randomStream(seed, `bench/${purpose}`), 0, size).map((u) => (u + 1e-4) ** -1);
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	return weights.map((weight) => weight / total);
}
