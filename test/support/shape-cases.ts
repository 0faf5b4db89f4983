/** Generated cases of the operators that move, select and arrange elements. */
import { type Attributes, float, int, ints, text } from "../../src/graph/attributes.js";
import { elementCount } from "../../src/onnx/tensor.js";
import type { OperatorName } from "../../src/ops/index.js";
import type { CaseInput, OperatorCase } from "../../src/ops/operator.js";
import { anyShape, type Generator, stretchable } from "./case-shapes.js";
import type { Draws } from "./draws.js";

const vector = (integers: readonly number[]): CaseInput => ({ dims: [integers.length], integers });
const pick = <T>(draws: Draws, choices: readonly [T, ...T[]]): T =>
	choices[draws.integer(0, choices.length - 1)] ?? choices[0];
const many = (draws: Draws, count: number, from: number, to: number): readonly number[] =>
	Array.from({ length: count }, () => draws.integer(from, to));

/** An axis of a shape, counted from the front or from the back. */
function anyAxis(draws: Draws, dims: readonly number[]): { readonly axis: number; readonly named: number } {
	const axis = draws.integer(0, dims.length - 1);
	return { axis, named: draws.chance(0.5) ? axis : axis - dims.length };
}

/** Indices into an axis, some negative. */
function indexTensor(draws: Draws, dims: readonly number[], size: number): CaseInput {
	return { dims, integers: many(draws, elementCount(dims), -size, size - 1) };
}

/** The numbers below `count` in any order. */
function shuffled(draws: Draws, count: number): readonly number[] {
	return Array.from({ length: count }, (_, index) => ({ index, key: draws.integer(0, 2 ** 20) }))
		.sort((a, b) => a.key - b.key || a.index - b.index)
		.map(({ index }) => index);
}

const slice: Generator = (draws) => {
	const dims = anyShape(draws, 1);
	const axes = dims.map((_, axis) => axis).filter(() => draws.chance(0.7));
	const named = axes.length === 0 ? [0] : axes;
	const steps = named.map(() => pick(draws, [1, 1, 2, -1, -2]));
	const far = (step: number): number => (step > 0 ? 9 : -9);
	const starts = steps.map((step) => (draws.chance(0.5) ? -far(step) : draws.integer(-1, 0)));
	return { inputs: [{ dims }, vector(starts), vector(steps.map(far)), vector(named), vector(steps)] };
};

const pad: Generator = (draws) => {
	const mode = pick(draws, ["constant", "reflect", "edge", "wrap"]);
	const dims = anyShape(draws, 1).map((dim) => (mode === "reflect" ? dim + 1 : dim));
	const most = (axis: number): number => (mode === "reflect" ? (dims[axis] ?? 1) - 1 : (dims[axis] ?? 1));
	const one = (axis: number): number =>
		mode === "constant" ? draws.integer(dims[axis] === 1 ? 0 : -1, 2) : draws.integer(0, most(axis));
	const pads = [...dims.keys(), ...dims.keys()].map(one).map((count, index, all) => {
		// Two cuts may not take a whole axis.
		const other = all[(index + dims.length) % all.length] ?? 0;
		return count < 0 && other < 0 && index >= dims.length ? 0 : count;
	});
	const constant: readonly CaseInput[] = mode === "constant" && draws.chance(0.5) ? [{ dims: [] }] : [];
	return { inputs: [{ dims }, vector(pads), ...constant], attributes: { mode: text(mode) } };
};

const resize: Generator = (draws) => {
	const mode = pick(draws, ["nearest", "linear", "cubic"]);
	const rank = mode === "cubic" ? 2 : draws.integer(1, 2);
	const spatial = many(draws, rank, 2, 5);
	const sizes = vector(spatial.map(() => draws.integer(1, 7)));
	const scale = draws.integer(2, 10) / 4;
	const scales: CaseInput = { dims: [rank], from: scale, to: scale, fixed: true };
	const coordinates = pick(draws, [
		...(["half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners"] as const),
		...(["half_pixel_symmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize"] as const),
	]);
	const attributes: Attributes = {
		axes: ints(spatial.map((_, axis) => axis + 2)),
		mode: text(mode),
		nearest_mode: text(pick(draws, ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])),
		coordinate_transformation_mode: text(coordinates),
		antialias: int(mode === "nearest" ? 0 : draws.integer(0, 1)),
		exclude_outside: int(mode === "cubic" ? draws.integer(0, 1) : 0),
		extrapolation_value: float(0.5),
	};
	const region: CaseInput | undefined =
		coordinates === "tf_crop_and_resize" ? { dims: [2 * rank], from: -0.2, to: 1.2, fixed: true } : undefined;
	const policy: Attributes = {
		keep_aspect_ratio_policy: text(pick(draws, ["stretch", "stretch", "not_larger", "not_smaller"])),
	};
	const x = { dims: [draws.integer(1, 2), 2, ...spatial] };
	if (draws.chance(0.5)) return { inputs: [x, region, scales], attributes, precision: "float" };
	return { inputs: [x, region, undefined, sizes], attributes: { ...attributes, ...policy }, precision: "float" };
};

