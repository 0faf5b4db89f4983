/** What a model does with its constants, for the rules of what a parameter is. */
import { fedInputs, type OnnxGraph, type OnnxNode } from "../onnx/model.js";
import { namesUsed } from "../onnx/topological-order.js";
import { operatorOf } from "../ops/index.js";

/** A place where a constant, or what is computed from it alone, meets what the model is fed with. */
export interface Use {
	readonly opType: string;
	/** Which input of the node. */
	readonly index: number;
	/** Whether it acts on the samples themselves, before any layer. */
	readonly onSamples: boolean;
	/** Whether the constant itself is the input, and nothing that was made of it. */
	readonly direct: boolean;
}

/** Operators of numbers one by one, which leave samples what they are in another scale. */
const scaling = new Set(["Add", "Sub", "Mul", "Div", "Cast", "Identity", "Pow", "Sqrt", "Neg", "Clip"]);
/** Operators that tell the form of a value, not its numbers. */
const formOnly = new Set(["Shape", "Size"]);

/** Where each initialiser is used on the way to the first output; one that is not used there is absent. */
export function usesOf(graph: OnnxGraph): ReadonlyMap<string, readonly Use[]> {
	const needed = neededFor(graph);
	const constants = new Set(graph.initializers.map(({ name }) => name));
	const samples = new Set(fedInputs(graph).map(({ name }) => name));
	const fed = new Set(samples);
	const sources = new Map<string, ReadonlySet<string>>(Array.from(constants, (name) => [name, new Set([name])]));
	const uses = new Map<string, Use[]>();
	for (const node of graph.nodes) {
		if (!needed.has(node) || formOnly.has(node.opType)) continue;
		// What a body takes from around it counts as an input.
		const inputs = namesUsed(node);
		const isFed = inputs.some((name) => fed.has(name));
		const onSamples = scaling.has(node.opType) && node.inputs.some((name) => samples.has(name));
		for (const [index, name] of inputs.entries()) {
			const direct = constants.has(name);
			if (!isFed && !direct) continue;
			for (const source of sources.get(name) ?? []) {
				const use = { opType: node.opType, index, onSamples, direct };
				// A node of constants alone counts for what it makes of them, and for the place of a setting.
				if (isFed || isSetting(use) || isLimit(use)) uses.set(source, [...(uses.get(source) ?? []), use]);
			}
		}
		const made = isFed ? undefined : new Set(inputs.flatMap((name) => [...(sources.get(name) ?? [])]));
		for (const name of node.outputs) {
			if (made !== undefined) sources.set(name, made);
			else fed.add(name);
			if (onSamples && node.inputs.every((input) => !fed.has(input) || samples.has(input))) samples.add(name);
		}
	}
	return uses;
}

/** The nodes that the first output depends on. */
function neededFor({ outputs, nodes }: OnnxGraph): ReadonlySet<OnnxNode> {
	const names = new Set([outputs[0]?.name]);
	const needed = new Set<OnnxNode>();
	for (const node of nodes.toReversed()) {
		if (!node.outputs.some((name) => names.has(name))) continue;
		needed.add(node);
		for (const name of namesUsed(node)) names.add(name);
	}
	return needed;
}

/** Inputs, by operator, that are settings of it. */
const settingInputs: Readonly<Record<string, readonly number[]>> = {
	Dropout: [1],
	OneHot: [2],
	Pad: [2],
	Resize: [1, 2],
};

/** Whether a use is that of a setting. */
export function isSetting({ opType, index }: Use): boolean {
	return settingInputs[opType]?.includes(index) === true;
}

/** Whether a use is that of a limit, which some networks learn. */
export function isLimit({ opType, index }: Use): boolean {
	return opType === "Clip" && index > 0;
}

/** Inputs, by operator, that hold the weights of a layer: matrices and kernels, and what has a value for each channel. */
const layerInputs: Readonly<
	Record<string, { readonly matrices?: readonly number[]; readonly channels?: readonly number[] }>
> = {
	Gemm: { matrices: [0, 1], channels: [2] },
	MatMul: { matrices: [0, 1] },
	Conv: { matrices: [1], channels: [2] },
	ConvTranspose: { matrices: [1], channels: [2] },
	DeformConv: { matrices: [1], channels: [3] },
	BatchNormalization: { channels: [1, 2] },
	LayerNormalization: { channels: [1, 2] },
	RMSNormalization: { channels: [1] },
	InstanceNormalization: { channels: [1, 2] },
	GroupNormalization: { channels: [1, 2] },
	PRelu: { channels: [1] },
	Einsum: { matrices: [0, 1, 2] },
	LSTM: { matrices: [1, 2, 3, 7] },
	GRU: { matrices: [1, 2, 3] },
	RNN: { matrices: [1, 2, 3] },
};
/** Inputs of operators that are no layers by themselves, and may have a gain or bias. */
const elementwiseInputs: Readonly<Record<string, readonly number[]>> = { Add: [0, 1], Mul: [0, 1] };

/** Whether a use is that of a layer's weights. */
export function isLayers({ opType, index }: Use): boolean {
	const { matrices = [], channels = [] } = layerInputs[opType] ?? {};
	return matrices.includes(index) || channels.includes(index);
}

/** The inputs of an operator that may be a gain or bias, with a value for each channel. */
export function channelInputs(opType: string): readonly number[] {
	return layerInputs[opType]?.channels ?? elementwiseInputs[opType] ?? [];
}

/** Whether gradients reach an operator's inputs. */
export function isDifferentiable({ opType }: Use): boolean {
	return operatorOf(opType)?.vjp !== "nondifferentiable";
}

/** The initialisers that hold running statistics. */
export function statisticsOf({ nodes }: OnnxGraph): ReadonlySet<string> {
	return new Set(
		nodes.flatMap(({ opType, inputs }) => (operatorOf(opType)?.state ?? []).flatMap((index) => inputs[index] ?? [])),
	);
}
