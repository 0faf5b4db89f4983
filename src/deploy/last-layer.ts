/** The last layer of a network apart from the others. */
import type { OnnxInitializer, OnnxModel, OnnxNode } from "../onnx/model.js";

/** A network in two: what makes the last layer's input, and the nodes from there to the output. */
interface Parted {
	readonly body: OnnxModel;
	readonly last: readonly OnnxNode[];
	readonly constants: readonly OnnxInitializer[];
}

/** Operators of a layer with weights. */
const weighted = new Set(["Gemm", "MatMul"]);
/** Operators that may follow it, with a constant each: biases and scales. */
const scaling = new Set(["Add", "Sub", "Mul", "Div"]);

/**
 * A network in another form but for its last layer, which is kept with what scales its answers: where these are numbers in
 * units, they may be beyond what float16 holds, or differ by less.
 *
 * @param model - one output.
 */
export function changedBelowLast(model: OnnxModel, change: (body: OnnxModel) => OnnxModel): OnnxModel {
	const { body, last, constants } = parted(model);
	const isAll = body.graph.nodes.length === 0;
	if (isAll || last.length === 0) return isAll ? model : change(model);
	const { graph } = change(body);
	return {
		...model,
		graph: {
			...graph,
			outputs: model.graph.outputs,
			initializers: [...graph.initializers, ...constants],
			nodes: [...graph.nodes, ...last],
		},
	};
}

function parted(model: OnnxModel): Parted {
	const { graph } = model;
	const constants = new Map(graph.initializers.map((one) => [one.name, one]));
	const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
	const readers = new Map<string, number>();
	for (const name of graph.nodes.flatMap(({ inputs }) => inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);
	const last: OnnxNode[] = [];
	let value = graph.outputs[0]?.name ?? "";
	let isWhole = false;
	while (!isWhole) {
		const node = makers.get(value);
		if (node === undefined || !(weighted.has(node.opType) || scaling.has(node.opType))) break;
		const [input, ...more] = node.inputs.filter((name) => name !== "" && !constants.has(name));
		const own = node.inputs.filter((name) => constants.has(name));
		// A constant of other layers too stays with them.
		if (input === undefined || more.length > 0 || own.some((name) => (readers.get(name) ?? 0) > 1)) break;
		last.unshift(node);
		value = input;
		isWhole = weighted.has(node.opType);
	}
	const kept = new Set(last.flatMap(({ inputs }) => inputs));
	const moved = new Set(last);
	return {
		last,
		constants: graph.initializers.filter(({ name }) => kept.has(name)),
		body: {
			...model,
			graph: {
				...graph,
				outputs: [{ name: value, type: "float", dims: undefined }],
				initializers: graph.initializers.filter(({ name }) => !kept.has(name)),
				nodes: graph.nodes.filter((node) => !moved.has(node)),
			},
		},
	};
}
