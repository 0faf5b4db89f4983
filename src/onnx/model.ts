/**
 * ONNX models as plain data: what the codec reads and writes, and what the rest of Limbeck builds and transforms.
 *
 * Source: onnx.proto3 and the ONNX IR specification. Left out: documentation strings, the model's own domain and
 * version, quantisation annotations. Local functions are put in the place of their calls. Refused by the codec: training
 * information, sparse tensors.
 */
import type { Notice } from "../notices.js";
import type { DataType, Tensor } from "./tensor.js";

/** A model: one graph and the versions of the operators it uses. */
export interface OnnxModel {
	/** Version of the file format, at least 1. */
	readonly irVersion: number;
	/** Operator set version of each domain. `""` is ONNX's own; the codec reads `"ai.onnx"` as `""`. */
	readonly opsetImports: ReadonlyMap<string, number>;
	readonly producerName: string;
	readonly producerVersion: string;
	readonly graph: OnnxGraph;
	/** The file's `metadata_props`. */
	readonly metadata: ReadonlyMap<string, string>;
	/** What was changed on reading, and should be known; not part of the file. */
	readonly notices?: readonly Notice[];
}

/** Nodes in topological order, and what goes in and out. */
export interface OnnxGraph {
	readonly name: string;
	readonly nodes: readonly OnnxNode[];
	readonly inputs: readonly OnnxValueInfo[];
	readonly outputs: readonly OnnxValueInfo[];
	/** Types and shapes of intermediate values: hints, not needed to run the graph. */
	readonly valueInfos: readonly OnnxValueInfo[];
	readonly initializers: readonly OnnxInitializer[];
}

/** The name, element type and shape of a tensor value. */
export interface OnnxValueInfo {
	readonly name: string;
	readonly type: DataType;
	/** Sizes; a string names a symbolic size, `""` is an unknown one. `undefined`: not even the rank is known. */
	readonly dims: readonly (number | string)[] | undefined;
}

/** A constant that the graph carries, such as a weight. */
export interface OnnxInitializer {
	readonly name: string;
	readonly tensor: Tensor;
}

/** The inputs that a graph is fed with. What has an initialiser, as in files before version 4, is none. */
export function fedInputs({
	inputs,
	initializers,
}: Pick<OnnxGraph, "inputs" | "initializers">): readonly OnnxValueInfo[] {
	const constants = new Set(initializers.map(({ name }) => name));
	return inputs.filter(({ name }) => !constants.has(name));
}

/** One application of an operator. */
export interface OnnxNode {
	/** May be empty. */
	readonly name: string;
	readonly opType: string;
	/** `""` is ONNX's own domain. */
	readonly domain: string;
	/** Names of values; `""` stands for an optional input that is absent. */
	readonly inputs: readonly string[];
	/** Names of values; `""` stands for an optional output that nobody wants. */
	readonly outputs: readonly string[];
	readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** An attribute's value. Integers are safe integers; floats are rounded to 32 bits in the file. */
export type OnnxAttribute =
	| { readonly kind: "float"; readonly value: number }
	| { readonly kind: "int"; readonly value: number }
	| { readonly kind: "string"; readonly value: string }
	| { readonly kind: "tensor"; readonly value: Tensor }
	| { readonly kind: "graph"; readonly value: OnnxGraph }
	| { readonly kind: "floats"; readonly value: readonly number[] }
	| { readonly kind: "ints"; readonly value: readonly number[] }
	| { readonly kind: "strings"; readonly value: readonly string[] };
