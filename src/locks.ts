/** Locks between processes: of several that want to do the same work, one does it. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { fileError } from "./files.js";

/** What the way to a lock is told of and stopped by. */
export interface HoldOptions {
	/** Another process has the lock; it is waited for. */
	readonly onWait?: () => void;
	readonly signal?: AbortSignal;
}

/** After so long without a sign of life a holder of a lock is taken for dead; it gives one five times as often. */
const deadMs = 10_000;
const pollMs = 100;

/**
 * Holds the right to do the work of that name.
 *
 * @param folder - where the lock lies; made if it is not there.
 * @param done - whether the work has been done by another process: then it is not waited for any longer.
 * @returns gives the right back; absent where the work was done.
 * @throws LimbeckError (`file`, `disk-full`) where the folder cannot be written, and what `signal` is aborted with.
 */
export async function hold(
	folder: string,
	name: string,
	done: () => Promise<boolean>,
	{ onWait, signal }: HoldOptions = {},
): Promise<(() => Promise<void>) | undefined> {
	await mkdir(folder, { recursive: true }).catch((error: unknown) => {
		throw fileError(error, folder);
	});
	for (let tries = 0; ; tries++) {
		signal?.throwIfAborted();
		try {
			const release = await lock(join(folder, name), {
				...{ realpath: false, stale: deadMs, update: deadMs / 5 },
				onCompromised: () => undefined,
			});
			// One that cannot be given back, as another took it meanwhile, or goes stale, harms nobody: work appears whole.
			return () => release().catch(() => undefined);
		} catch (error) {
			if (!(error instanceof Error && "code" in error && error.code === "ELOCKED")) throw fileError(error, folder);
		}
		if (await done()) return undefined;
		if (tries === 0) onWait?.();
		await sleep(pollMs);
	}
}
