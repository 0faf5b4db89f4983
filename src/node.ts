/**
 * What Limbeck offers on Node: everything of `limbeck`, and files, data sets, the engine and whole runs.
 *
 * @module
 */
export type { Loader } from "./data/chunk.js";
export { dataSets, findDataSet } from "./data/index.js";
export { createInlineLoader, createLoader } from "./data/loader.js";
export { type EvaluateOutcome, type Evaluation, evaluateModels } from "./distill/evaluate.js";
export type { Environment, Measured, NetworkReport, Report } from "./distill/report.js";
export { trainNetwork } from "./distill/train-network.js";
export * from "./index.js";
export { readModelFile, writeModelFile } from "./onnx/file.js";
export { type DistillEvent, type DistillOptions, distill } from "./pipeline/distill.js";
export { reportTable } from "./report/table.js";
export { nodeRuntime } from "./runtime/node.js";
