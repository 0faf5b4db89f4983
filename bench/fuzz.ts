/**
 * `npm run fuzz -- [--budget N] [--seed N] [--only PARSER]`: hostile files for every parser. Prints a Markdown table on
 * stdout; the files on which a parser failed are kept in a folder that stderr names.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { Command, InvalidArgumentError } from "commander";
import { LimbeckError } from "../src/errors.js";
import type { Budget, Parser } from "../test/fuzz/engine.js";
import { parsers } from "../test/fuzz/parsers.js";

/** What one file may cost. The constant beside four times the file is what a warm process may need for itself. */
const budget: Budget = { ms: 1000, bytes: 64 * 2 ** 20 };
/** A thread that needs more heap, or takes longer over one file, is stopped. */
const limits = { heapMiB: 384, ms: 5000 };
/** Tries of a parser for each of the budget; the models' two parsers get all of it, so that they make S1's 100,000. */
const shareOfOthers = 0.1;

/** What a thread is to try. */
export interface Task {
	readonly name: string;
	readonly seed: number;
	readonly first: number;
	readonly end: number;
	readonly budget: Budget;
	/** The mutant that it is at, how many files were read, and the most milliseconds that one took; shared memory. */
	readonly counters: Float64Array;
}

/** A file on which a parser broke its word; no bytes where it took the thread along. */
interface Failure {
	readonly attempt: number;
	readonly bytes?: Uint8Array;
	readonly why: string;
}

interface Options {
	readonly budget: number;
	readonly seed: number;
	readonly only?: string;
	readonly out: string;
}

function count(text: string): number {
	if (!/^\d+$/.test(text)) throw new InvalidArgumentError("Expected a whole number.");
	return Number(text);
}

/** Runs a thread until it is done or is stopped. @returns why it was stopped. */
function runThread(task: Task, onFailure: (failure: Failure) => void): Promise<string | undefined> {
	const worker = new Worker(new URL("./fuzz-worker.ts", import.meta.url), {
		workerData: task,
		resourceLimits: { maxOldGenerationSizeMb: limits.heapMiB },
	});
	// No mutant yet: the thread loads its modules, however long that takes.
	task.counters[0] = Number.NaN;
	let last = Number.NaN;
	let why: string | undefined;
	const watch = setInterval(() => {
		// NaN equals nothing.
		if (task.counters[0] === last) {
			why = `took more than ${limits.ms} ms`;
			void worker.terminate();
		}
		last = task.counters[0] ?? Number.NaN;
	}, limits.ms);
	return new Promise((resolve) => {
		worker.on("message", onFailure);
		worker.on("error", (error) => {
			why = error.message;
		});
		worker.on("exit", () => {
			clearInterval(watch);
			resolve(why);
		});
	});
}

/** Tries all mutants of a parser, going on after those that take their thread along. */
async function fuzzParser(name: string, seed: number, tries: number, out: string): Promise<number> {
	const counters = new Float64Array(new SharedArrayBuffer(24));
	let failures = 0;
	const onFailure = ({ attempt, bytes, why }: Failure): void => {
		failures++;
		process.stderr.write(`${name}, mutant ${attempt} of seed ${seed}: ${why.split("\n").slice(0, 4).join("\n")}\n`);
		if (bytes !== undefined) void keep(join(out, name.replaceAll(/\W+/g, "-")), `${attempt}.bin`, bytes);
	};
	for (let first = 0; first < tries; ) {
		const why = await runThread({ name, seed, first, end: tries, budget, counters }, onFailure);
		if (why === undefined) break;
		const [attempt = Number.NaN] = counters;
		if (Number.isNaN(attempt))
			throw new LimbeckError("environment", { where: "npm run fuzz", expected: "a thread", got: why });
		onFailure({ attempt, why });
		first = attempt + 1;
	}
	const [, read = 0, slowest = 0] = counters;
	process.stdout.write(
		`| ${name} | ${tries} | ${read} | ${tries - read - failures} | ${failures} | ${slowest.toFixed(0)} |\n`,
	);
	return failures;
}

async function keep(folder: string, name: string, bytes: Uint8Array): Promise<void> {
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, name), bytes);
}

async function run({ budget: tries, seed, only = "", out }: Options): Promise<void> {
	const chosen = Object.entries<Parser>(parsers).filter(([name]) => name.includes(only));
	process.stdout.write(`Seed ${seed}.\n\n| parser | tries | read | refused | failures | slowest ms |\n`);
	process.stdout.write("|---|---|---|---|---|---|\n");
	let unexpected = 0;
	for (const [name, { gap }] of chosen) {
		const share = name.startsWith("onnx") ? 1 : shareOfOthers;
		const failures = await fuzzParser(name, seed, Math.ceil(tries * share), out);
		if (gap === undefined) unexpected += failures;
	}
	for (const [name, { gap }] of chosen) {
		if (gap !== undefined) process.stdout.write(`\n${name}: ${gap}.\n`);
	}
	process.exitCode = unexpected === 0 ? 0 : 1;
}

await new Command("fuzz")
	.option("--budget <tries>", "tries of each of the ONNX parsers; the others get a tenth", count, 50_000)
	.option("--seed <number>", "seed of the mutants", count, 1)
	.option("--only <parser>", "parsers whose names contain this")
	.option("--out <folder>", "folder for the files that made a parser fail", "fuzz-failures")
	.action(run)
	.parseAsync();
