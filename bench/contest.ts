/** Programs that do the same work in turn, in several rounds, each in a process of its own. */
import { cpus } from "node:os";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { LimbeckError } from "../src/errors.js";
import { type Child, type Clock, startChild } from "./child.js";
import { medianOf } from "./median.js";

/** A program that does the work of a task. */
export interface Peer {
	readonly name: string;
	/** The command and its arguments; the task, as JSON, comes last. */
	readonly command: readonly string[];
	/** How to get it. */
	readonly install: string;
	/** How long its turn in a round is, in milliseconds. */
	readonly turnMs: number;
}

/** A child with the number of steps that fill its turn, and each round's mean time of a step in milliseconds. */
export interface Contestant {
	readonly name: string;
	readonly child: Child;
	readonly steps: number;
	readonly roundsMs: number[];
}

/** How long a step takes. */
export interface StepTime {
	/** The median over the rounds of a step's mean time in a round, in milliseconds. */
	readonly stepMs: number;
	/** The rounds, in order. */
	readonly roundsMs: readonly number[];
	/** The most memory that was resident in its process, in bytes; on Linux. */
	readonly peakBytes?: number;
	/** Name, version and threads. */
	readonly about: string;
}

const root = file("..");

/** The command of a program in Python. */
export const python = (program: string, ...args: readonly string[]): readonly string[] => [
	process.env["LIMBECK_PYTHON"] ?? "python3",
	"-B",
	file(program),
	...args,
];
/** The command of a mode of PyTorch's program. */
export const pytorch = (mode: string): readonly string[] => python("./peers/pytorch.py", mode);
/** The command that serves a module of ours. */
export const node = (module: string): readonly string[] => [
	process.execPath,
	"--import",
	"jiti/register",
	file("./serve.ts"),
	file(module),
];
export const installPytorch = "pip install torch, and LIMBECK_PYTHON=path/to/python";

/** A contest of peers; close it, or their processes stay. */
export interface Contest {
	/** @throws LimbeckError of category `environment` if the peer does not start. */
	readonly enter: (peer: Peer, task: unknown) => Promise<Contestant>;
	/**
	 * Every contestant takes its turn, so many times.
	 *
	 * @returns the share of the processors that other programs used, the worst round's, 0 to 1.
	 */
	readonly takeTurns: (rounds: number) => Promise<number>;
	readonly close: () => void;
}

/** @param log - takes progress, a line at a time. */
export function openContest(log: (line: string) => void, clock: Clock = "wall"): Contest {
	const contestants: Contestant[] = [];
	return {
		async enter({ name, command, turnMs }, task) {
			log(`starting ${name}`);
			const child = await startChild([...command, JSON.stringify(task)], root, clock);
			const contestant = { name, child, steps: await stepsOfTurn(child, turnMs), roundsMs: [] };
			contestants.push(contestant);
			return contestant;
		},
		async takeTurns(rounds) {
			const loads: number[] = [];
			for (let round = 1; round <= rounds; round++) {
				log(`round ${String(round)} of ${String(rounds)}`);
				loads.push(await otherLoad());
				for (const contestant of contestants) contestant.roundsMs.push(await takeTurn(contestant));
			}
			return Math.max(...loads);
		},
		close() {
			for (const { child } of contestants) child.kill();
		},
	};
}

/** A contestant's result, of the rounds until now. */
export function stepTime({ child, roundsMs }: Contestant): StepTime {
	const peakBytes = child.peakBytes();
	return {
		stepMs: medianOf(roundsMs),
		roundsMs,
		...(peakBytes === undefined ? {} : { peakBytes }),
		about: child.about,
	};
}

/** The result, or the error that says why there is none. */
export async function attempted<T>(work: Promise<T>): Promise<T | LimbeckError> {
	try {
		return await work;
	} catch (error) {
		if (error instanceof LimbeckError) return error;
		throw error;
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

function file(relative: string): string {
	return fileURLToPath(new URL(relative, import.meta.url));
}
