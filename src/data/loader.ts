import { Worker } from "node:worker_threads";
import { LimbeckError, type SerializedError } from "../errors.js";
import { type BatchOptions, type Chunk, type ChunkSource, chunkSource, type Loader } from "./chunk.js";
import { createChunkMaker } from "./chunk-maker.js";
import { inlineLoader } from "./inline-loader.js";
import { openSamples } from "./open-samples.js";
import { inMemory } from "./samples.js";

/** A request to the worker. */
export interface ChunkRequest {
	readonly id: number;
	readonly firstStep: number;
	readonly steps: number;
	/** Memory to use again. */
	readonly spent: Chunk | undefined;
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
 * A loader that makes its chunks in a thread of its own, for callers whose thread is blocked by native code. The thread
 * has a copy of the images: V8 copies bytes out of shared memory at half the rate. Close it, or the process does not end.
 *
 * @throws LimbeckError `usage` for a batch or a count below 1.
 */
export function createLoader(options: BatchOptions): Loader {
	const source = chunkSource(options);
	createChunkMaker(source, openSamples).close(); // Bad options are refused here and not in the worker.
	const { workerData, transferList } = ownCopy(source);
	const worker = new Worker(new URL("./loader-worker.js", import.meta.url), { workerData, transferList });
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
		chunk(firstStep, steps, spent) {
			const answer = new Promise<Chunk>((resolve, reject) => {
				if (ended !== undefined) {
					reject(ended);
					return;
				}
				const id = nextId++;
				pending.set(id, { resolve, reject });
				worker.postMessage({ id, firstStep, steps, spent } satisfies ChunkRequest, buffersOf(spent));
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
export const createInlineLoader = inlineLoader(openSamples);

/** The memory of a chunk, which goes along with it from thread to thread. */
export function buffersOf(chunk: Chunk | undefined): ArrayBuffer[] {
	if (chunk === undefined) return [];
	const { samples, indices, views } = chunk;
	return [samples, indices, views].flatMap((part) => (part === undefined ? [] : [part.buffer]));
}

/** The source for a worker, with the samples in memory of its own. */
function ownCopy(source: ChunkSource): { readonly workerData: ChunkSource; readonly transferList: ArrayBuffer[] } {
	const { split } = source;
	if (split?.samples.kind !== "memory") return { workerData: source, transferList: [] };
	const data = split.samples.data.slice();
	const workerData = { ...source, split: { ...split, samples: inMemory(data) } };
	return { workerData, transferList: [data.buffer] };
}

function loaderEnded(got: string, cause: unknown): LimbeckError {
	return new LimbeckError("environment", { where: "data loader", expected: "a running worker", got, cause });
}
