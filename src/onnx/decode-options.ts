/**
 * Bounds on what a file may ask of us. Each is checked before anything of that size is allocated.
 *
 * Tensors are views of the file's bytes where alignment allows it and copies where not, so they take at most twice
 * the file's size, or eight times for 64-bit integers stored one byte each in the typed fields. The rest is bounded by
 * `items`, about 100 bytes each.
 */
export interface DecodeLimits {
	/** Bytes of the file; protobuf itself allows 2³¹ − 1, the default. */
	readonly bytes: number;
	/** Nesting of messages. A graph inside a node's attribute takes three levels. Default 100, as in protobuf. */
	readonly depth: number;
	/** Nodes, subgraphs included. Default 200,000. */
	readonly nodes: number;
	/** Tensors, as initialisers or attributes. Default 200,000. */
	readonly tensors: number;
	/** Fields of all messages together, each element of a repeated field for itself. Default 4,000,000. */
	readonly items: number;
	/** Dimensions of one tensor. Default 32. */
	readonly dims: number;
	/** Bytes of one tensor. Default 2³¹ − 1. */
	readonly tensorBytes: number;
	/** UTF-8 bytes of one string. Default 2²⁰. */
	readonly stringBytes: number;
}

/** The limits where none are given. */
export const defaultLimits: DecodeLimits = {
	bytes: 2 ** 31 - 1,
	depth: 100,
	nodes: 200_000,
	tensors: 200_000,
	items: 4_000_000,
	dims: 32,
	tensorBytes: 2 ** 31 - 1,
	stringBytes: 2 ** 20,
};

/** Where a tensor's bytes lie outside the model file. */
export interface ExternalReference {
	/** Path as the file gives it, not checked in any way. */
	readonly location: string;
	/** Bytes to skip; a non-negative safe integer. */
	readonly offset: number;
	/** Bytes to read, as the tensor's shape and type demand; within `tensorBytes`. */
	readonly length: number;
	/** SHA-1 of the whole file that `location` names, in hexadecimal, if the model gives one. */
	readonly checksum: string | undefined;
}

/** Reads exactly `reference.length` bytes, or throws a LimbeckError that starts with `where`. */
export type ExternalReader = (reference: ExternalReference, where: string) => Uint8Array;

/** Options of `decodeModel`. */
export interface DecodeOptions {
	/** What error messages call the model, such as its path. Default `"model"`. */
	readonly where?: string;
	readonly limits?: Partial<DecodeLimits>;
	/** Reads external data. Without it, a model that has any is refused. */
	readonly external?: ExternalReader;
	/** `inference`, the default: nodes in their training form are put into that of inference. `as-is`: they stay. */
	readonly form?: "inference" | "as-is";
}
