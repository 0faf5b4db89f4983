/**
 * `npm run fuzz -- [--budget N] [--seed N] [--only PARSER]`: hostile files for every parser. Prints a Markdown table on
 * stdout; the files on which a parser failed are kept in a folder that stderr names.
 */
import { fork } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { LimbeckError } from "../src/errors.js";
import type { Budget, Parser } from "../test/fuzz/engine.js";
import { parsers } from "../test/fuzz/parsers.js";

/** What one file may cost. The constant beside four times the file is what a warm process may need for itself. */
const budget: Budget = { ms: 1000, bytes: 64 * 2 ** 20 };
/** A process that needs more heap, or takes longer over one file, is stopped. */
const limits = { heapMiB: 384, ms: 5000 };
/** Tries of a parser for each of the budget; the models' two parsers get all of it, so that they make S1's 100,000. */
const shareOfOthers = 0.1;

/** What a process is to try. */
export interface Task {
	readonly name: string;
	readonly seed: number;
	readonly first: number;
	readonly end: number;
	readonly budget: Budget;
	/** The file in which it says where it is. */
	readonly progress: string;
}

/** A file on which a parser broke its word; no bytes where it took the process along. */
export interface Failure {
	readonly attempt: number;
	readonly bytes?: Uint8Array;
	readonly why: string;
}

const progressShape = z.object({ at: z.int(), read: z.int(), slowest: z.number() });

/** The mutant that a process is at, how many files it read, and the most milliseconds that one took. */
type Progress = z.infer<typeof progressShape>;

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

/** Where a process is; `undefined` while it loads its modules. */
function progressIn(path: string): Progress | undefined {
	const text = existsSync(path) ? readFileSync(path, "utf8") : "";
	return text === "" ? undefined : progressShape.parse(JSON.parse(text));
}

/** Runs a process until it is done or is killed. @returns why it ended, where it was not done. */
function runChild(task: Task, onFailure: (failure: Failure) => void): Promise<string | undefined> {
	const child = fork(new URL("./fuzz-child.ts", import.meta.url), [JSON.stringify(task)], {
		execArgv: ["--import", "jiti/register", `--max-old-space-size=${limits.heapMiB}`],
		serialization: "advanced",
		stdio: ["ignore", "ignore", "ignore", "ipc"],
	});
	let last: number | undefined;
	let why: string | undefined;
	const watch = setInterval(() => {
		const at = progressIn(task.progress)?.at;
		if (at !== undefined && at === last && at < task.end) {
			why = `took more than ${limits.ms} ms`;
			child.kill("SIGKILL");
		}
		last = at;
	}, limits.ms);
	return new Promise((resolve) => {
		child.on("message", onFailure);
		child.on("close", (code, signal) => {
			clearInterval(watch);
			resolve(code === 0 ? undefined : (why ?? `ended the process: ${signal ?? String(code)}`));
		});
	});
}

/** Tries all mutants of a parser, going on after those that take their process along. */
async function fuzzParser(name: string, { seed, out }: Options, tries: number): Promise<number> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-fuzz-"));
	const found: Failure[] = [];
	const onFailure = (failure: Failure): void => {
		found.push(failure);
		const why = failure.why.split("\n").slice(0, 4).join("\n");
		process.stderr.write(`${name}, mutant ${failure.attempt} of seed ${seed}: ${why}\n`);
	};
	let [read, slowest] = [0, 0];
	for (let first = 0; first < tries; ) {
		const progress = join(folder, String(first));
		const why = await runChild({ name, seed, first, end: tries, budget, progress }, onFailure);
		const reached = progressIn(progress);
		if (reached === undefined) {
			throw new LimbeckError("environment", { where: "npm run fuzz", expected: "a process", got: why ?? "none" });
		}
		read += reached.read;
		slowest = Math.max(slowest, reached.slowest);
		if (why !== undefined) onFailure({ attempt: reached.at, why });
		first = reached.at + 1;
	}
	await rm(folder, { recursive: true });
	const failures = found.length;
	process.stdout.write(
		`| ${name} | ${tries} | ${read} | ${tries - read - failures} | ${failures} | ${slowest.toFixed(0)} |\n`,
	);
	for (const { attempt, bytes } of found) {
		if (bytes !== undefined) await keep(join(out, name.replaceAll(/\W+/g, "-")), `${attempt}.bin`, bytes);
	}
	return failures;
}

async function keep(folder: string, name: string, bytes: Uint8Array): Promise<void> {
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, name), bytes);
}

async function run(options: Options): Promise<void> {
	const { budget: tries, seed, only = "" } = options;
	const chosen = Object.entries<Parser>(parsers).filter(([name]) => name.includes(only));
	process.stdout.write(`Seed ${seed}.\n\n| parser | tries | read | refused | failures | slowest ms |\n`);
	process.stdout.write("|---|---|---|---|---|---|\n");
	let unexpected = 0;
	for (const [name, { gap }] of chosen) {
		const share = name.startsWith("onnx") ? 1 : shareOfOthers;
		const failures = await fuzzParser(name, options, Math.ceil(tries * share));
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
