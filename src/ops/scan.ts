/** Walking through the first axis of tensors. Source: ONNX operator specification, Scan-21. */
import { int, ints } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import type { Value, ValueType } from "../graph/value.js";
import { required } from "./infer.js";

/** What a walk begins with and reads. */
export interface Walk {
	/** Values before the first step. */
	readonly states: readonly Value[];
	/** Tensors `[steps, …]`; each step sees its part `[…]`. */
	readonly inputs: readonly Value[];
	/** Whether it begins at the last step. The outputs are in the order of the inputs all the same. */
	readonly backwards: boolean;
}

/** The states behind a step, and what it puts out. */
interface Step {
	readonly states: readonly Value[];
	readonly outputs: readonly Value[];
}

/**
 * Adds a Scan.
 *
 * @param step - adds to `body` what a step does.
 * @returns the states behind the last step, and the outputs of all steps, `[steps, …]`.
 */
export function scan(
	g: Graph,
	{ states, inputs, backwards }: Walk,
	step: (body: Graph, states: readonly Value[], parts: readonly Value[]) => Step,
): Step {
	const body = g.body();
	const scope = g.fresh("walk");
	const inner = (kind: string, index: number, { type, dims }: ValueType): Value =>
		body.input(`${scope}/${kind}_${String(index)}`, { type, dims });
	const made = step(
		body,
		states.map((state, index) => inner("state", index, state)),
		inputs.map((input, index) => inner("part", index, { ...input, dims: input.dims.slice(1) })),
	);
	const inside = [...made.states, ...made.outputs];
	const graph = body.toOnnx(
		scope,
		inside.map((value, index) => {
			// A name may be given out once.
			const first = inside.findIndex(({ name }) => name === value.name) === index;
			return [first ? value.name : g.fresh(`${scope}/out`), value] as const;
		}),
	);
	const steps = required(inputs, 0).dims[0] ?? 0;
	const direction = (values: readonly Value[]): readonly number[] => values.map(() => (backwards ? 1 : 0));
	const types = [...states, ...made.outputs.map(({ type, dims }) => ({ type, dims: [steps, ...dims] }))];
	const results = g.add(
		"Scan",
		"",
		[...states, ...inputs],
		types.map(({ type, dims }) => ({ type, dims })),
		{
			body: { kind: "graph", value: graph },
			num_scan_inputs: int(inputs.length),
			scan_input_directions: ints(direction(inputs)),
			scan_output_directions: ints(direction(made.outputs)),
		},
		"Scan",
	);
	return { states: results.slice(0, states.length), outputs: results.slice(states.length) };
}
