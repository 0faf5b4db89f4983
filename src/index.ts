/**
 * Limbeck: knowledge distillation for TypeScript. This entry runs anywhere; `limbeck/node` adds what needs Node.
 *
 * @module
 */
export { gradients } from "./autodiff/gradients.js";
export type { DataSet, ImageShape, Split } from "./data/data-set.js";
export {
	defineRecipe,
	type NetworkOptions,
	parseRecipe,
	type Recipe,
	type RecipeInput,
	recipeSchema,
} from "./distill/recipe.js";
export { recipes } from "./distill/recipes.js";
export * from "./errors.js";
export { Graph, type Node } from "./graph/graph.js";
export type { Value, ValueType } from "./graph/value.js";
export { type LossOptions, losses } from "./losses/index.js";
export * from "./metrics/index.js";
export { applyModel } from "./models/apply.js";
export { buildModel, families, type ModelSpec } from "./models/index.js";
export { decodeModel } from "./onnx/decode.js";
export { encodeModel } from "./onnx/encode.js";
export type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from "./onnx/model.js";
export type { DataType, Tensor } from "./onnx/tensor.js";
export { createGraph, operatorOf } from "./ops/index.js";
export type { Operator, OperatorCase, Vjp, VjpContext } from "./ops/operator.js";
export { type OptimizerOptions, optimizers } from "./optim/optimizers.js";
export { type ScheduleOptions, schedules } from "./optim/schedules.js";
export type { Runtime, Session } from "./runtime/runtime.js";
export { createPredictor, type Predictor } from "./train/predict.js";
export { type TrainingEvent, type TrainingJob, type TrainingResult, trainModel } from "./train/trainer.js";
export { buildTrainingGraph, type TrainingGraph } from "./train/training-graph.js";
