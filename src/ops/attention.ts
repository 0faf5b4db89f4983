/** Scaled dot-product attention. Source: ONNX operator specification, Attention-23; Vaswani et al. 2017. */
import { type Attributes, int, ints, numberOf } from "../graph/attributes.js";
import type { Graph } from "../graph/graph.js";
import { describeType, type Value } from "../graph/value.js";
import { required, typeError } from "./infer.js";
import type { Composite } from "./operator.js";
import { cast, isFloating, scaled } from "./rules.js";
import { reshape } from "./selection.js";

/** `[batch, heads, tokens, size]`; from `[batch, tokens, heads × size]`, too. */
function byHead(g: Graph, x: Value, heads: number, what: string): Value {
	if (x.dims.length === 4) return x;
	const [batch = 1, tokens = 1, hidden = 1] = x.dims;
	if (x.dims.length !== 3 || heads < 1 || hidden % heads !== 0) {
		throw typeError("Attention", `${what} of [batch, tokens, hidden] with heads that divide hidden`, describeType(x));
	}
	return g.op("Transpose", [reshape(g, x, [batch, tokens, heads, hidden / heads])], { perm: ints([0, 2, 1, 3]) });
}

/** Keys or values with a head for every query head: several queries share one (grouped-query attention). */
function shared(g: Graph, x: Value, heads: number): Value {
	const [batch = 1, own = 1, tokens = 1, size = 1] = x.dims;
	if (own === heads) return x;
	if (heads % own !== 0) throw typeError("Attention", `key heads that divide ${heads} query heads`, String(own));
	const raised = reshape(g, x, [batch, own, 1, tokens, size]);
	const copies = g.op("Expand", [raised, g.integers([batch, own, heads / own, tokens, size])]);
	return reshape(g, copies, [batch, heads, tokens, size]);
}

/** What is added to scores `[…, queries, keys]` so that no query sees a later key. */
function causalMask(g: Graph, scores: Value, past: number): Value {
	const [queries = 1, keys = 1] = scores.dims.slice(-2);
	const everywhere = g.op("Expand", [g.scalar(-Infinity, scores), g.integers([queries, keys])]);
	// What lies above the diagonal; zeros below.
	return g.op("Trilu", [everywhere, g.scalar(past + 1, { type: "int64" })], { upper: int(1) });
}

/** A mask as what is added to scores: itself, or −∞ where a boolean one is false. */
function additiveMask(g: Graph, mask: Value, scores: Value): Value {
	if (isFloating(mask.type)) return cast(g, mask, scores.type);
	if (mask.type !== "bool") throw typeError("Attention", "a mask of floats or booleans", mask.type);
	return g.op("Where", [mask, g.scalar(0, scores), g.scalar(-Infinity, scores)]);
}

/** The scores at each stage that `qk_matmul_output_mode` counts. */
interface Scores {
	readonly stages: readonly Value[];
	readonly weights: Value;
}

function scoresOf(g: Graph, q: Value, k: Value, mask: Value | undefined, past: number, attributes: Attributes): Scores {
	const size = q.dims[3] ?? 1;
	const scale = numberOf(attributes, "scale", 1 / Math.sqrt(size));
	const keys = g.op("Transpose", [k], { perm: ints([0, 1, 3, 2]) });
	const raw = g.op("MatMul", [scaled(g, q, scale), keys]);
	const causal = numberOf(attributes, "is_causal", 0) === 1 ? [causalMask(g, raw, past)] : [];
	const masks = [...(mask === undefined ? [] : [additiveMask(g, mask, raw)]), ...causal];
	const softcap = numberOf(attributes, "softcap", 0);
	const masked = (scores: Value): Value => masks.reduce((sum, one) => g.op("Add", [sum, one]), scores);
	const capped = softcap === 0 ? raw : scaled(g, g.op("Tanh", [scaled(g, raw, 1 / softcap)]), softcap);
	const final = masked(capped);
	const weights = g.op("Softmax", [final], { axis: int(-1) });
	return { stages: [raw, final, capped, weights], weights };
}

/** Earlier keys or values before these. */
const withPast = (g: Graph, past: Value | undefined, x: Value): Value =>
	past === undefined ? x : g.op("Concat", [past, x], { axis: int(2) });

/** The number of type float in ONNX's TensorProto. */
const float32 = 1;

export const attention = {
	// y = softmax(c tanh(q kᵀ s / c) + mask) v
	Attention: {
		// A later operator set has others, which change the result.
		attributes: {
			q_num_heads: "any",
			kv_num_heads: "any",
			is_causal: [0, 1],
			scale: "any",
			softcap: "any",
			qk_matmul_output_mode: [0, 3],
			softmax_precision: [float32],
		},
		expand: (g, inputs, attributes) => {
			const [query, key, value] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
			const [queryHeads, keyHeads] = [numberOf(attributes, "q_num_heads", 0), numberOf(attributes, "kv_num_heads", 0)];
			if (inputs[6] !== undefined) throw typeError("Attention", "no nonpad_kv_seqlen", "one");
			const mode = numberOf(attributes, "qk_matmul_output_mode", 0);
			const q = byHead(g, query, queryHeads, "queries");
			const presentKey = withPast(g, inputs[4], byHead(g, key, keyHeads, "keys"));
			const presentValue = withPast(g, inputs[5], byHead(g, value, keyHeads, "values"));
			const heads = q.dims[1] ?? 1;
			const past = inputs[4]?.dims[2] ?? 0;
			const { stages, weights } = scoresOf(g, q, shared(g, presentKey, heads), inputs[3], past, attributes);
			const y = g.op("MatMul", [weights, shared(g, presentValue, heads)]);
			const [batch = 1, , tokens = 1, size = 1] = y.dims;
			const joined = (): Value =>
				reshape(g, g.op("Transpose", [y], { perm: ints([0, 2, 1, 3]) }), [batch, tokens, heads * size]);
			return [query.dims.length === 3 ? joined() : y, presentKey, presentValue, required(stages, mode)];
		},
		cases: [
			{ inputs: [{ dims: [2, 2, 3, 4] }, { dims: [2, 2, 5, 4] }, { dims: [2, 2, 5, 3] }], precision: "float" },
			{
				inputs: [{ dims: [1, 3, 8] }, { dims: [1, 3, 4] }, { dims: [1, 3, 4] }, { dims: [3, 3] }],
				attributes: { q_num_heads: int(4), kv_num_heads: int(2) },
				precision: "float",
			},
			{
				inputs: [
					...[
						[1, 2, 3, 4],
						[1, 2, 3, 4],
						[1, 2, 3, 4],
					].map((dims) => ({ dims })),
					undefined,
					...[
						[1, 2, 2, 4],
						[1, 2, 2, 4],
					].map((dims) => ({ dims })),
				],
				attributes: { is_causal: int(1), scale: { kind: "float", value: 0.7 } },
				precision: "float",
			},
			{
				inputs: [
					...[
						[1, 2, 2, 4],
						[1, 2, 3, 4],
						[1, 2, 3, 4],
					].map((dims) => ({ dims })),
					{ dims: [2, 3], booleans: [true, false, true, true, true, false] },
				],
				attributes: { softcap: { kind: "float", value: 2 }, qk_matmul_output_mode: int(3) },
				precision: "float",
			},
		],
	},
} as const satisfies Record<string, Composite>;