const gatherNested: Generator = (draws) => {
	const dims = anyShape(draws, 2);
	const batch = draws.integer(0, 1);
	const depth = draws.integer(1, dims.length - batch);
	const lead = [...dims.slice(0, batch), ...many(draws, draws.integer(0, 2), 1, 3)];
	const integers = Array.from({ length: elementCount(lead) }, () =>
		dims.slice(batch, batch + depth).map((dim) => draws.integer(-dim, dim - 1)),
	);
	return {
		inputs: [{ dims }, { dims: [...lead, depth], integers: integers.flat() }],
		attributes: { batch_dims: int(batch) },
	};
};

/** No index twice: what a repeated one leaves is not defined, and ONNX Runtime's sums of slices are not safe. */
const scatterNested: Generator = (draws) => {
	const dims = anyShape(draws, 1);
	const depth = draws.integer(1, dims.length);
	const slots = dims.slice(0, depth);
	const chosen = shuffled(draws, elementCount(slots)).slice(0, draws.integer(1, 3));
	const integers = chosen.flatMap((flat) =>
		slots.map((dim, axis) => Math.floor(flat / elementCount(slots.slice(axis + 1))) % dim),
	);
	return {
		inputs: [
			{ dims, distinct: true },
			{ dims: [chosen.length, depth], integers },
			{ dims: [chosen.length, ...dims.slice(depth)], distinct: true },
		],
		attributes: { reduction: text(pick(draws, ["none", "add", "mul", "max", "min"])) },
	};
};

const scatterElements: Generator = (draws) => {
	const dims = anyShape(draws, 1);
	const { axis, named } = anyAxis(draws, dims);
	const reduction = pick(draws, ["none", "add", "mul", "max", "min"]);
	const size = dims[axis] ?? 1;
	const shape = dims.map((dim, other) => (other === axis ? draws.integer(1, size) : draws.integer(1, dim)));
	// Along the axis, places in turn: none twice.
	const distinct = Array.from(
		{ length: elementCount(shape) },
		(_, flat) => Math.floor(flat / elementCount(shape.slice(axis + 1))) % (shape[axis] ?? 1),
	);
	const indices: CaseInput =
		reduction === "none" ? { dims: shape, integers: distinct } : indexTensor(draws, shape, size);
	return {
		inputs: [{ dims, distinct: true }, indices, { dims: shape, distinct: true }],
		attributes: { axis: int(named), reduction: text(reduction) },
	};
};

const letters = ["a", "b", "c", "d", "e"] as const;

/** One to three operands of some indices out of five, and a result of some of theirs. */
const einsum: Generator = (draws) => {
	const sizes = many(draws, letters.length, 1, 3);
	const some = (from: readonly number[], share: number): readonly number[] =>
		shuffled(draws, from.length).flatMap((at) => (draws.chance(share) ? (from[at] ?? []) : []));
	const operands = Array.from({ length: draws.integer(1, 3) }, () => {
		const drawn = some([...letters.keys()], 0.5);
		return drawn.length === 0 ? [0] : drawn;
	});
	const result = some([...new Set(operands.flat())], 0.6);
	const spelled = (indices: readonly number[]): string => indices.map((index) => letters[index]).join("");
	return {
		inputs: operands.map((indices) => ({ dims: indices.map((index) => sizes[index] ?? 1) })),
		attributes: { equation: text(`${operands.map(spelled).join()}->${spelled(result)}`) },
	};
};

const blocks =
	(toSpace: boolean): Generator =>
	(draws) => {
		const block = draws.integer(1, 2);
		const [batch, channels, height, width] = [1, 2, 1, 2].map((most) => draws.integer(1, most));
		const [outer, inner] = toSpace ? [block ** 2, 1] : [1, block];
		const dims = [batch ?? 1, (channels ?? 1) * outer, (height ?? 1) * inner, (width ?? 1) * inner];
		const mode: Attributes = toSpace ? { mode: text(pick(draws, ["DCR", "CRD"])) } : {};
		return { inputs: [{ dims }], attributes: { blocksize: int(block), ...mode } };
	};

