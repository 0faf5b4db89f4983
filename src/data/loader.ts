import { Worker } from "node:worker_threads";
import { LimbeckError, type SerializedError } from "../errors.js";
import { type BatchOptions, type Chunk, type ChunkSource, createChunkMaker, type Loader } from "./chunk.js";

/** A request to the worker. */
export interface ChunkRequest {
	readonly id: number;
	readonly firstStep: number;
	readonly steps: number;
}

/** The worker's answer to the request of that id. */
export type ChunkAnswer =
	| { readonly id: number; readonly chunk: Chunk }
	| { readonly id: number; readonly error: SerializedError };

interface Pending {
	readonly resolve: (chunk: Chunk) => void;
	readonly reject: (error: LimbeckError) => void;
}

/**
 * A loader that makes its chunks in a thread of its own, for callers whose thread is blocked by native code. The images
 * are copied once into shared memory. Close it, or the process does not end.
 *
 * @throws LimbeckError `usage` for a batch or a count below 1.
 */
export function createLoader(options: BatchOptions): Loader {
	const { imageShape, batch, seed, jitter } = options;
	const { count, images } = options.split;
	const source: ChunkSource = { split: { count, images: shareBytes(images) }, imageShape, batch, seed, jitter };
	createChunkMaker(source); // Bad options are refused here and not in the worker.
	const worker = new Worker(new URL("./loader-worker.js", import.meta.url), { workerData: source });
	const pending = new Map<number, Pending>();
	let nextId = 0;
	let ended: LimbeckError | undefined;
	const end = (got: string, cause?: unknown): void => {
		ended ??= loaderEnded(got, cause);
		for (const { reject } of pending.values()) reject(ended);
		pending.clear();
	};
	worker.on("message", (answer: ChunkAnswer) => {
		const request = pending.get(answer.id);
		pending.delete(answer.id);
		if ("chunk" in answer) request?.resolve(answer.chunk);
		else request?.reject(new LimbeckError(answer.error.category, answer.error));
	});
	worker.on("error", (error) => {
		end(String(error), error);
	});
	worker.on("exit", () => {
		end("one that has ended");
	});
	return {
		chunk(firstStep, steps) {
			const answer = new Promise<Chunk>((resolve, reject) => {
				if (ended !== undefined) {
					reject(ended);
					return;
				}
				const id = nextId++;
				pending.set(id, { resolve, reject });
				worker.postMessage({ id, firstStep, steps } satisfies ChunkRequest);
			});
			// A caller that stops early never awaits the chunk it asked for ahead; that must not end the process.
			answer.catch(() => undefined);
			return answer;
		},
		async close() {
			end("a closed one");
			await worker.terminate();
		},
	};
}

/** A loader that makes each chunk in the caller's thread when asked: for small data, and where no worker can run. */
export function createInlineLoader(options: BatchOptions): Loader {
	const makeChunk = createChunkMaker(options);
	return {
		// eslint-disable-next-line @typescript-eslint/require-await -- async, so that an error becomes a rejection
		async chunk(firstStep, steps) {
			return makeChunk(firstStep, steps);
		},
		close: () => Promise.resolve(),
	};
}

/** The bytes in memory that threads share: a copy, unless they are there already. */
function shareBytes(bytes: Uint8Array): Uint8Array {
	if (bytes.buffer instanceof SharedArrayBuffer) return bytes;
	const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
	shared.set(bytes);
	return shared;
}

function loaderEnded(got: string, cause: unknown): LimbeckError {
	return new LimbeckError("environment", { where: "data loader", expected: "a running worker", got, cause });
}
