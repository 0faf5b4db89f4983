/**
 * Convolutions in ONNX Runtime's blocked layout. Its kernels for `[batch, channels / B, height, width, B]` take the
 * channels as vectors; ONNX Runtime itself uses them only where weights are constants, which in training they are not.
 *
 * Source: ONNX Runtime, domain `com.microsoft.nchwc` (`core/graph/contrib_ops/nchwc_schema_defs.cc`).
 */
import { type Attributes, int, ints } from "../graph/attributes.js";
import type { Graph, Node } from "../graph/graph.js";
import type { Value, ValueType } from "../graph/value.js";
import { elementCount } from "../onnx/tensor.js";
import { type Geometry, geometryOf } from "./convolution-geometry.js";
import { required } from "./infer.js";
import type { Target } from "./operator.js";

const domain = "com.microsoft.nchwc";

/** `Conv` in the blocked layout, where that is faster: two-dimensional kernels of more than one element. */
export function blockedConvolution(g: Graph, node: Node, { channelBlock }: Target): readonly Value[] | undefined {
	if (channelBlock === undefined) return undefined;
	const [x, w, bias] = [required(node.inputs, 0), required(node.inputs, 1), node.inputs[2]];
	const [y] = node.outputs;
	const geometry = geometryOf(x, w, node.attributes);
	const [channels = 1, outputs = 1] = [x.dims[1], w.dims[0]];
	const layout = layoutOf(channels, outputs, geometry, channelBlock);
	if (y?.type !== "float" || layout === undefined) return undefined;
	const { kernel, strides, dilations, pads, group } = geometry;
	const attributes: Attributes = {
		kernel_shape: ints(kernel),
		strides: ints(strides),
		dilations: ints(dilations),
		pads: ints(pads),
		group: int(group),
	};
	const input = layout.blockedInput ? reorder(g, "ReorderInput", x, x) : x;
	const weights = blockedWeights(g, w, channelBlock, layout.blockedInput && group === 1);
	const [blocked = y] = g.add(
		"Conv",
		domain,
		bias === undefined ? [input, weights] : [input, weights, bias],
		[y],
		attributes,
	);
	return [reorder(g, "ReorderOutput", blocked, y, { channels: int(outputs) })];
}

/** Whether the input is blocked too, or `undefined` where the kernels do not fit. */
function layoutOf(
	channels: number,
	outputs: number,
	{ kernel, group }: Geometry,
	block: number,
): { readonly blockedInput: boolean } | undefined {
	if (kernel.length !== 2 || elementCount(kernel) === 1 || outputs % block !== 0) return undefined;
	const depthwise = group === channels && group === outputs;
	if (channels % block === 0 && (group === 1 || depthwise)) return { blockedInput: true };
	// Images of few channels are read as they are.
	return channels < block && group === 1 ? { blockedInput: false } : undefined;
}

function reorder(g: Graph, opType: string, x: Value, type: ValueType, attributes: Attributes = {}): Value {
	const [y = x] = g.add(opType, domain, [x], [{ type: type.type, dims: type.dims }], attributes);
	return y;
}

/**
 * Weights `[outputs, inputs, …kernel]` as `[outputs / B, inputs / B, …kernel, B inputs, B outputs]`, or without the
 * blocks of inputs. Moving a block to the end is what ReorderInput does to an image of the right shape.
 */
function blockedWeights(g: Graph, w: Value, block: number, blockedInputs: boolean): Value {
	const [outputs = 1, inputs = 1, ...kernel] = w.dims;
	const taps = elementCount(kernel);
	const moved = (x: Value, dims: readonly number[]): Value => {
		const shaped = g.op("Reshape", [x, g.integers(dims)]);
		return reorder(g, "ReorderInput", shaped, shaped);
	};
	const inside = blockedInputs ? moved(w, [outputs, inputs, taps, 1]) : w;
	return g.op("Reshape", [moved(inside, [outputs / block, block, inputs * taps, 1]), g.integers(w.dims)]);
}
