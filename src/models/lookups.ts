/**
 * Weights that are looked up in a smaller one. Exporters compute what depends on weights alone, such as the bias of each
 * pair of positions, which a network takes from a table by their distance; trained as one tensor, each pair would have its own.
 */
import { int } from "../graph/attributes.js";
import { provenanceOf, withProvenance } from "../import/provenance.js";
import { freshNames, onnxNode } from "../import/rewrite.js";
import type { OnnxInitializer, OnnxModel, OnnxNode } from "../onnx/model.js";
import { elementCount, type TensorOf } from "../onnx/tensor.js";
import { isMadeUpName } from "./parameter-rules.js";
import { usesOf } from "./parameter-uses.js";
import { isFilled } from "./table-structure.js";
import { verdictsOf } from "./trainable.js";

/** Fewer places may have equal values by chance. */
const fewestPlaces = 16;
/** How often a value must come again, on average, to have been looked up. */
const fewestRepeats = 2;

/** A tensor as rows of a table: `tensor[p, q] = table[p, index[q]]`, or the other way round. */
interface Lookup {
	readonly table: TensorOf<"float">;
	readonly index: readonly number[];
	/** The axis of the table that is looked up. */
	readonly axis: 0 | 1;
}

/** The model with a table and a Gather for each weight that was looked up in one. At first it computes what it did. */
export function withLookups(model: OnnxModel): OnnxModel {
	const { graph } = model;
	const uses = usesOf(graph);
	const { origins, parameters, lost, isKnown } = provenanceOf(model);
	const candidates = verdictsOf(model).flatMap(({ name, tensor, trained }) => {
		const isSum = (uses.get(name) ?? []).every(({ opType }) => opType === "Add" || opType === "Mul");
		const isComputed = origins.has(name) || isMadeUpName(name);
		return trained && tensor.type === "float" && isSum && isComputed ? [{ name, tensor }] : [];
	});
	const found = candidates.flatMap(({ name, tensor }) => {
		const lookup = lookupOf(tensor);
		return lookup === undefined ? [] : [{ name, tensor, lookup }];
	});
	if (found.length === 0) return model;
	const freshName = freshNames(graph);
	const parts = found.map(({ name, tensor, lookup }) => {
		const [root, ...others] = origins.get(name) ?? [];
		const table = freshName(root !== undefined && others.length === 0 ? root : `${name}/table`);
		return { name, table, ...looked(name, table, tensor.dims, lookup) };
	});
	const replaced = new Set(parts.map(({ name }) => name));
	const whole: OnnxModel = {
		...model,
		graph: {
			...graph,
			nodes: [...parts.flatMap(({ nodes }) => nodes), ...graph.nodes],
			initializers: [
				...graph.initializers.filter(({ name }) => !replaced.has(name)),
				...parts.flatMap(({ initializers }) => initializers),
			],
		},
	};
	if (!isKnown) return whole;
	const tables = new Set(parts.map(({ table }) => table));
	return withProvenance(whole, {
		parameters: [...[...parameters].filter((name) => !replaced.has(name)), ...tables],
		lost: lost.filter((name) => !tables.has(name)),
	});
}

/** The nodes and constants that look a tensor up. */
function looked(
	name: string,
	table: string,
	dims: readonly number[],
	lookup: Lookup,
): { readonly nodes: readonly OnnxNode[]; readonly initializers: readonly OnnxInitializer[] } {
	const [index, shape, rows] = [`${name}/index`, `${name}/dims`, `${name}/looked-up`];
	const integers = (values: readonly number[]) =>
		({ type: "int64", dims: [values.length], data: BigInt64Array.from(values, BigInt) }) as const;
	return {
		nodes: [
			onnxNode("Gather", [table, index], [rows], { axis: int(lookup.axis) }),
			onnxNode("Reshape", [rows, shape], [name]),
		],
		initializers: [
			{ name: table, tensor: lookup.table },
			{ name: index, tensor: integers(lookup.index) },
			{ name: shape, tensor: integers(dims) },
		],
	};
}

/** The smallest table that a tensor was looked up in; `undefined` where there is none. */
function lookupOf({ dims, data }: TensorOf<"float">): Lookup | undefined {
	if (isFilled(data)) return undefined;
	const cuts = dims.map((_, at) => elementCount(dims.slice(0, at)));
	const found = [...new Set(cuts)].flatMap((rows) => {
		const columns = data.length / rows;
		return [byAxis(data, rows, columns, 1) ?? [], byAxis(data, rows, columns, 0) ?? []].flat();
	});
	return found.sort((a, b) => a.table.data.length - b.table.data.length)[0];
}

/** A matrix `[rows, columns]` as one with each of its equal columns once, or of its equal rows. */
function byAxis(data: Float32Array, rows: number, columns: number, axis: 0 | 1): Lookup | undefined {
	const [places, length] = axis === 1 ? [columns, rows] : [rows, columns];
	if (places < fewestPlaces) return undefined;
	const lineAt = (place: number): Float32Array =>
		Float32Array.from({ length }, (_, at) => data[axis === 1 ? at * columns + place : place * columns + at] ?? 0);
	const known = new Map<string, number>();
	const lines: Float32Array[] = [];
	const index = Array.from({ length: places }, (_, place) => {
		const line = lineAt(place);
		const key = line.join();
		const at = known.get(key) ?? lines.push(line) - 1;
		known.set(key, at);
		return at;
	});
	// Lines of zeros, of which pruned weights have many, are no lines that were looked up.
	if (lines.length * fewestRepeats > places || lines.some((line) => line.every((value) => value === 0)))
		return undefined;
	const dims = axis === 1 ? [length, lines.length] : [lines.length, length];
	const values = Float32Array.from({ length: length * lines.length }, (_, at) =>
		axis === 1
			? (lines[at % lines.length]?.[Math.floor(at / lines.length)] ?? 0)
			: (lines[Math.floor(at / length)]?.[at % length] ?? 0),
	);
	return { table: { type: "float", dims, data: values }, index, axis };
}
