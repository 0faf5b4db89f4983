/** Gives parsers many hostile files and watches what they do. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LimbeckError } from "../../src/errors.js";
import { createDraws } from "../support/draws.js";
import type { Mutate } from "./mutate.js";

/** A reader of files that may come from anybody. */
export interface Parser {
	/** Good files, some of them refused on purpose: what mutants are made of. */
	readonly seeds: () => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
	/**
	 * Reads a file to its end.
	 *
	 * @param scratch - a folder of its own, for parsers that take paths.
	 * @returns `false` where it refuses the file without an error.
	 */
	readonly parse: (bytes: Uint8Array, scratch: string) => unknown;
	readonly mutate: Mutate;
	/** Why it does not hold yet, where that is so: it is run by `npm run fuzz` alone, which can stop it. */
	readonly gap?: string;
}

/** One file, and what a parser made of it. */
export interface Attempt {
	/** The number of the mutant; of a seed, −1 and down. */
	readonly attempt: number;
	readonly bytes: Uint8Array;
	/** Whether the file was read, and not refused with a LimbeckError; or how the parser broke its word. */
	readonly outcome: boolean | string;
}

/** What one file may cost. */
export interface Budget {
	readonly ms: number;
	/** Memory beyond four times the file. */
	readonly bytes: number;
}

/** Which mutants are tried. */
export interface FuzzOptions {
	readonly seed: number;
	readonly first?: number;
	/** Exclusive. */
	readonly end: number;
	/** What one file may cost; not looked at where absent. */
	readonly budget?: Budget;
	/** Told before each file, so that one that ends the process is known. */
	readonly onAttempt?: (attempt: number) => void;
}

/** Mutant number `attempt` of a seed, whichever came before it. */
function mutantOf(
	name: string,
	{ mutate }: Parser,
	seeds: readonly Uint8Array[],
	seed: number,
	attempt: number,
): Uint8Array {
	return mutate(seeds, createDraws(seed, `fuzz/${name}/${String(attempt)}`));
}

/** Why an error is none that a parser may throw; `undefined` for a LimbeckError that blames the file. */
function faultOf(error: unknown): string | undefined {
	if (error instanceof LimbeckError && error.category !== "internal") return undefined;
	return error instanceof Error ? (error.stack ?? error.message) : `threw ${String(error)}`;
}

/** Gives a file to a parser. @returns whether it was read, or why it should not have done what it did. */
export async function tryOne(
	parser: Parser,
	bytes: Uint8Array,
	scratch: string,
	budget?: Budget,
): Promise<Attempt["outcome"]> {
	const before = budget && memoryNow();
	const start = performance.now();
	let outcome: Attempt["outcome"];
	try {
		outcome = (await parser.parse(bytes, scratch)) !== false;
	} catch (error) {
		outcome = faultOf(error) ?? false;
	}
	return (
		pollution() ??
		(before === undefined || budget === undefined ? undefined : costFault(bytes, budget, start, before)) ??
		outcome
	);
}

/** How a file cost more than it may. */
function costFault(bytes: Uint8Array, budget: Budget, start: number, before: readonly number[]): string | undefined {
	const ms = performance.now() - start;
	if (ms > budget.ms) return `took ${ms.toFixed(0)} ms`;
	const growth = Math.max(...memoryNow().map((after, i) => after - (before[i] ?? 0))) - 4 * bytes.length;
	return growth > budget.bytes ? `took ${String(growth)} bytes beyond four times the file` : undefined;
}

const cleanKeys = Reflect.ownKeys(Object.prototype).length;

/** Says so where something has been put on every object. */
function pollution(): string | undefined {
	return Reflect.ownKeys(Object.prototype).length === cleanKeys ? undefined : "Object.prototype was changed";
}

/** Peak resident memory, and what arrays of bytes and objects take now, in bytes. */
function memoryNow(): readonly [resident: number, arrays: number, heap: number] {
	const { arrayBuffers, heapUsed } = process.memoryUsage();
	return [process.resourceUsage().maxRSS * 1024, arrayBuffers, heapUsed];
}

/** Gives a parser mutants of its seeds; the seeds themselves too, where it begins with mutant 0. */
export async function* fuzz(
	name: string,
	parser: Parser,
	options: FuzzOptions,
): AsyncGenerator<Attempt, void, undefined> {
	const { seed, first = 0, end, budget, onAttempt } = options;
	const scratch = await mkdtemp(join(tmpdir(), "limbeck-fuzz-"));
	try {
		const seeds = await parser.seeds();
		const given = first === 0 ? seeds.length : 0;
		for (let attempt = first - given; attempt < end; attempt++) {
			const mutant = attempt < 0 ? seeds[-1 - attempt] : mutantOf(name, parser, seeds, seed, attempt);
			const bytes = mutant ?? new Uint8Array();
			onAttempt?.(attempt);
			// The first of a parser loads what it needs.
			yield { attempt, bytes, outcome: await tryOne(parser, bytes, scratch, attempt < 0 ? undefined : budget) };
		}
	} finally {
		await rm(scratch, { recursive: true });
	}
}