/** How to generate cases of each of these operators. */
export const shapeGenerators: Partial<Record<OperatorName, Generator>> = {
	Reshape: (draws) => {
		const dims = anyShape(draws);
		const shape = draws.chance(0.5) ? [-1, 1] : [...dims, 1].reverse();
		return { inputs: [{ dims }, { dims: [shape.length], integers: shape }] };
	},
	Flatten: (draws) => {
		const dims = anyShape(draws);
		return { inputs: [{ dims }], attributes: { axis: int(draws.integer(-dims.length, dims.length)) } };
	},
	Transpose: (draws) => {
		const dims = anyShape(draws, 1);
		const turn = draws.integer(0, dims.length - 1);
		const perm = dims.map((_, axis) => (axis + turn) % dims.length);
		return { inputs: [{ dims }], attributes: { perm: ints(draws.chance(0.5) ? perm : perm.reverse()) } };
	},
	Expand: (draws) => {
		const dims = anyShape(draws);
		const [x, shape] = [stretchable(draws, dims), draws.chance(0.5) ? dims : [2, ...dims]];
		return { inputs: [{ dims: x }, { dims: [shape.length], integers: shape }] };
	},
	Dropout: (draws) => ({ inputs: [{ dims: anyShape(draws) }] }),
	Squeeze: (draws) => {
		const dims = anyShape(draws, 1).map((dim) => (draws.chance(0.5) ? 1 : dim));
		const axes = dims.flatMap((dim, axis) => (dim === 1 && draws.chance(0.7) ? [axis - dims.length] : []));
		return { inputs: [{ dims }, ...(axes.length === 0 ? [] : [vector(axes)])] };
	},
	Unsqueeze: (draws) => {
		const dims = anyShape(draws);
		const added = draws.integer(1, 2);
		const rank = dims.length + added;
		const axes = shuffled(draws, rank).slice(0, added);
		return { inputs: [{ dims }, vector(axes.map((axis) => (draws.chance(0.5) ? axis : axis - rank)))] };
	},
	Tile: (draws) => {
		const dims = anyShape(draws, 1);
		return { inputs: [{ dims }, vector(many(draws, dims.length, 1, 3))] };
	},
	Trilu: (draws) => {
		const dims = [...anyShape(draws), draws.integer(1, 4), draws.integer(1, 4)];
		return {
			inputs: [{ dims }, { dims: [], integers: [draws.integer(-3, 3)] }],
			attributes: { upper: int(draws.integer(0, 1)) },
		};
	},
	DepthToSpace: blocks(true),
	SpaceToDepth: blocks(false),
	Shape: (draws) => ({
		inputs: [{ dims: anyShape(draws) }],
		attributes: { start: int(draws.integer(-3, 3)), end: int(draws.integer(-3, 3)) },
	}),
	Size: (draws) => ({ inputs: [{ dims: anyShape(draws) }] }),
	Concat: (draws) => {
		const dims = anyShape(draws, 1);
		const { axis, named } = anyAxis(draws, dims);
		const inputs = many(draws, draws.integer(1, 3), 1, 3).map((size) => ({ dims: dims.with(axis, size) }));
		return { inputs, attributes: { axis: int(named) } };
	},
	Split: (draws) => {
		const dims = anyShape(draws, 1);
		const { axis, named } = anyAxis(draws, dims);
		const sizes = many(draws, draws.integer(1, 3), 1, 3);
		const size = sizes.reduce((sum, one) => sum + one, 0);
		if (draws.chance(0.5)) {
			return { inputs: [{ dims: dims.with(axis, size) }, vector(sizes)], attributes: { axis: int(named) } };
		}
		const shape = dims.with(axis, draws.chance(0.5) ? 5 : 6);
		return { inputs: [{ dims: shape }], attributes: { axis: int(named), num_outputs: int(draws.integer(1, 3)) } };
	},
	Slice: slice,
	Pad: pad,
	Resize: resize,
	Gather: (draws) => {
		const dims = anyShape(draws, 1);
		const { axis, named } = anyAxis(draws, dims);
		return {
			inputs: [{ dims }, indexTensor(draws, anyShape(draws).slice(0, 2), dims[axis] ?? 1)],
			attributes: { axis: int(named) },
		};
	},
	GatherElements: (draws) => {
		const dims = anyShape(draws, 1);
		const { axis, named } = anyAxis(draws, dims);
		const shape = dims.map((dim, other) => (other === axis ? draws.integer(1, 4) : draws.integer(1, dim)));
		return { inputs: [{ dims }, indexTensor(draws, shape, dims[axis] ?? 1)], attributes: { axis: int(named) } };
	},
	GatherND: gatherNested,
	ScatterElements: scatterElements,
	ScatterND: scatterNested,
	TopK: (draws) => {
		const dims = anyShape(draws, 1);
		const { axis, named } = anyAxis(draws, dims);
		return {
			inputs: [{ dims, from: -16, to: 16 }, vector([draws.integer(1, dims[axis] ?? 1)])],
			attributes: { axis: int(named), largest: int(draws.integer(0, 1)) },
		};
	},
	Compress: (draws) => {
		const dims = anyShape(draws, 1);
		const { axis, named } = anyAxis(draws, dims);
		const flat = draws.chance(0.3);
		const count = draws.integer(1, flat ? elementCount(dims) : (dims[axis] ?? 1));
		const booleans = Array.from({ length: count }, (_, index) => index === 0 || draws.chance(0.5));
		const attributes: OperatorCase["attributes"] = flat ? {} : { axis: int(named) };
		return { inputs: [{ dims }, { dims: [count], booleans }], attributes };
	},
	Einsum: einsum,
};
