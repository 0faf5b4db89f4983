/** Rotary position embedding. Source: ONNX operator specification, RotaryEmbedding-23; Su et al. 2021, "RoFormer". */
import { int, ints, numberOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { describeType, type Value } from "../graph/value.js";
import { required, typeError } from "./infer.js";
import type { Composite } from "./operator.js";
import { reshape, sliceAlong } from "./selection.js";

/** `[batch, tokens, heads, size]`, and what a value of that shape has to become. */
interface ByHead {
	readonly x: Value;
	readonly back: (y: Value) => Value;
}

/** The input, `[batch, heads, tokens, size]` or `[batch, tokens, heads × size]`, with heads behind tokens. */
function byHead(g: Graph, x: Value, heads: number): ByHead {
	const swapped = (value: Value): Value => g.op("Transpose", [value], { perm: ints([0, 2, 1, 3]) });
	if (x.dims.length === 4) return { x: swapped(x), back: swapped };
	const [batch = 1, tokens = 1, hidden = 1] = x.dims;
	if (x.dims.length === 3 && heads > 0 && hidden % heads === 0) {
		return { x: reshape(g, x, [batch, tokens, heads, hidden / heads]), back: (y) => reshape(g, y, x.dims) };
	}
	const expected =
		"an input [batch, heads, tokens, size], or [batch, tokens, hidden] with num_heads that divides hidden";
	throw typeError("RotaryEmbedding", expected, `${describeType(x)}, num_heads ${heads}`);
}

/** The angles' cosines or sines, `[batch, tokens, 1, pairs]`. */
function angles(g: Graph, cache: Value, positions: Value | undefined, pairs: number): Value {
	const found = positions === undefined ? cache : g.op("Gather", [cache, positions], { axis: int(0) });
	const [batch = 1, tokens = 1, width = 1] = found.dims;
	if (found.dims.length === 3 && width === pairs) return reshape(g, found, [batch, tokens, 1, pairs]);
	const expected = `cosines and sines of ${pairs} pairs`;
	throw typeError("RotaryEmbedding", expected, describeType(cache));
}

/** The first and the second of every pair, `[…, pairs]`: halves of the size, or neighbours. */
function pairsOf(g: Graph, x: Value, interleaved: boolean): readonly [Value, Value] {
	const [batch = 1, tokens = 1, heads = 1, size = 1] = x.dims;
	const pairs = size / 2;
	if (!interleaved) return [sliceAlong(g, x, 3, 0, pairs), sliceAlong(g, x, 3, pairs, size)];
	const apart = reshape(g, x, [batch, tokens, heads, pairs, 2]);
	const part = (index: number): Value =>
		reshape(g, sliceAlong(g, apart, 4, index, index + 1), [batch, tokens, heads, pairs]);
	return [part(0), part(1)];
}

/** The adjoint of {@link pairsOf}. */
function joinedPairs(g: Graph, parts: readonly Value[], interleaved: boolean): Value {
	if (!interleaved) return g.op("Concat", parts, { axis: int(3) });
	const [batch = 1, tokens = 1, heads = 1, pairs = 1] = parts[0]?.dims ?? [];
	const columns = parts.map((part) => reshape(g, part, [batch, tokens, heads, pairs, 1]));
	return reshape(g, g.op("Concat", columns, { axis: int(4) }), [batch, tokens, heads, 2 * pairs]);
}

export const rotaryEmbedding = {
	// Every pair (a, b) of a head's elements turns by an angle θ: (a cos θ − b sin θ, a sin θ + b cos θ)
	RotaryEmbedding: {
		attributes: { interleaved: [0, 1], num_heads: "any", rotary_embedding_dim: "any" },
		expand: (g, inputs, attributes) => {
			const { x, back } = byHead(g, required(inputs, 0), numberOf(attributes, "num_heads", 0));
			const size = x.dims[3] ?? 1;
			const named = numberOf(attributes, "rotary_embedding_dim", 0);
			const turned = named === 0 ? size : named;
			if (turned % 2 !== 0 || turned > size) {
				throw typeError("RotaryEmbedding", `an even number of elements of ${size} to turn`, String(turned));
			}
			const [cos, sin] = [1, 2].map((index) => angles(g, required(inputs, index), inputs[3], turned / 2));
			const interleaved = numberOf(attributes, "interleaved", 0) === 1;
			const [a, b] = pairsOf(g, sliceAlong(g, x, 3, 0, turned), interleaved);
			const first = g.op("Sub", [g.op("Mul", [a, cos]), g.op("Mul", [b, sin])]);
			const second = g.op("Add", [g.op("Mul", [a, sin]), g.op("Mul", [b, cos])]);
			const rotated = joinedPairs(g, [first, second], interleaved);
			const rest = sliceAlong(g, x, 3, turned, size);
			return [back(turned === size ? rotated : g.op("Concat", [rotated, rest], { axis: int(3) }))];
		},
		cases: [
			{ inputs: [{ dims: [2, 2, 3, 4] }, { dims: [2, 3, 2] }, { dims: [2, 3, 2] }], precision: "float" },
			{
				inputs: [{ dims: [1, 2, 3, 6] }, { dims: [5, 2] }, { dims: [5, 2] }, { dims: [1, 3], integers: [4, 0, 2] }],
				attributes: { rotary_embedding_dim: int(4), interleaved: int(1), num_heads: int(2) },
				precision: "float",
			},
			{
				inputs: [{ dims: [1, 2, 8] }, { dims: [1, 2, 2] }, { dims: [1, 2, 2] }],
				attributes: { num_heads: int(2) },
				precision: "float",
			},
		],
	},
} as const satisfies Record<string, Composite>;
