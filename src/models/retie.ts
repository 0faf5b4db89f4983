/**
 * Weights that a file has in several forms. Exporters compute what depends on weights alone, such as the transpose that a
 * standardised convolution takes the mean of, or that a tied head multiplies with; each form would be trained apart.
 */
import { int, ints } from "../graph/attributes.js";
import { provenanceOf } from "../import/provenance.js";
import { onnxNode } from "../import/rewrite.js";
import type { Notice } from "../notices.js";
import type { OnnxInitializer, OnnxModel, OnnxNode } from "../onnx/model.js";
import { elementCount, type TensorOf } from "../onnx/tensor.js";
import { firstNames, withNotices } from "./copies.js";
import { compareModules, modulePaths, ownerOf } from "./module-paths.js";
import { isMadeUpName } from "./parameter-rules.js";
import { isFilled } from "./table-structure.js";

interface Matrix extends OnnxInitializer {
	readonly tensor: TensorOf<"float">;
}

/** Smaller ones may be equal by chance. */
const fewestElements = 16;

/**
 * The model with one weight for a matrix that it has in several forms: the others are its transpose or another shape of
 * it, made by nodes. At first the model computes what it did.
 */
export function withOneForm(model: OnnxModel, where: string): OnnxModel {
	const { graph } = model;
	const matrices = graph.initializers.filter(isMatrix);
	const forms = new Map<string, readonly OnnxNode[]>();
	const apart: string[] = [];
	const areOne = sameParameter(model);
	for (const [at, one] of matrices.entries()) {
		if (!isMadeUpName(one.name)) continue;
		const others = matrices.filter((other, index) => other !== one && !(isMadeUpName(other.name) && index > at));
		for (const other of others) {
			const nodes = forms.has(other.name) ? undefined : formOf(one, other);
			if (nodes === undefined) continue;
			if (!areOne(one.name, other.name)) {
				apart.push(one.name);
				continue;
			}
			forms.set(one.name, nodes);
			break;
		}
	}
	const told = withNotices(model, apart.length === 0 ? [] : [apartNotice(apart, where)]);
	if (forms.size === 0) return told;
	const shapes = matrices.flatMap(({ name, tensor: { dims } }) =>
		forms.has(name)
			? [
					{
						name: shapeName(name),
						tensor: { type: "int64" as const, dims: [dims.length], data: BigInt64Array.from(dims, BigInt) },
					},
				]
			: [],
	);
	return {
		...told,
		graph: {
			...graph,
			nodes: [...[...forms.values()].flat(), ...graph.nodes],
			initializers: [...graph.initializers.filter(({ name }) => !forms.has(name)), ...shapes],
		},
	};
}

/** Whether two weights of equal elements may be one parameter, as far as the exporter or the names of nodes say. */
function sameParameter(model: OnnxModel): (one: string, other: string) => boolean {
	const { origins, isKnown } = provenanceOf(model);
	const constants = new Map(model.graph.initializers.map(({ name, tensor }) => [name, tensor]));
	const pathOf = modulePaths(model.graph.initializers);
	const rootsOf = (name: string): readonly string[] => origins.get(name) ?? [name];
	const moduleOf = (name: string): string | undefined => {
		const user = model.graph.nodes.find(({ inputs }) => inputs.includes(name));
		return name.includes(".") && !isMadeUpName(name) ? ownerOf(name) : user && pathOf(user);
	};
	return (one, other) => {
		if (isKnown) return rootsOf(one).some((root) => rootsOf(other).includes(root));
		const [a, b] = [moduleOf(one), moduleOf(other)];
		return a === undefined || b === undefined || a === b || compareModules(a, b, constants) !== "copies";
	};
}

function apartNotice(names: readonly string[], where: string): Notice {
	return {
		code: "equal-apart",
		text: `${where}: ${firstNames(names)} began equal to weights of other layers; both are trained, apart from each other.`,
	};
}

const shapeName = (name: string): string => `${name}/shape`;

function isMatrix(one: OnnxInitializer): one is Matrix {
	const { type, dims, data } = one.tensor;
	return (
		type === "float" && data.length >= fewestElements && dims.filter((size) => size > 1).length > 1 && !isFilled(data)
	);
}

/** The nodes that make `one` of `other`; `undefined` where it is no form of it. */
function formOf(one: Matrix, other: Matrix): readonly OnnxNode[] | undefined {
	if (one.tensor.data.length !== other.tensor.data.length) return undefined;
	const [from, to] = [longDims(other.tensor), longDims(one.tensor)];
	const reshape = (name: string): OnnxNode =>
		onnxNode("Reshape", [name, shapeName(one.name)], [one.name], { allowzero: int(0) });
	if (equalElements(one.tensor.data, other.tensor.data)) return [reshape(other.name)];
	// Axes of size 1 move nothing.
	for (const perm of permutations(from.length)) {
		if (perm.some((axis, at) => from[axis] !== to[at]) || perm.length !== to.length) continue;
		if (!equalElements(one.tensor.data, transposed(other.tensor.data, from, perm))) continue;
		const full = axesWithOnes(other.tensor.dims, perm);
		const moved = `${one.name}/transposed`;
		return [onnxNode("Transpose", [other.name], [moved], { perm: ints(full) }), reshape(moved)];
	}
	return undefined;
}

const longDims = ({ dims }: Matrix["tensor"]): readonly number[] => dims.filter((size) => size > 1);

/** A permutation of the long axes as one of all axes: those of size 1 come first. */
function axesWithOnes(dims: readonly number[], perm: readonly number[]): readonly number[] {
	const axes = [...dims.keys()];
	const long = axes.filter((axis) => (dims[axis] ?? 1) > 1);
	return [...axes.filter((axis) => !long.includes(axis)), ...perm.map((at) => long[at] ?? 0)];
}

function permutations(count: number): readonly (readonly number[])[] {
	if (count > 4) return [];
	if (count === 0) return [[]];
	return permutations(count - 1).flatMap((shorter) =>
		Array.from({ length: count }, (_, at) => shorter.toSpliced(at, 0, count - 1)),
	);
}

function equalElements(a: Float32Array, b: Float32Array): boolean {
	return a.length === b.length && a.every((value, at) => value === b[at]);
}

function transposed(data: Float32Array, dims: readonly number[], perm: readonly number[]): Float32Array {
	const strides = dims.map((_, axis) => elementCount(dims.slice(axis + 1)));
	const sizes = perm.map((axis) => dims[axis] ?? 1);
	const steps = perm.map((axis) => strides[axis] ?? 1);
	return data.map((_, flat) => {
		let [rest, source] = [flat, 0];
		for (let at = sizes.length - 1; at >= 0; at--) {
			const size = sizes[at] ?? 1;
			source += (rest % size) * (steps[at] ?? 1);
			rest = Math.floor(rest / size);
		}
		return data[source] ?? 0;
	});
}
