/** What a promise of RELIABILITY is to its test: something that is tried many times, each try known by its seed. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a try is given. */
export interface Attempt {
	/** From 1; decides all that the try does. */
	readonly seed: number;
	/** An empty folder that goes away after it. */
	readonly folder: string;
	/** How long a command that is told to stop may take. */
	readonly patienceMs: number;
}

/** What became of a try. */
export type Outcome =
	/** `how` says which kind of try it was, to be counted; `ms` how long the answer took. */
	| { readonly kind: "kept"; readonly how?: string; readonly ms?: number }
	| { readonly kind: "broken"; readonly why: string }
	/** This machine does not allow it. */
	| { readonly kind: "skipped"; readonly why: string };

/** A promise, and what tries to break it. */
export interface FaultPromise {
	readonly promise: string;
	/** What one try does. */
	readonly fault: string;
	/** Tries in `npm test` and in `npm run faults`. */
	readonly tries: { readonly short: number; readonly long: number };
	/** Kinds of tries of which the long form must have made so many. */
	readonly least?: Readonly<Record<string, number>>;
	readonly tryOnce: (attempt: Attempt) => Promise<Outcome>;
}

/** What became of many tries. */
export interface Tally {
	readonly tries: number;
	readonly failures: readonly string[];
	readonly skipped: readonly string[];
	/** How often each kind of try was made. */
	readonly kinds: ReadonlyMap<string, number>;
	/** The most milliseconds that an answer took, where that was measured. */
	readonly slowestMs: number;
}

/** Tries to break a promise with the seeds 1 … `tries`. */
export async function tryMany(
	{ tryOnce }: FaultPromise,
	tries: number,
	patienceMs: number,
	onFailure: (text: string) => void = () => undefined,
): Promise<Tally> {
	const kinds = new Map<string, number>();
	const [failures, skipped]: [string[], string[]] = [[], []];
	let slowestMs = 0;
	for (let seed = 1; seed <= tries; seed++) {
		const outcome = await tryIn(tryOnce, seed, patienceMs);
		if (outcome.kind === "kept") {
			const { how, ms = 0 } = outcome;
			slowestMs = Math.max(slowestMs, ms);
			if (how !== undefined) kinds.set(how, (kinds.get(how) ?? 0) + 1);
		} else if (outcome.kind === "skipped") {
			skipped.push(outcome.why);
		} else {
			failures.push(`seed ${String(seed)}: ${outcome.why}`);
			onFailure(failures.at(-1) ?? "");
		}
	}
	return { tries, failures, skipped, kinds, slowestMs };
}

/** What the long form was to try and did not, as which kind a try becomes is a matter of time. */
export function untried({ least = {}, tries }: FaultPromise, tally: Tally): readonly string[] {
	if (tally.tries < tries.long || tally.skipped.length > 0) return [];
	return Object.entries(least).flatMap(([kind, times]) => {
		const made = tally.kinds.get(kind) ?? 0;
		return made >= times ? [] : [`${kind}: ${String(made)} tries, ${String(times)} expected`];
	});
}

async function tryIn(tryOnce: FaultPromise["tryOnce"], seed: number, patienceMs: number): Promise<Outcome> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-fault-"));
	try {
		return await tryOnce({ seed, folder, patienceMs });
	} catch (error) {
		return { kind: "broken", why: error instanceof Error ? (error.stack ?? error.message) : String(error) };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** That what was promised holds, or what does not. */
export function expectation(holds: boolean, why: string, how?: string): Outcome {
	return holds ? { kind: "kept", ...(how === undefined ? {} : { how }) } : { kind: "broken", why };
}
