import type { TensorOf } from "../onnx/tensor.js";
import { elementCount } from "../onnx/tensor.js";
import { normal, randomStream, type Stream, uniform } from "../random.js";

type Draw = (stream: Stream, count: number, fanIn: number, fanOut: number) => Float32Array;

const gaussian =
	(deviation: (fanIn: number, fanOut: number) => number): Draw =>
	(stream, count, fanIn, fanOut) =>
		normal(stream, 0, count).map((x) => x * deviation(fanIn, fanOut));

const box =
	(bound: (fanIn: number, fanOut: number) => number): Draw =>
	(stream, count, fanIn, fanOut) =>
		uniform(stream, 0, count).map((x) => (2 * x - 1) * bound(fanIn, fanOut));

/** Standard normal draws within two deviations: those beyond take the same place among the next `count` draws. */
function truncatedNormal(stream: Stream, count: number): Float32Array {
	const out = normal(stream, 0, count);
	for (let counter = 1; out.some((x) => Math.abs(x) > 2); counter++) {
		const again = normal(stream, counter, count);
		for (const [index, x] of out.entries()) if (Math.abs(x) > 2) out[index] = again[index] ?? 0;
	}
	return out;
}

/** How initial weights are drawn; `fanIn` and `fanOut` count a unit's incoming and outgoing connections. */
export const initializers = {
	/** N(0, 2 / fanIn): He et al. 2015, for ReLU. */
	"he-normal": gaussian((fanIn) => Math.sqrt(2 / fanIn)),
	/** U(±√(6 / fanIn)): He et al. 2015. */
	"he-uniform": box((fanIn) => Math.sqrt(6 / fanIn)),
	/** N(0, 2 / (fanIn + fanOut)): Glorot & Bengio 2010, for tanh and sigmoid. */
	"glorot-normal": gaussian((fanIn, fanOut) => Math.sqrt(2 / (fanIn + fanOut))),
	/** U(±√(6 / (fanIn + fanOut))): Glorot & Bengio 2010. */
	"glorot-uniform": box((fanIn, fanOut) => Math.sqrt(6 / (fanIn + fanOut))),
	/** N(0, 1 / fanIn): LeCun et al. 1998. */
	"lecun-normal": gaussian((fanIn) => Math.sqrt(1 / fanIn)),
	/** N(0, 2 / fanOut): He et al. 2015, keeping the gradient's variance; what residual networks start from. */
	"he-normal-fan-out": gaussian((_, fanOut) => Math.sqrt(2 / fanOut)),
	/** N(0, 0.02²), drawn again beyond two deviations: what vision transformers start from. */
	"truncated-normal": (stream, count) => truncatedNormal(stream, count).map((x) => 0.02 * x),
	/** U(±1 / √fanIn): PyTorch's default for linear layers. */
	"torch-default": box((fanIn) => 1 / Math.sqrt(fanIn)),
} as const satisfies Record<string, Draw>;

/** The name of an initialiser. */
export type InitializerName = keyof typeof initializers;

/**
 * Initial weights `[outputs, inputs / groups, …kernel]` of a linear layer or a convolution, a function of the seed and
 * the parameter's name alone. Each output has inputs / groups · kernel incoming connections, each input
 * outputs / groups · kernel outgoing ones.
 */
export function initialWeights(
	initializer: InitializerName,
	name: string,
	dims: readonly [outputs: number, inputs: number, ...kernel: readonly number[]],
	seed: number,
	groups = 1,
): TensorOf<"float"> {
	const [outputs, inputs, ...kernel] = dims;
	const [fanIn, fanOut] = [inputs * elementCount(kernel), (outputs / groups) * elementCount(kernel)];
	const stream = randomStream(seed, `init/${name}`);
	return { type: "float", dims, data: initializers[initializer](stream, elementCount(dims), fanIn, fanOut) };
}
