/**
 * The training benchmark: one step (forward, backward, momentum SGD, cross entropy) of a ReLU net, ours and the
 * peers', on random data of MNIST's shape. All run with the same number of threads, in turn, in several rounds. Ours
 * and PyTorch's start from uint8 pixels, the others from floats.
 */
import { cpus } from "node:os";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { LimbeckError } from "../src/errors.js";
import { type Child, startChild } from "./child.js";
import type { Task } from "./serve.js";

/** A program that trains the net of a task, in a process of its own. */
interface Peer {
	readonly name: string;
	/** The command and its arguments; the task, as JSON, comes last. */
	readonly command: readonly string[];
	/** How to get it. */
	readonly install: string;
	/** How long its turn in a round is, in milliseconds. */
	readonly turnMs: number;
	/** Its own number of threads, in place of the task's. */
	readonly threads?: number;
}

const root = file("..");
const python = process.env["LIMBECK_PYTHON"] ?? "python3";
const pytorch = (mode: string) => [python, file("./peers/pytorch.py"), mode];
const node = (module: string) => [process.execPath, "--import", "jiti/register", file("./serve.ts"), file(module)];
const installPytorch = "pip install torch, and LIMBECK_PYTHON=path/to/python";
const installPeers = "npm ci --prefix bench/peers";

// A turn holds a native call as long as the trainer makes them; between calls the weights cross into JavaScript.
const OURS: Peer = { name: "limbeck", command: node("./peers/limbeck.ts"), install: "npm ci", turnMs: 4000 };

const PEERS: readonly Peer[] = [
	{ name: "pytorch-eager", command: pytorch("eager"), install: installPytorch, turnMs: 1500 },
	{ name: "pytorch-compile", command: pytorch("compile"), install: installPytorch, turnMs: 1500 },
	{ name: "tfjs-wasm", command: node("./peers/tfjs.js"), install: installPeers, turnMs: 500 },
	{ name: "jax-js", command: node("./peers/jax.js"), install: installPeers, turnMs: 500, threads: 1 },
	{ name: "jax-js-threads", command: node("./peers/jax.js"), install: installPeers, turnMs: 500 },
];

/** The machine's limit, a product of two large matrices: PyTorch's, or ONNX Runtime's where PyTorch is absent. */
const PYTORCH_SGEMM: Peer = { name: "sgemm", command: pytorch("sgemm"), install: installPytorch, turnMs: 300 };
const ORT_SGEMM: Peer = { name: "sgemm", command: node("./peers/sgemm.ts"), install: "npm ci", turnMs: 300 };
const SGEMM_SIZE = 2048;

/** The cases that are run when none is named. */
export const DEFAULT_CASES = [
	{ net: [784, 1200, 1200, 10], batch: 128 },
	{ net: [784, 32, 32, 10], batch: 128 },
	{ net: [784, 1200, 1200, 10], batch: 512 },
] as const satisfies readonly Omit<Task, "threads">[];

/** How long a step takes. */
interface StepTime {
	/** The median over the rounds of a step's mean time in a round, in milliseconds. */
	readonly stepMs: number;
	/** The rounds, in order. */
	readonly roundsMs: readonly number[];
	/** Name, version and threads. */
	readonly about: string;
}

/** What one case gave; times are in milliseconds. */
export interface TrainResult {
	readonly net: string;
	readonly batch: number;
	readonly threads: number;
	readonly ours: StepTime & { readonly gflops: number };
	/** `ratio` is the peer's `stepMs` over ours: above 1, ours is faster. */
	readonly peers: Readonly<Record<string, StepTime & { readonly ratio: number }>>;
	/** The peers that did not run, and why. */
	readonly skipped: Readonly<Record<string, string>>;
	/** The rate of one product of two 2048 × 2048 matrices. */
	readonly sgemmGflops: number;
	readonly sgemmBy: string;
	/**
	 * The share of the processors that other programs used, the worst round's, 0 to 1. PyTorch's threads wait for each
	 * other in busy loops, so it loses far more than this share; above a few percent the ratios flatter us.
	 */
	readonly otherLoad: number;
}

/** A child with the number of steps that fill its turn, and each round's mean time of a step in milliseconds. */
interface Contestant {
	readonly name: string;
	readonly child: Child;
	readonly steps: number;
	readonly roundsMs: number[];
}

/**
 * Measures one case.
 *
 * @param log - takes progress, a line at a time.
 * @throws LimbeckError of category `environment` if our own step does not start, or if a child fails after its
 * start; a peer that does not start is skipped.
 */
