import type { Attributes } from "../graph/attributes.js";
import type { Graph, Node } from "../graph/graph.js";
import type { Value, ValueType } from "../graph/value.js";
import type { Tensor } from "../onnx/tensor.js";

/** What a gradient rule sees of a node. */
export interface VjpContext {
	readonly g: Graph;
	/** The node's inputs; an absent optional one is `undefined`. */
	readonly inputs: readonly (Value | undefined)[];
	readonly outputs: readonly Value[];
	/** The gradient of the loss with respect to the first output, of its shape. */
	readonly dy: Value;
	/** The gradient with respect to any output; zeros where the loss does not depend on it. */
	readonly dyOf: (output: number) => Value;
	readonly attributes: Attributes;
}

/**
 * What an operator answers for one input: how to make its gradient; `"none"` where no output depends on the input's
 * elements. Inputs that are not floating (indices, shapes, conditions) are not asked for: their places hold `undefined`,
 * which in the place of a floating one means that there is no rule.
 */
export type InputGradient = (() => Value) | "none" | undefined;

/**
 * The vector–Jacobian product of an operator: an answer for each input. The engine calls only what it needs, sums
 * broadcast axes away and accumulates; it refuses a gradient where a floating input has no answer.
 */
export type Vjp = (context: VjpContext) => readonly InputGradient[];

/** An input of a test case: its shape, and where its elements come from (uniform; default −1 … 1). */
export interface CaseInput {
	readonly dims: readonly number[];
	readonly from?: number;
	readonly to?: number;
	/** Given values instead, for int64 inputs such as axes. Not differentiated. */
	readonly integers?: readonly number[];
	/** Given values instead, for conditions. Not differentiated. */
	readonly booleans?: readonly boolean[];
	/** Every element another number, evenly spread, in random order: no maximum is a tie. */
	readonly distinct?: boolean;
	/** Not differentiated. */
	readonly fixed?: boolean;
}

/** One node to check: its shape against ONNX Runtime, its gradient against central differences. */
export interface OperatorCase {
	readonly inputs: readonly (CaseInput | undefined)[];
	readonly attributes?: Attributes;
	/** The element type to check in, where ONNX Runtime has no kernel for doubles. */
	readonly precision?: "float";
}

/** What the training form of an operator may ask for. */
export interface TrainingForms {
	/** A mask of the shape of `like` with elements 0 or 1 / (1 − ratio), new at every step; `undefined` in inference. */
	readonly dropoutMask: (like: Value, ratio: number) => Value;
	/** Whether normalisation over the batch uses the batch's own statistics. */
	readonly batchStatistics: boolean;
	/** Whether training changes all weights that a network has, and not those that somebody has chosen. */
	readonly trainsAll: boolean;
	/** Whether training changes this value, a weight. */
	readonly trains: (weight: Value) => boolean;
	/** Whether a value is a running average that training carries from step to step. */
	readonly carries: (state: Value) => boolean;
	/** What an input of {@link Operator.state} becomes for the next step. */
	readonly setState: (state: Value, next: Value) => void;
}

/** What some engine has no kernel for, and what is built from other operators there. */
export type LackedForm =
	| "BatchNormalization in training"
	| "FusedMatMul"
	| "LogSoftmax"
	| "Loop"
	| "MaxPool with indices"
	| "OneHot";

/** What a machine's engine can do beyond ONNX, and what it cannot. */
export interface Target {
	/**
	 * Channels in a block of the engine's blocked layout, which convolutions are fastest in; absent where there is none.
	 * Source: ONNX Runtime, `com.microsoft.nchwc`.
	 */
	readonly channelBlock?: number;
	/** Operators, or forms of them, that the engine has no kernel for: they are built from others. */
	readonly lacks?: ReadonlySet<LackedForm>;
}

/** All that Limbeck knows about an ONNX operator. */
export interface Operator {
	/** The operator's domain where it is not ONNX's own. */
	readonly domain?: string;
	/** Output types from input types; throws a `LimbeckError` where they do not fit. */
	readonly infer: (inputs: readonly (Value | undefined)[], attributes: Attributes) => readonly ValueType[];
	/** The gradient rule, or the word that says there is none. */
	readonly vjp: Vjp | "nondifferentiable";
	/** Inputs that hold running averages: changed while training, but not by gradients. */
	readonly state?: readonly number[];
	/** What stands in the node's place while training, where that differs from inference. */
	readonly train?: (
		g: Graph,
		inputs: readonly (Value | undefined)[],
		attributes: Attributes,
		forms: TrainingForms,
	) => readonly Value[];
	/** What does the node's work faster on a machine, added to `g` when all is differentiated; `undefined` for itself. */
	readonly lower?: (g: Graph, node: Node, target: Target) => readonly Value[] | undefined;
	/**
	 * The outputs, where they can be known while a graph is built: the arithmetic of shapes that exporters leave in
	 * graphs. Asked only for small integer, boolean and scalar results; `undefined` where they cannot be known.
	 */
	readonly fold?: (inputs: readonly (Value | undefined)[], attributes: Attributes) => readonly Tensor[] | undefined;
	readonly cases: readonly OperatorCase[];
}

/** Values of an attribute that are served: any, those listed, or numbers from `least` on. Of a list, each element. */
export type ServedValues = "any" | readonly (number | string)[] | { readonly least: number };

/** The attributes that an operator serves, by name. */
export type ServedAttributes = Readonly<Record<string, ServedValues>>;

/** An operator that is built from others, which differentiate it; ONNX calls most of these functions. */
export interface Composite {
	/** The attributes that it serves; others are refused before it is asked. */
	readonly attributes: ServedAttributes;
	/** Adds the nodes that do its work, and gives its outputs in order; throws a `LimbeckError` where inputs do not fit. */
	readonly expand: (g: Graph, inputs: readonly (Value | undefined)[], attributes: Attributes) => readonly Value[];
	readonly cases: readonly OperatorCase[];
}
