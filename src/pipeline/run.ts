/** What every run does around its steps: its folder, its seeds, its log, its report. */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Environment } from "../distill/report.js";
import { fileError, writeFileAtomic } from "../files.js";
import type { TrainingEvent } from "../train/trainer.js";
import { describeEnvironment } from "./environment.js";
import { openMetricsLog } from "./metrics-log.js";

/** A training event, and which seed's it is. */
export type SeedEvent = TrainingEvent & { readonly seed: number };

/** How a run goes. */
export interface RunOptions<Event extends SeedEvent> {
	/** The folder for the results; made where it does not exist. */
	readonly out: string;
	/** Threads inside one operator; every core where absent. */
	readonly threads?: number;
	/** Hears of progress and validation while networks train. */
	readonly onEvent?: (event: Event) => void;
	readonly signal?: AbortSignal;
}

/** What the work of one seed sees of its run. */
export interface SeedContext<Event extends SeedEvent> {
	readonly seed: number;
	/** Where its files go. */
	readonly folder: string;
	readonly threads: number;
	readonly onEvent: (event: Event) => void;
	readonly signal?: AbortSignal;
}

/** A run: seeds, what is done for each, and what is reported of all. */
export interface Run<Event extends SeedEvent, Result, Report extends object> {
	/** First seed. */
	readonly seed: number;
	readonly seeds: number;
	readonly runSeed: (context: SeedContext<Event>) => Promise<Result>;
	/** @param created - ISO 8601 time. */
	readonly assemble: (results: readonly [Result, ...Result[]], environment: Environment, created: string) => Report;
}

const reportFile = "report.json";

/**
 * Does the work of every seed and writes the report. The files appear in `out` together at the end, those of the first
 * seed there and those of the others in `seed-N/`; a run that fails or is stopped leaves what stood there before.
 *
 * @throws LimbeckError of every category.
 */
export async function runSeeds<Event extends SeedEvent, Result, Report extends object>(
	run: Run<Event, Result, Report>,
	options: RunOptions<Event>,
): Promise<Report> {
	const { out, threads = availableParallelism() } = options;
	const work = await openWorkFolder(out);
	try {
		const [first, ...others] = await resultsOf(run, { ...options, threads }, work);
		if (first === undefined) throw new TypeError("runSeeds: expected a seed, got none");
		const environment = await describeEnvironment(threads);
		const report = run.assemble([first, ...others], environment, new Date().toISOString());
		await writeFileAtomic(join(work, reportFile), `${JSON.stringify(report, undefined, "\t")}\n`);
		await publish(work, out);
		return report;
	} catch (error) {
		throw error instanceof Error && "code" in error ? fileError(error, out) : error;
	} finally {
		await rm(work, { recursive: true, force: true });
		// Removes the output folder only where nothing came into it.
		await rmdir(out).catch(() => undefined);
	}
}

async function resultsOf<Event extends SeedEvent, Result, Report extends object>(
	{ seed: firstSeed, seeds, runSeed }: Run<Event, Result, Report>,
	{ threads, signal, onEvent }: RunOptions<Event> & { readonly threads: number },
	work: string,
): Promise<readonly Result[]> {
	const metrics = await openMetricsLog(join(work, "metrics.jsonl"));
	const results: Result[] = [];
	try {
		for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
			const folder = seed === firstSeed ? work : join(work, `seed-${String(seed)}`);
			await mkdir(folder, { recursive: true });
			const context: SeedContext<Event> = {
				seed,
				folder,
				threads,
				onEvent: (event) => {
					onEvent?.(event);
					metrics.append(event);
				},
				...(signal === undefined ? {} : { signal }),
			};
			results.push(await runSeed(context));
		}
	} finally {
		await metrics.close();
	}
	return results;
}

/** A folder inside `out` that holds a run's files until all are there. */
async function openWorkFolder(out: string): Promise<string> {
	const work = join(out, `.unfinished-${randomUUID()}`);
	try {
		await mkdir(work, { recursive: true });
		return work;
	} catch (error) {
		throw fileError(error, out);
	}
}

/** Moves the finished files into place; the report last, so that it never speaks of files that are not there. */
async function publish(work: string, out: string): Promise<void> {
	const entries = await readdir(work, { withFileTypes: true });
	const inOrder = entries.sort((a, b) => Number(a.name === reportFile) - Number(b.name === reportFile));
	for (const entry of inOrder) {
		// A file takes the place of a file; a folder has to be made room for.
		if (entry.isDirectory()) await rm(join(out, entry.name), { recursive: true, force: true });
		await rename(join(work, entry.name), join(out, entry.name));
	}
}
