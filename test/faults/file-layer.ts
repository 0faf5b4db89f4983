/** A file system that stops: the process that used it is as good as dead after so many calls. */
import { AsyncLocalStorage } from "node:async_hooks";
import promises, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/** The calls that count, of the module and of open files. */
const moduleCalls = ["mkdir", "open", "readdir", "readFile", "rename", "rm", "stat", "writeFile"] as const;
const handleCalls = ["read", "sync", "truncate", "write", "writeFile"] as const;

/** How a piece of work went. */
export interface Stopped {
	/** Whether it was stopped before its end. */
	readonly stopped: boolean;
	/** Calls that were done. */
	readonly calls: number;
}

type Call = (...args: unknown[]) => unknown;

/**
 * Does a piece of work whose file system calls stop after so many: those that follow never return, so that nothing of
 * what a living process does after an error is done either, now or later: its timers go on, and do nothing either. It may
 * hold locks still.
 *
 * @param torn - whether a write that is the first not to be done is done by half.
 */
export async function stoppedAfter(calls: number, torn: boolean, work: () => Promise<unknown>): Promise<Stopped> {
	const files: FileHandle[] = [];
	let done = 0;
	const watched: Watched = {};
	try {
		return await new Promise<Stopped>((resolve, reject) => {
			watched.by = {
				files,
				call(original, half) {
					if (done < calls) {
						done++;
						return original();
					}
					watched.by = dead;
					void Promise.resolve(torn ? half?.() : undefined).finally(() => {
						resolve({ stopped: true, calls });
					});
					return never;
				},
			};
			works.run(watched, work).then(() => {
				delete watched.by;
				resolve({ stopped: false, calls: done });
			}, reject);
		});
	} finally {
		// What the system does for a dead process; those that the work has closed refuse.
		await Promise.all(files.map((file) => file.close().catch(() => undefined)));
	}
}

/** What decides about calls, while a piece of work is watched. */
interface Watch {
	/** Files that were opened. */
	readonly files: FileHandle[];
	/** @param half - does half of a write. */
	readonly call: (original: () => unknown, half: (() => unknown) | undefined) => unknown;
}

const never = new Promise<never>(() => undefined);
const dead: Watch = { files: [], call: () => never };

/** A piece of work, and who watches it. */
interface Watched {
	by?: Watch;
}

/** The piece of work that a call is of. */
const works = new AsyncLocalStorage<Watched>();

/** @param tears - whether writes may be torn: those of open files. */
function replaceAll(object: object, names: readonly string[], tears: boolean): void {
	for (const name of names) {
		const original = Reflect.get(object, name) as Call;
		Reflect.set(object, name, function (this: unknown, ...args: unknown[]) {
			const half = tears ? halfOf(name, args) : undefined;
			const watch = works.getStore()?.by;
			if (watch === undefined) return original.apply(this, args);
			return watch.call(
				() => (name === "open" ? remembered(original.apply(this, args), watch) : original.apply(this, args)),
				half === undefined ? undefined : () => original.apply(this, half),
			);
		});
	}
}

async function remembered(opening: unknown, { files }: Watch): Promise<FileHandle> {
	// What `open` gives.
	const file = (await opening) as FileHandle;
	files.push(file);
	return file;
}

/** The arguments of a write of the first half only; none for a call that is no write of bytes. */
function halfOf(name: string, [bytes, offset, length, position]: unknown[]): unknown[] | undefined {
	if (name === "write" && typeof length === "number") return [bytes, offset, length >> 1, position];
	if (name !== "writeFile") return undefined;
	if (typeof bytes === "string") return [bytes.slice(0, bytes.length >> 1)];
	return bytes instanceof Uint8Array ? [bytes.subarray(0, bytes.length >> 1)] : undefined;
}

// Once and for all, before what is watched is loaded: a loader may keep what a module once exported.
const file = await promises.open(import.meta.filename);
// FileHandle is not exported.
replaceAll(Object.getPrototypeOf(file) as object, handleCalls, true);
await file.close();
replaceAll(promises, moduleCalls, false);
syncBuiltinESMExports();
