/** What a task is: all that training, evaluation and pages ask of it. */
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import type { LossOptions } from "../losses/index.js";
import type { OnnxModel } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import type { Decision } from "../predict/decision.js";
import type { Chosen } from "../predict/metadata.js";
import type { Combination } from "./combination.js";
import type { FigureName, Figures } from "./figures.js";
import type { LabelData } from "./labels.js";
import type { TaskName } from "./names.js";

/** How numbers that are labels are made comparable: (value − mean) / std, a number for each output. */
export interface Scale {
	readonly mean: readonly number[];
	readonly std: readonly number[];
}

/** Labels as the training graph is fed them. */
export interface LabelInput {
	readonly type: "int32" | "uint8" | "float";
	/** What follows the number of samples. */
	readonly dims: readonly number[];
	/** What a batch of them becomes in the graph. */
	readonly as: "int64" | "float";
}

/** What an objective compares, in the graph. */
export interface Compared {
	/** `[batch, outputs]`. */
	readonly student: Value;
	/** `[batch, outputs]`, where there is a teacher. */
	readonly teacher: Value | undefined;
	/** The variance of the teacher's answers, where it may give one: 0 where it is sure. */
	readonly variance?: Value;
}

/** How a student's answers reach the objective. */
export interface StudentForm {
	/** What labels are scaled by; as they are where absent. */
	readonly scale: Scale | undefined;
	/** Whether the student's answers already are so scaled. */
	readonly isScaled: boolean;
}

/** What is measured on labelled samples. */
export interface Measured {
	/** Those of {@link Task.measures}. */
	readonly figures: Figures;
	/** `[count]`: how well each sample is answered, of which more is better: what two networks are compared by. */
	readonly scores: ArrayLike<number>;
	/** Tables for a page. */
	readonly tables: readonly FigureTable[];
}

/** A table of figures for a page. */
export interface FigureTable {
	readonly title: string;
	readonly columns: readonly string[];
	readonly rows: readonly (readonly string[])[];
}

/** Answers of a network to some samples, and what they should be. */
export interface Answered {
	/** `[count, names.length]`. */
	readonly answers: Float32Array;
	readonly labels: LabelData;
	readonly names: readonly string[];
}

/** A network's own answers, without what else a teacher's may say, such as variances: `[count, names]`. */
export function ownAnswers(
	answers: Float32Array,
	{ answerWidth }: Pick<Task, "answerWidth">,
	names: number,
): Float32Array {
	const width = answerWidth(names);
	if (width === names) return answers;
	return Float32Array.from({ length: (answers.length / width) * names }, (_, at) => {
		return answers[Math.floor(at / names) * width + (at % names)] ?? 0;
	});
}

export type { Chosen };

/** What the card of an exported network says of its task. */
export interface TaskCard {
	/** What such a network is: `Classifier`. */
	readonly title: string;
	/** What the output is, or what is made of it. */
	readonly output: string;
	/** Lines of JavaScript that ask it about `sample`. */
	readonly code: readonly string[];
	/** How transformers.js is used for networks of images. */
	readonly transformers: {
		/** Its pipeline that gives the answers, where one does. */
		readonly pipeline?: string;
		/** What `problem_type` in `config.json` is. */
		readonly problemType?: string;
		/** Lines of JavaScript that ask it about `image`. */
		readonly code: readonly string[];
		readonly note?: string;
	};
	/** What was chosen for it: the list's name, what its numbers are, and each of them for people. */
	readonly chosen?: { readonly list: string; readonly title: string; readonly text: (value: number) => string };
	/** What it cannot do. */
	readonly limit: (names: number) => string;
}

/** One task. */
export interface Task {
	readonly name: TaskName;
	/** One line for people. */
	readonly title: string;
	/** What a network answers, one and many: `class`, `classes`. */
	readonly noun: readonly [one: string, many: string];
	/** The fewest names that make sense. */
	readonly fewest: number;
	/** Numbers of a teacher's answer to a sample, for so many names. */
	readonly answerWidth: (names: number) => number;
	/** The objectives that are meant where none is named: of labels alone, and with a teacher. */
	readonly objectives: { readonly alone: LossOptions; readonly distilled: LossOptions };
	/** How labels are scaled, by those to train on. */
	readonly scaleOf?: (labels: LabelData, width: number) => Scale;
	/** A network that learned from scaled labels as one that answers in their own units; absent where nothing is scaled. */
	readonly inOwnUnits?: (model: OnnxModel, scale: Scale) => OnnxModel;
	readonly labelInput: (width: number) => LabelInput;
	/** Labels of `count` samples as the graph is fed them. */
	readonly labelTensor: (labels: LabelData, count: number, width: number, scale: Scale | undefined) => Tensor;
	/** Student and teacher as the objective compares them. */
	readonly compared: (g: Graph, values: Compared, form: StudentForm) => Compared;
	/** The answers of several members as one, `[batch, answerWidth]`. @param width - the number of names. */
	readonly combine: (
		g: Graph,
		members: readonly Value[],
		weights: readonly number[],
		combination: Combination,
		width: number,
	) => Value;
	/** What a model's numbers are, and which last operators are left out to read them. */
	readonly reading: Decision<TaskName>["reading"];
	/** What the card of an exported network says. */
	readonly card: TaskCard;
	/** A network on the validation split, while it is trained. */
	readonly validate: (answered: Answered) => Figures;
	/** A student against its teacher, each `[count, width]`. */
	readonly fidelity: (student: Float32Array, teacher: Float32Array, width: number) => Figures;
	/** What the best weights have least of. */
	readonly badness: (figures: Figures) => number;
	/** The figures of an evaluation; the first is what networks are ranked by. */
	readonly measures: readonly [FigureName, ...FigureName[]];
	/** What is chosen on the validation split, for figures and for whoever uses the network. */
	readonly choose?: (answered: Answered) => Chosen;
	/** The figures of knowing nothing of a sample: of always giving the answer that suits all together best. */
	readonly ignorant: (labels: LabelData, names: readonly string[]) => Figures;
	/** @param chosen - what was chosen for this network, where anything was. */
	readonly measure: (answered: Answered, chosen: Chosen | undefined) => Measured;
}
