/** The worker of `createLoader`: answers each {@link ChunkRequest} with its chunk or the error it met. */
import { parentPort, workerData } from "node:worker_threads";
import { LimbeckError, type SerializedError } from "../errors.js";
import type { ChunkSource } from "./chunk.js";
import { createChunkMaker } from "./chunk-maker.js";
import { buffersOf, type ChunkAnswer, type ChunkRequest } from "./loader.js";
import { openSamples } from "./open-samples.js";

// createLoader passes exactly this.
const maker = createChunkMaker(workerData as ChunkSource, openSamples);

parentPort?.on("message", ({ id, firstStep, steps, spent }: ChunkRequest) => {
	try {
		const chunk = maker.make(firstStep, steps, spent);
		const answer: ChunkAnswer = { id, chunk };
		parentPort?.postMessage(answer, buffersOf(chunk));
	} catch (error) {
		const answer: ChunkAnswer = { id, error: serialize(error) };
		parentPort?.postMessage(answer);
	}
});

function serialize(error: unknown): SerializedError {
	if (error instanceof LimbeckError) return error.toJSON();
	return { category: "environment", where: "data loader", expected: "a chunk", got: String(error) };
}
