/**
 * What Limbeck adds to `limbeck` in a browser: the engine, with the package `onnxruntime-web`, and batches from memory.
 *
 * @module
 */
import { inlineLoader } from "./data/inline-loader.js";
import { openMemory } from "./data/samples.js";

export { webRuntime } from "./runtime/web.js";
export { hasWebGpu, type WebRuntimeOptions } from "./runtime/web-session.js";

/** Cuts batches of samples in memory, in the caller's thread: in a worker, next to the training. */
export const createLoader = inlineLoader(openMemory);
