import { LimbeckError } from "../errors.js";
import { Graph } from "../graph/graph.js";
import { activation } from "./activation.js";
import { alongAxis } from "./along-axis.js";
import { attention } from "./attention.js";
import { batchNorm } from "./batch-norm.js";
import { col2im } from "./col2im.js";
import { convolution } from "./convolution.js";
import { deformable } from "./deformable.js";
import { determinant } from "./determinant.js";
import { einsum } from "./einsum.js";
import { elementwise } from "./elementwise.js";
import { functionComposites } from "./function-composites.js";
import { functions } from "./functions.js";
import { gridSample } from "./grid-sample.js";
import { indexing } from "./indexing.js";
import { linear } from "./linear.js";
import { logic } from "./logic.js";
import { make } from "./make.js";
import { movement } from "./movement.js";
import { normalization } from "./normalization.js";
import type { Composite, Operator, Target } from "./operator.js";
import { pool } from "./pool.js";
import { recurrent } from "./recurrent.js";
import { reduce } from "./reduce.js";
import { resize } from "./resize.js";
import { rotaryEmbedding } from "./rotary-embedding.js";
import { cast } from "./rules.js";
import { scatter } from "./scatter.js";
import { refuseAttributes } from "./served-attributes.js";
import { shape } from "./shape.js";
import { signal, signalComposites } from "./signal.js";

/** Every operator that Limbeck can build and differentiate. */
export const operators = {
	...activation,
	...alongAxis,
	...batchNorm,
	...col2im,
	...convolution,
	...deformable,
	...determinant,
	...einsum,
	...elementwise,
	...functions,
	...gridSample,
	...indexing,
	...linear,
	...logic,
	...make,
	...movement,
	...normalization,
	...pool,
	...recurrent,
	...reduce,
	...resize,
	...scatter,
	...shape,
	...signal,
} as const satisfies Record<string, Operator>;

/** The names of the operators that Limbeck knows. */
export type OperatorName = keyof typeof operators;

/** Every operator of ONNX's own domain that Limbeck builds from {@link operators}. */
export const composites = {
	...attention,
	...functionComposites,
	...rotaryEmbedding,
	...signalComposites,
} as const satisfies Record<string, Composite>;

/** The names of the operators that are built from others. */
export type CompositeName = keyof typeof composites;

/** What an operator is built from, or `undefined`. */
export function compositeOf(opType: string): Composite | undefined {
	return Object.hasOwn(composites, opType) ? composites[opType as CompositeName] : undefined;
}

/** How an operator is built from others, once its attributes are known to be served. */
function served(opType: string, { attributes: known, expand }: Composite): Composite["expand"] {
	return (g, inputs, attributes) => {
		refuseAttributes(opType, known, attributes);
		return expand(g, inputs, attributes);
	};
}

/** The entry of an operator, or `undefined`. */
export function operatorOf(opType: string): Operator | undefined {
	return Object.hasOwn(operators, opType) ? operators[opType as OperatorName] : undefined;
}

export { cast };

/**
 * An empty graph over our operators.
 *
 * @param target - the machine that it is for; any where absent.
 */
export function createGraph(target: Target = {}): Graph {
	return new Graph(
		(opType) => {
			const composite = compositeOf(opType);
			if (composite !== undefined) return { expand: served(opType, composite) };
			const operator = operatorOf(opType);
			if (operator !== undefined) return { domain: operator.domain ?? "", infer: operator.infer };
			throw new LimbeckError("model", {
				where: `operator ${opType}`,
				expected: `one of ${[...Object.keys(operators), ...Object.keys(composites)].join(", ")}`,
				got: opType,
			});
		},
		(g, node) => operatorOf(node.opType)?.lower?.(g, node, target),
		undefined,
		target.lacks?.has("Loop") !== true,
	);
}
