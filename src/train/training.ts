/** A training: what it is given, what it tells, and what it leaves. */
import type { BatchOptions, Loader } from "../data/chunk.js";
import type { AnyDataSet, Normalization } from "../data/data-set.js";
import type { Sampling } from "../data/order.js";
import type { OpenSamples } from "../data/samples.js";
import type { LossOptions } from "../losses/index.js";
import type { OnnxModel } from "../onnx/model.js";
import type { Runtime, SessionDevice } from "../runtime/runtime.js";
import type { OpenTargets } from "../targets/targets.js";
import type { Scale } from "../tasks/task.js";
import type { Checkpoints, History } from "./checkpoint/checkpoint.js";
import type { ValidationFigures } from "./labels.js";
import type { AnswerStore } from "./stored-answers.js";
import type { Teacher, TeacherSummary } from "./teacher.js";
import type { TrainingOptions } from "./training-options.js";

/** One network to train. */
export interface TrainingJob {
	readonly model: OnnxModel;
	readonly data: AnyDataSet;
	readonly normalization: Normalization;
	readonly options: TrainingOptions;
	readonly loss: LossOptions;
	/** What labels that are numbers are scaled by; as they are where absent. */
	readonly scale?: Scale | undefined;
	/** Whether the model answers in units of that scale; in the labels' own where absent. */
	readonly isScaled?: boolean;
	/**
	 * The teacher, where the objective needs one. It sees the same view of every sample as the student. A model alone is
	 * given its samples as the student is.
	 */
	readonly teacher?: Teacher | OnnxModel;
	/** Where the teacher's answers are kept from run to run; views must be fixed then. */
	readonly store?: AnswerStore;
	/** Where an epoch does not show each training sample once. */
	readonly sampling?: Sampling;
	readonly seed: number;
	readonly threads?: number;
}

/** What is told while training. `epoch` counts from 0 and has a fraction. */
export type TrainingEvent =
	| {
			readonly kind: "progress";
			readonly step: number;
			readonly steps: number;
			readonly epoch: number;
			/** Mean of the training loss since the last event. */
			readonly loss: number;
			/** Training samples a second since the last event. */
			readonly throughput: number;
			/** Bytes that its process holds, where it has one of its own. */
			readonly memory?: number;
	  }
	| ({
			/** How the teacher is asked, and how its members are read. Once, at the start. */
			readonly kind: "teacher";
	  } & TeacherSummary)
	| {
			/** Something that a person should know. */
			readonly kind: "note";
			readonly text: string;
	  }
	| ({
			/** By the labels, or without them by the teacher. */
			readonly kind: "validation";
			readonly step: number;
			readonly epoch: number;
	  } & ValidationFigures);

/** The device that trained a network. */
export type Placement = Pick<SessionDevice, "name" | "elsewhere">;

/** A trained network and what it took. */
export interface TrainingResult {
	readonly model: OnnxModel;
	readonly steps: number;
	/** The step whose weights these are. */
	readonly keptStep: number;
	/** The weights kept on the validation split: by its labels, or where it has none against the teacher. */
	readonly validation: ValidationFigures;
	/** Wall-clock time of training, validation included; of all its parts, where it was taken up again. */
	readonly seconds: number;
	/** The device that trained it; absent where that was the processor. */
	readonly device?: Placement;
	/** The steps that training went back to when it diverged, in order; absent where it did not. */
	readonly rollbacks?: readonly number[];
	/** How the teacher was asked and read, where there was one. */
	readonly teacher?: TeacherSummary;
	readonly history: History;
}

/** What training needs of its surroundings. */
export interface TrainingContext {
	readonly runtime: Runtime;
	/** Cuts batches: in a worker thread, or where it is called. */
	readonly createLoader: (options: BatchOptions) => Loader;
	/** Opens samples for validation; those in memory only, where absent. */
	readonly openSamples?: OpenSamples;
	/** Opens a store of answers, for jobs that name one. */
	readonly openTargets?: OpenTargets;
	/** A monotonic clock in ms, for reports only. */
	readonly now: () => number;
	/** Where training is kept as it goes, and taken up again; nowhere where absent. */
	readonly checkpoints?: Checkpoints;
	/**
	 * Seconds from one checkpoint to the next, at least; where absent about 30, and so many that they cost a hundredth of
	 * the time. No bit of the result depends on it.
	 */
	readonly checkpointSeconds?: number;
	/** Ends training at the next checkpoint, made at once. */
	readonly stop?: AbortSignal;
	/** Called after every chunk of steps and every look at validation. */
	readonly onEvent?: (event: TrainingEvent) => void;
}