export async function measure(task: Task, rounds: number, log: (line: string) => void): Promise<TrainResult> {
	const contestants: Contestant[] = [];
	const skipped: Record<string, string> = {};
	const loads: number[] = [];
	async function enter(peer: Peer, work = task): Promise<Contestant> {
		log(`starting ${peer.name}`);
		const argument = JSON.stringify({ ...work, threads: peer.threads ?? work.threads });
		const child = await startChild([...peer.command, argument], root);
		const contestant = { name: peer.name, child, steps: await stepsOfTurn(child, peer.turnMs), roundsMs: [] };
		contestants.push(contestant);
		return contestant;
	}
	async function tryToEnter(peer: Peer, work = task): Promise<Contestant | LimbeckError> {
		try {
			return await enter(peer, work);
		} catch (error) {
			if (error instanceof LimbeckError) return error;
			throw error;
		}
	}
	try {
		const ours = await enter(OURS);
		const peers: Contestant[] = [];
		for (const peer of PEERS) {
			const entered = await tryToEnter(peer);
			if (entered instanceof LimbeckError) skipped[peer.name] = `${entered.got} (to install: ${peer.install})`;
			else peers.push(entered);
		}
		const product = { ...task, net: [SGEMM_SIZE] };
		const entered = await tryToEnter(PYTORCH_SGEMM, product);
		const limit = entered instanceof LimbeckError ? await enter(ORT_SGEMM, product) : entered;
		for (let round = 1; round <= rounds; round++) {
			log(`round ${String(round)} of ${String(rounds)}`);
			loads.push(await otherLoad());
			for (const contestant of contestants) contestant.roundsMs.push(await takeTurn(contestant));
		}
		return { ...summarize(task, ours, peers, limit), skipped, otherLoad: Math.max(...loads) };
	} finally {
		for (const { child } of contestants) child.kill();
	}
}

/** The number of steps that take about `turnMs`; the first step, which may compile, does not count. */
async function stepsOfTurn(child: Child, turnMs: number): Promise<number> {
	await child.run(1);
	let steps = 1;
	let ms = await child.run(steps);
	// One step is a poor measure where a call costs more than a step.
	while (ms < turnMs / 10) {
		steps *= 4;
		ms = await child.run(steps);
	}
	return Math.max(1, Math.round((turnMs * steps) / ms));
}

/** One contestant's turn: the mean time of a step in milliseconds, after a few that find the caches cold. */
async function takeTurn({ child, steps }: Contestant): Promise<number> {
	if (steps >= 10) await child.run(Math.round(steps / 10));
	return (await child.run(steps)) / steps;
}

/** The share of the processors in use while every child is stopped. */
async function otherLoad(): Promise<number> {
	const before = processorTimes();
	await setTimeout(300);
	const after = processorTimes();
	return (after.busy - before.busy) / (after.all - before.all);
}

function processorTimes(): { busy: number; all: number } {
	let busy = 0;
	let idle = 0;
	for (const { times } of cpus()) {
		busy += times.user + times.nice + times.sys + times.irq;
		idle += times.idle;
	}
	return { busy, all: busy + idle };
}

function summarize(
	{ net, batch, threads }: Task,
	ours: Contestant,
	peers: readonly Contestant[],
	limit: Contestant,
): Omit<TrainResult, "skipped" | "otherLoad"> {
	const ourTime = stepTime(ours);
	const sgemm = stepTime(limit);
	return {
		net: net.join("-"),
		batch,
		threads,
		ours: { ...ourTime, gflops: flopOfStep(net, batch) / ourTime.stepMs / 1e6 },
		peers: Object.fromEntries(
			peers.map((peer) => {
				const time = stepTime(peer);
				return [peer.name, { ...time, ratio: time.stepMs / ourTime.stepMs }];
			}),
		),
		sgemmGflops: (2 * SGEMM_SIZE ** 3) / sgemm.stepMs / 1e6,
		sgemmBy: sgemm.about,
	};
}

function stepTime({ child, roundsMs }: Contestant): StepTime {
	return { stepMs: median(roundsMs), roundsMs, about: child.about };
}

function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(sorted.length / 2) - 1);
	return sorted.length % 2 === 0 ? (low + high) / 2 : low;
}

/** Floating-point operations of a step's matrix products; the input needs no gradient. */
function flopOfStep(net: readonly number[], batch: number): number {
	const products = net.slice(1).map((outputs, i) => 2 * batch * (net[i] ?? 0) * outputs);
	return 3 * products.reduce((sum, flop) => sum + flop, 0) - (products[0] ?? 0);
}

/** A result as a table for people. */
export function formatResult(result: TrainResult): string {
	const row = (name: string, { stepMs, roundsMs, about }: StepTime, note: string) =>
		[
			`  ${name.padEnd(16)}`,
			`${stepMs.toFixed(2)} ms`.padStart(11),
			`(${Math.min(...roundsMs).toFixed(2)} to ${Math.max(...roundsMs).toFixed(2)})`.padEnd(22),
			note.padStart(12),
			` ${about}`,
		].join(" ");
	return [
		`${result.net}, batch ${String(result.batch)}, ${String(result.threads)} threads: median of rounds (range)`,
		row(OURS.name, result.ours, `${result.ours.gflops.toFixed(0)} GFLOP/s`),
		...Object.entries(result.peers).map(([name, peer]) => row(name, peer, `${peer.ratio.toFixed(2)}x`)),
		...Object.entries(result.skipped).map(([name, reason]) => `  ${name.padEnd(16)} skipped: ${reason}`),
		`  limit            ${result.sgemmGflops.toFixed(0)} GFLOP/s, sgemm 2048 x 2048 x 2048, ${result.sgemmBy}`,
		...(result.otherLoad > 0.05
			? [
					`  Other programs used ${(100 * result.otherLoad).toFixed(0)} % of the processors; measure again without them.`,
				]
			: []),
	].join("\n");
}

function file(relative: string): string {
	return fileURLToPath(new URL(relative, import.meta.url));
}
