/**
 * Dropout masks that a checkpoint can name: windows into a fixed pool of random numbers, at offsets that the seed, the
 * layer and the step give. ONNX Runtime's own `Dropout` and `Random*` kernels keep state that nothing can save.
 */
import { LimbeckError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import type { Value } from "../graph/value.js";
import { elementCount, type TensorOf } from "../onnx/tensor.js";
import { boundedInteger, randomStream, uniform } from "../random.js";

/** Numbers in the pool. A mask of n elements starts anywhere in the first poolSize − n. */
const poolSize = 2 ** 22;

const poolInput = "mask_pool";

/** The offsets of one layer's masks, an input of the training graph: int64 `[steps, 1]`. */
export interface MaskInput {
	readonly name: string;
	/** Elements of a mask. */
	readonly length: number;
}

/** Makes masks inside a training graph. */
export interface Masks {
	/** The masks of one step; `index` is the step's place among those of this call. Ask in the order of the layers. */
	readonly ofStep: (body: Graph, index: Value) => (like: Value, ratio: number) => Value;
	readonly inputs: () => readonly MaskInput[];
}

/**
 * A mask has the shape of `like`, with 1 / (1 − ratio) at probability 1 − ratio, else 0.
 *
 * @param g - the graph around the loops.
 */
export function createMasks(g: Graph): Masks {
	const layers: (MaskInput & { readonly offsets: Value })[] = [];
	let pool: Value | undefined;
	const addLayer = (length: number): MaskInput & { readonly offsets: Value } => {
		if (length > poolSize / 2) {
			throw new LimbeckError("usage", {
				where: "dropout",
				expected: `at most ${String(poolSize / 2)} values a layer and batch`,
				got: String(length),
				hint: "Use a smaller batch.",
			});
		}
		const name = `mask_offsets/${String(layers.length)}`;
		const layer = { name, length, offsets: g.input(name, { type: "int64", dims: [1, 1] }) };
		layers.push(layer);
		return layer;
	};
	return {
		ofStep(body, index) {
			let next = 0;
			return (like, ratio) => {
				const length = elementCount(like.dims);
				const { offsets } = layers[next++] ?? addLayer(length);
				const start = body.op("Gather", [offsets, index]);
				const end = body.op("Add", [start, body.integers([length])]);
				pool ??= g.input(poolInput, { type: "float", dims: [poolSize] });
				const [window] = body.add("Slice", "", [pool, start, end], [{ type: "float", dims: [length] }]);
				const kept = body.op("GreaterOrEqual", [window, body.scalar(ratio)]);
				const mask = body.op("Where", [kept, body.scalar(1 / (1 - ratio)), body.scalar(0)]);
				return body.op("Reshape", [mask, body.integers(like.dims)]);
			};
		},
		inputs: () => layers.map(({ name, length }) => ({ name, length })),
	};
}

/** The pool for a run: uniform on [0, 1). Feed it under the names given; nothing where there are no masks. */
export function maskPool(masks: readonly MaskInput[], seed: number): Readonly<Record<string, TensorOf<"float">>> {
	if (masks.length === 0) return {};
	const data = uniform(randomStream(seed, "mask-pool"), 0, poolSize);
	return { [poolInput]: { type: "float", dims: [poolSize], data } };
}

/** The offsets of every mask for `steps` steps from `firstStep` on. */
export function maskOffsets(
	masks: readonly MaskInput[],
	seed: number,
	firstStep: number,
	steps: number,
): Readonly<Record<string, TensorOf<"int64">>> {
	const word = new Uint32Array(1);
	return Object.fromEntries(
		masks.map(({ name, length }) => {
			const stream = randomStream(seed, name);
			const data = BigInt64Array.from({ length: steps }, (_, index) => {
				const [drawn = 0] = stream.words(firstStep + index, word);
				return BigInt(boundedInteger(drawn, poolSize - length + 1));
			});
			return [name, { type: "int64", dims: [steps, 1], data }];
		}),
	);
}
