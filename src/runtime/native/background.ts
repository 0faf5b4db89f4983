/** Calls of native functions in a thread of their own, so that the event loop stays free while they last. */
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type { Callable, Koffi, Place } from "./api.js";

/** What crosses to the thread: addresses and numbers. */
type Argument = bigint | number | null;

/** A thread that calls one function at a time, in the order in which it is asked to. */
export interface Background {
	/**
	 * Calls a function that gives a status: its address, `null` for success. Arrays go by their address.
	 *
	 * @param end - makes the call end early; used when the process ends, which waits for the thread.
	 */
	call(callable: Callable, given: readonly (Place | number)[], end?: () => void): Promise<bigint | null>;
	/** Ends the thread. */
	close(): Promise<void>;
}

interface Request {
	readonly id: number;
	readonly callable: Callable;
	readonly given: readonly Argument[];
}

interface Answer {
	readonly id: number;
	readonly status: bigint | null;
}

interface Pending {
	/** Arrays among them must not be collected before the call is done. */
	readonly given: readonly (Place | number)[];
	readonly end: (() => void) | undefined;
	readonly resolve: (status: bigint | null) => void;
	readonly reject: (reason: Error) => void;
}

/** The thread's work. It goes there as text, so that no bundle has to find a file: it uses what it is given alone. */
function serve({ parentPort, workerData }: typeof import("node:worker_threads"), load: NodeJS.Require): void {
	// What `openBackground` passes.
	const { path, library, stackBytes } = workerData as Readonly<Record<"path" | "library", string>> & {
		readonly stackBytes: number;
	};
	const koffi = load(path) as Koffi;
	koffi.config({ sync_stack_size: stackBytes });
	// koffi makes a thread's stack when it first loads a library there, and takes it for granted in calls. What keeps the
	// library loaded is the engine.
	koffi.load(library);
	const known = new Map<bigint, (...given: readonly Argument[]) => bigint | null>();
	parentPort?.on("message", ({ id, callable, given }: Request) => {
		const { address, result, takes } = callable;
		// A prototype decodes as a function; those with a status give an address.
		const call =
			known.get(address) ??
			(koffi.decode(address, koffi.proto(result, [...takes])) as (...given: readonly Argument[]) => bigint | null);
		known.set(address, call);
		parentPort.postMessage({ id, status: call(...given) } satisfies Answer);
	});
}

/** What a thread calls, and on what stack. */
interface BackgroundOptions {
	readonly koffi: Koffi;
	/** The path of the library that the functions are of. */
	readonly library: string;
	readonly stackBytes: number;
}

/** Starts a thread. It keeps the process alive while a call lasts, and no longer. */
export function openBackground({ koffi, library, stackBytes }: BackgroundOptions): Background {
	const path = createRequire(import.meta.url).resolve("koffi");
	const source = `(${serve.toString()})(require("node:worker_threads"), require)`;
	const worker = new Worker(source, { eval: true, execArgv: [], workerData: { path, library, stackBytes } });
	worker.unref();
	const pending = new Map<number, Pending>();
	let nextId = 0;
	let ended: Error | undefined;
	const fail = (reason: Error): void => {
		ended ??= reason;
		for (const { reject } of pending.values()) reject(ended);
		pending.clear();
	};
	worker.on("message", ({ id, status }: Answer) => {
		pending.get(id)?.resolve(status);
		pending.delete(id);
		if (pending.size === 0) worker.unref();
	});
	const hasten = (): void => {
		for (const { end } of pending.values()) end?.();
	};
	process.once("exit", hasten);
	worker.on("error", fail);
	worker.on("exit", () => {
		process.off("exit", hasten);
		fail(new Error("the thread of native calls has ended"));
	});
	return {
		call(callable, given, end) {
			return new Promise((resolve, reject) => {
				if (ended !== undefined) {
					reject(ended);
					return;
				}
				const id = nextId++;
				pending.set(id, { given, end, resolve, reject });
				worker.ref();
				const plain = given.map((one) => (ArrayBuffer.isView(one) ? koffi.address(one) : one));
				worker.postMessage({ id, callable, given: plain } satisfies Request);
			});
		},
		async close() {
			await worker.terminate();
		},
	};
}
