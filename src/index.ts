/**
 * Limbeck: knowledge distillation for TypeScript. This entry runs anywhere; `limbeck/node` adds what needs Node.
 *
 * @module
 */
export { gradients } from "./autodiff/gradients.js";
export type { BatchOptions, BatchSettings, Chunk, Loader } from "./data/chunk.js";
export type {
	AnyDataSet,
	DataSet,
	Normalization,
	Origin,
	PixelScale,
	SampleSet,
	SampleShape,
	Samples,
	Shifted,
	Split,
} from "./data/data-set.js";
export type { PixelRange } from "./data/formats/pixel-range.js";
export type { Sampling } from "./data/order.js";
export type { OpenSamples, SampleData, SampleReader } from "./data/samples.js";
export type { Augmentation, TransformOptions } from "./data/transforms/index.js";
export {
	fixedViewsOf,
	openFixedViews,
	type ViewForm,
	type ViewOptions,
	type ViewReader,
	viewForm,
} from "./data/views.js";
export {
	type EpochsByData,
	type Fitted,
	type FittedRecipe,
	type FittedTo,
	fitRecipe,
	type JitterByData,
} from "./distill/data-fit.js";
export type { NetworkOptions } from "./distill/networks.js";
export type { TeacherOptions } from "./distill/teachers/options.js";
export * from "./errors.js";
export type { Attributes } from "./graph/attributes.js";
export {
	Graph,
	type Lowering,
	type Node,
	type OperatorExpansion,
	type OperatorTyping,
	type TypingOf,
} from "./graph/graph.js";
export type { Value, ValueType } from "./graph/value.js";
export { importModel } from "./import/index.js";
export { type LossOptions, losses } from "./losses/index.js";
export type {
	InnerActivations,
	InnerValues,
	Loss,
	LossInputs,
	LossParameter,
	LossRole,
} from "./losses/loss.js";
export * from "./metrics/index.js";
export { type ApplyOptions, applyModel } from "./models/apply.js";
export type { ModelFamily, ModelTask } from "./models/family.js";
export { replaceHead } from "./models/head.js";
export { buildModel, type FamilyName, families, type ModelSpec } from "./models/index.js";
export { parameterCount } from "./models/trainable.js";
export type { Notice } from "./notices.js";
export { decodeModel } from "./onnx/decode.js";
export type { DecodeLimits, DecodeOptions, ExternalReader, ExternalReference } from "./onnx/decode-options.js";
export { encodeModel } from "./onnx/encode.js";
export type { OnnxAttribute, OnnxGraph, OnnxInitializer, OnnxModel, OnnxNode, OnnxValueInfo } from "./onnx/model.js";
export type { DataType, Tensor, TensorData } from "./onnx/tensor.js";
export { createGraph, operatorOf } from "./ops/index.js";
export type {
	CaseInput,
	InputGradient,
	LackedForm,
	Operator,
	OperatorCase,
	Target,
	TrainingForms,
	Vjp,
	VjpContext,
} from "./ops/operator.js";
export { type Optimizer, type OptimizerOptions, optimizers, type Update } from "./optim/optimizers.js";
export { type Schedule, type ScheduleOptions, schedules } from "./optim/schedules.js";
export type { OutputForm, OutputsOption } from "./predict/output-form.js";
export type * from "./recipe-types.js";
export type { DeviceChoice, DeviceName } from "./runtime/devices.js";
export type {
	DeviceMemory,
	DeviceTensor,
	RunOptions,
	Runtime,
	Session,
	SessionDevice,
	SessionOptions,
} from "./runtime/runtime.js";
export {
	type ClassSets,
	type Clustering,
	type ClusteringOptions,
	clusterClasses,
	clusteringOptions,
	clusterings,
	type Specialties,
} from "./specialists/clustering.js";
export {
	activeSpecialists,
	type CombinationRule,
	type CombineOptions,
	combinationRules,
	combine,
	type SpecialistAnswer,
	specialistsOfClasses,
} from "./specialists/combination.js";
export {
	type CombinationGraphOptions,
	combinationModel,
	combinedModel,
	type Specialist,
} from "./specialists/combination-graph.js";
export { type Covariance, type CovarianceOptions, covarianceOf } from "./specialists/covariance.js";
export {
	type SpecialistTask,
	samplingCorrection,
	shiftDustbin,
	specialistLabels,
	specialistModel,
} from "./specialists/dustbin.js";
export type { KMeansContext } from "./specialists/k-means.js";
export { type TopPredictions, type TopShape, topKCovarianceOf, topPredictions } from "./specialists/top-k.js";
export type {
	OpenTargets,
	Plain,
	TargetCost,
	TargetForm,
	TargetSource,
	Targets,
	TargetsRequest,
} from "./targets/targets.js";
export type { Combination } from "./tasks/combination.js";
export type { FigureName, Figures } from "./tasks/figures.js";
export type { LabelArrays, LabelData, LabelKind } from "./tasks/labels.js";
export type { TaskName } from "./tasks/names.js";
export type { FigureTable } from "./tasks/task.js";
export type {
	Candidate,
	Checkpoint,
	Checkpoints,
	History,
	Rollback,
	Validation,
} from "./train/checkpoint/checkpoint.js";
export type { ClassOrder } from "./train/class-order.js";
export type { Classifier, Ensemble, OpenMember } from "./train/ensemble.js";
export type { GraphTeacher } from "./train/graph-teacher.js";
export type { Fidelity, LabelFigures, ValidationFigures } from "./train/labels.js";
export type { MaskInput } from "./train/masks.js";
export type { Reading } from "./train/outputs.js";
export { type BatchPredictor, createPredictor, type Predictor, type PredictorOptions } from "./train/predict.js";
export type { Preprocessing } from "./train/preprocess.js";
export type { State } from "./train/state.js";
export type { AnswerStore, AnswerSummary } from "./train/stored-answers.js";
export type { StoredTargets, Teacher, TeacherPlan, TeacherSummary } from "./train/teacher.js";
export { trainModel } from "./train/trainer.js";
export type { Placement, TrainingContext, TrainingEvent, TrainingJob, TrainingResult } from "./train/training.js";
export {
	buildTrainingGraph,
	type TrainingGraph,
	type TrainingGraphOptions,
} from "./train/training-graph.js";
export type { Carried } from "./train/update.js";
export { distillStudent, type StudentJob, studentAt } from "./workflows/distill/distill-student.js";
export { defineRecipe, parseRecipe, type RunRecipe } from "./workflows/distill/recipe.js";
export { recipes } from "./workflows/distill/recipes.js";
export { recipeSchema } from "./workflows/recipe-schema.js";
export {
	parseSpecializeRecipe,
	type RunSpecializeRecipe,
	specializeSchema,
} from "./workflows/specialize/recipe.js";
export { specializeRecipes } from "./workflows/specialize/recipes.js";
export { parseTrainRecipe, type RunTrainRecipe } from "./workflows/train/recipe.js";
export { trainRecipes } from "./workflows/train/recipes.js";
