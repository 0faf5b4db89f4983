/**
 * What Limbeck offers on Node: everything of `limbeck`, and files, data sets, the engine and whole runs.
 *
 * @module
 */
export type {
	DataOptions,
	DataSetEntry,
	DataSetFacts,
	DataSurroundings,
	PublishedDataSet,
	RemoteFile,
} from "./data/data-set.js";
export type { FrameDataSet, FrameSplit, FramesChoice } from "./data/frames.js";
export { dataSetOf, dataSets, findDataSet, type StepData } from "./data/index.js";
export { createInlineLoader, createLoader } from "./data/loader.js";
export { openSamples } from "./data/open-samples.js";
export type { Decoding } from "./data/options.js";
export type { LabelledSample, MemoryData, MemorySamples, SampleArray } from "./data/own/memory.js";
export type { SampleLabel } from "./data/own/memory-labels.js";
export type { WindowSamples } from "./data/samples.js";
export type { WeightBits } from "./deploy/int8.js";
export type { Quantization } from "./deploy/quantize.js";
export type { Advice, ExportedModel, ExportReport, PreprocessPlace } from "./deploy/report.js";
export type { RunReport } from "./deploy/run-report.js";
export type { BiasShift, BiasShiftRequest } from "./distill/bias-shifts.js";
export type { ByClass } from "./distill/by-class.js";
export type { ClassNames } from "./distill/class-names.js";
export { evaluateModels } from "./distill/evaluate.js";
export type { EvaluateContext } from "./distill/evaluated-model.js";
export type {
	AnyEvaluation,
	ComparedModels,
	Comparison,
	CoverageRequest,
	EvaluateOutcome,
	EvaluateStep,
	Evaluation,
	MemberEvaluation,
	ModelCost,
	NamedBiasShift,
	NamedFidelity,
	Quality,
} from "./distill/evaluation.js";
export type {
	Calibration,
	DetailOptions,
	EvaluationDetails,
	NamedAccuracy,
	NamedConfusion,
} from "./distill/evaluation-details.js";
export type { ExhibitChoice, Exhibits, ShownConfusion, ShownSample } from "./distill/exhibits.js";
export type { LearnedFigures } from "./distill/learned-part.js";
export type { DataReport, Environment, Measured, Measures, NetworkReport } from "./distill/network-report.js";
export type { LearnedPart } from "./distill/networks.js";
export type { ChosenClasses } from "./distill/specialists/choose-classes.js";
export type { Coverage, Tally } from "./distill/specialists/coverage.js";
export {
	type CombinedAnswers,
	type OpenSpecialists,
	type OpenSpecialistsOptions,
	openSpecialists,
} from "./distill/specialists/open.js";
export type { SpecialistPart } from "./distill/specialists/task.js";
export type { GivenTeacher, TargetsTeacher } from "./distill/teachers/options.js";
export type { EnsembleSource, MemberSource, TeacherSource } from "./distill/teachers/sources.js";
export type { TeacherVerdict } from "./distill/teachers/verdict.js";
export {
	type DataSummary,
	type TrainCurve,
	type TrainNetworkContext,
	type TrainOutcome,
	type TrainStep,
	trainNetwork,
} from "./distill/train-network.js";
export * from "./index.js";
export { readModelFile, writeModelFile } from "./onnx/file.js";
export type { StepNews } from "./pipeline/drive.js";
export type { ExperimentEvent } from "./pipeline/experiment.js";
export { fromMemory } from "./pipeline/from-memory.js";
export type { PlanLine, RunOptions, SeedEvent, StepLabel } from "./pipeline/run-types.js";
export { nodeRuntime } from "./runtime/node.js";
export type { CorrelationPicture } from "./specialists/correlation-picture.js";
export {
	type AlignedRound,
	type Alignment,
	align,
	flatStart,
	type Scorer,
	type Settled,
	type SettleOptions,
	settle,
	type Utterance,
} from "./speech/align.js";
export type { AlignOutcome, AlignRound, PartSize } from "./speech/align-corpus.js";
export { type AlignedFrames, type Context, contextOptions, frameDataSet, windowsOver } from "./speech/context.js";
export { loadSpeech } from "./speech/corpora/index.js";
export { type SpeechChoice, speechOptions } from "./speech/corpora/options.js";
export { type JoinOptions, joinRecordings, type Recording, type SpeechCorpus } from "./speech/corpus.js";
export { createDecoder, type Decoder, type Sentences } from "./speech/decode.js";
export {
	type Choice,
	evaluateSpeech,
	type RecognizeOutcome,
	type RecognizeStep,
	type SpeechFigures,
} from "./speech/evaluate.js";
export {
	createFilterbank,
	type Filterbank,
	type FilterbankOptions,
	type Frames,
	filterbankOptions,
} from "./speech/filterbank.js";
export { type FrontEndOptions, frontEndOptions } from "./speech/front-end.js";
export { fitGaussians, type Gaussians, gaussianScores } from "./speech/gaussians.js";
export { createHmm, type Hmm, hmmOptions, stateCount, stateNames } from "./speech/hmm.js";
export type { PartFigures, WordFigures } from "./speech/judge.js";
export { scaledLikelihoods, statePriors } from "./speech/likelihoods.js";
export { type Moments, momentsBySpeaker, momentsOf, normalizeFrames } from "./speech/normalize.js";
export { resample } from "./speech/resample.js";
export { type Audio, decodeWav, type WavFault } from "./speech/wav.js";
export { type WordErrors, wordErrorRate, wordErrors } from "./speech/word-errors.js";
export { openTargets } from "./targets/store.js";
export { type DistillEvent, type DistillOptions, distill, planDistill } from "./workflows/distill/plan.js";
export type { LinkReport, Report, Role } from "./workflows/distill/report.js";
export { reportTable } from "./workflows/distill/table.js";
export { type ExportOptions, exportModel } from "./workflows/export/export.js";
export type { ExportSource } from "./workflows/export/source.js";
export { planSpecialize, type SpecializeOptions, specialize } from "./workflows/specialize/plan.js";
export type { SpecializeEvent } from "./workflows/specialize/plan-network.js";
export type {
	ClustersReport,
	ConditionalReport,
	ControlName,
	CoverageLine,
	NamedComparison,
	SpecialistReport,
	SpecializeReport,
	SpecializeRole,
	TrainedEvaluation,
} from "./workflows/specialize/report.js";
export { specializeReportTable } from "./workflows/specialize/table.js";
export {
	planSpeech,
	planSpeechFolds,
	type SpeechEvent,
	type SpeechRunOptions,
	speech,
	speechFolds,
} from "./workflows/speech/plan.js";
export {
	parseSpeechRecipe,
	speechRecipeSchema,
	speechRecipes,
} from "./workflows/speech/recipe.js";
export type { SpeechFoldsReport, SpeechNetReport, SpeechReport, TriedTemperature } from "./workflows/speech/report.js";
export { speechFoldsTable, speechReportTable } from "./workflows/speech/table.js";
export { planStudy, type StudyOptions, study } from "./workflows/study/plan.js";
export type { StudyReport } from "./workflows/study/report.js";
export { parseStudyRecipe, type StudyName } from "./workflows/study/studies.js";
export type { Axis, Findings, Line, NetworkMeasures, Point, StudyFigure, StudyTable } from "./workflows/study/study.js";
export { studyTable } from "./workflows/study/table.js";
export { planTrain, type TrainOptions, train } from "./workflows/train/plan.js";
export type { TrainReport } from "./workflows/train/report.js";
export { trainReportTable } from "./workflows/train/table.js";
