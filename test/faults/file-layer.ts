/** A file system that stops: the process that used it is as good as dead after so many calls. */
import promises, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/** The calls that count, of the module and of open files. */
const moduleCalls = ["mkdir", "open", "readdir", "readFile", "rename", "rm", "stat", "writeFile"] as const;
const handleCalls = ["close", "read", "sync", "truncate", "write", "writeFile"] as const;

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
 * what a living process does after an error is done either. It may hold locks still.
 *
 * @param torn - whether a write that is the first not to be done is done by half.
 */
export async function stoppedAfter(calls: number, torn: boolean, work: () => Promise<unknown>): Promise<Stopped> {
	const { prototype, open } = await originals();
	const files: FileHandle[] = [];
	let done = 0;
	let stop: (outcome: Stopped) => void = () => undefined;
	const stopping = new Promise<Stopped>((resolve) => {
		stop = resolve;
	});
	const never = new Promise<never>(() => undefined);
	const counted = (name: string, original: Call): Call =>
		function (this: unknown, ...args) {
			if (done < calls) {
				done++;
				return original.apply(this, args);
			}
			const half = torn && done === calls ? halfOf(name, args) : undefined;
			done++;
			const written = half === undefined ? undefined : original.apply(this, half);
			void Promise.resolve(written).finally(() => {
				stop({ stopped: true, calls });
			});
			return never;
		};
	const restoreHandles = replaceAll(prototype, handleCalls, counted);
	// The module's own calls are not torn: they write what tests put into place.
	const restoreModule = replaceAll(promises, moduleCalls, (name, original) =>
		counted("", name === "open" ? remembering(open, files) : original),
	);
	try {
		return await Promise.race([work().then(() => ({ stopped: false, calls: done })), stopping]);
	} finally {
		restoreModule();
		restoreHandles();
		// What the system does for a dead process; those that the work has closed refuse.
		await Promise.all(files.map((file) => file.close().catch(() => undefined)));
	}
}

async function originals(): Promise<{ readonly prototype: object; readonly open: typeof promises.open }> {
	const file = await promises.open(import.meta.filename);
	// FileHandle is not exported.
	const prototype = Object.getPrototypeOf(file) as object;
	await file.close();
	return { prototype, open: promises.open };
}

function remembering(open: typeof promises.open, files: FileHandle[]): Call {
	return async (...args) => {
		// The arguments are passed on as they came.
		const file = await open(...(args as Parameters<typeof promises.open>));
		files.push(file);
		return file;
	};
}

/** Puts other functions in place of an object's. @returns what puts them back. */
function replaceAll(object: object, names: readonly string[], replacement: (name: string, original: Call) => Call) {
	const before = names.map((name) => [name, Reflect.get(object, name) as Call] as const);
	for (const [name, original] of before) Reflect.set(object, name, replacement(name, original));
	syncBuiltinESMExports();
	return () => {
		for (const [name, original] of before) Reflect.set(object, name, original);
		syncBuiltinESMExports();
	};
}

/** The arguments of a write of the first half only; none for a call that is no write of bytes. */
function halfOf(name: string, [bytes, offset, length, position]: unknown[]): unknown[] | undefined {
	if (name === "write" && typeof length === "number") return [bytes, offset, length >> 1, position];
	if (name !== "writeFile") return undefined;
	if (typeof bytes === "string") return [bytes.slice(0, bytes.length >> 1)];
	return bytes instanceof Uint8Array ? [bytes.subarray(0, bytes.length >> 1)] : undefined;
}
