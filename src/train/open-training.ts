/** What takes the steps of a training. */
import type { Loader } from "../data/chunk.js";
import type { OnnxModel } from "../onnx/model.js";
import type { Session } from "../runtime/runtime.js";
import type { ValidationFigures } from "./labels.js";
import type { StateMemory } from "./state-memory.js";
import type { OpenTeacher } from "./teacher.js";
import type { TrainingJob } from "./training.js";
import type { TrainingGraph } from "./training-graph.js";

/** All that a training is made of, ready to go. */
export interface OpenTraining {
	readonly job: TrainingJob;
	readonly graph: TrainingGraph;
	readonly session: Session;
	readonly memory: StateMemory;
	readonly loader: Loader;
	readonly totalSteps: number;
	readonly teacher: OpenTeacher | undefined;
	readonly validate: (model: OnnxModel) => Promise<ValidationFigures>;
}
