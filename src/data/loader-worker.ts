/** The worker of `createLoader`: answers each {@link ChunkRequest} with its chunk or the error it met. */
import { parentPort, workerData } from "node:worker_threads";
import { LimbeckError, type SerializedError } from "../errors.js";
import type { ChunkSource } from "./chunk.js";
import { createChunkMaker } from "./chunk-maker.js";
import type { ChunkAnswer, ChunkRequest } from "./loader.js";

// createLoader passes exactly this.
const makeChunk = createChunkMaker(workerData as ChunkSource);

parentPort?.on("message", ({ id, firstStep, steps }: ChunkRequest) => {
	try {
		const chunk = makeChunk(firstStep, steps);
		const answer: ChunkAnswer = { id, chunk };
		parentPort?.postMessage(answer, [chunk.samples.buffer, chunk.indices.buffer]);
	} catch (error) {
		const answer: ChunkAnswer = { id, error: serialize(error) };
		parentPort?.postMessage(answer);
	}
});

function serialize(error: unknown): SerializedError {
	if (error instanceof LimbeckError) return error.toJSON();
	return { category: "environment", where: "data loader", expected: "a chunk", got: String(error) };
}
