/**
 * The protobuf messages of ONNX, as a table that both the reader and the writer walk.
 *
 * Source: onnx.proto3. Fields that are not listed, such as documentation strings, are skipped on reading.
 */

/** What a field of each scalar kind holds once read. */
interface Scalars {
	/** int32, int64 or enum; a safe integer. */
	readonly int: number;
	/** int64 of any size: a bigint where it is no safe integer. */
	readonly long: number | bigint;
	readonly float: number;
	readonly string: string;
	/** A view of the file. */
	readonly bytes: Uint8Array;
	/** Views of undecoded numbers, one or a packed run of them: tensor data, decoded once its length is checked. */
	readonly varint: Uint8Array;
	readonly fixed32: Uint8Array;
	readonly fixed64: Uint8Array;
	/** Reading a file that has this field fails: its meaning would be lost. */
	readonly refused: never;
}

/** The kinds of fields that are not messages. */
export type ScalarKind = keyof Scalars;

/** The messages, by their names in onnx.proto3 without `Proto`. */
export type MessageName =
	| "Model"
	| "OperatorSetId"
	| "StringStringEntry"
	| "Property"
	| "Function"
	| "Graph"
	| "Node"
	| "Attribute"
	| "Tensor"
	| "ValueInfo"
	| "Type"
	| "TensorType"
	| "TensorShape"
	| "Dimension";

/** One field: its number in the protobuf, what it holds, whether it is repeated. */
export interface Field<K extends ScalarKind | MessageName = ScalarKind | MessageName, R extends boolean = boolean> {
	readonly number: number;
	readonly kind: K;
	readonly repeated: R;
}

function one<K extends ScalarKind | MessageName>(number: number, kind: K): Field<K, false> {
	return { number, kind, repeated: false };
}

function many<K extends ScalarKind | MessageName>(number: number, kind: K): Field<K, true> {
	return { number, kind, repeated: true };
}

/** Field name → field, of every message. */
export const schema = {
	Model: {
		irVersion: one(1, "int"),
		producerName: one(2, "string"),
		producerVersion: one(3, "string"),
		graph: one(7, "Graph"),
		opsetImport: many(8, "OperatorSetId"),
		metadataProps: many(14, "StringStringEntry"),
		trainingInfo: one(20, "refused"),
		functions: many(25, "Function"),
	},
	OperatorSetId: {
		domain: one(1, "string"),
		version: one(2, "int"),
	},
	StringStringEntry: {
		key: one(1, "string"),
		value: one(2, "string"),
	},
	/** A `StringStringEntry` whose text may be long, and is read only where its key is one that we know. */
	Property: {
		key: one(1, "string"),
		value: one(2, "bytes"),
	},
	Function: {
		name: one(1, "string"),
		input: many(4, "string"),
		output: many(5, "string"),
		attribute: many(6, "string"),
		node: many(7, "Node"),
		opsetImport: many(9, "OperatorSetId"),
		domain: one(10, "string"),
		attributeProto: many(11, "Attribute"),
		overload: one(13, "string"),
	},
	Graph: {
		node: many(1, "Node"),
		name: one(2, "string"),
		initializer: many(5, "Tensor"),
		input: many(11, "ValueInfo"),
		output: many(12, "ValueInfo"),
		valueInfo: many(13, "ValueInfo"),
		sparseInitializer: one(15, "refused"),
		metadataProps: many(16, "Property"),
	},
	Node: {
		input: many(1, "string"),
		output: many(2, "string"),
		name: one(3, "string"),
		opType: one(4, "string"),
		attribute: many(5, "Attribute"),
		domain: one(7, "string"),
		overload: one(8, "string"),
		metadataProps: many(9, "Property"),
	},
	Attribute: {
		name: one(1, "string"),
		f: one(2, "float"),
		i: one(3, "long"),
		s: one(4, "string"),
		t: one(5, "Tensor"),
		g: one(6, "Graph"),
		floats: many(7, "float"),
		ints: many(8, "long"),
		strings: many(9, "string"),
		tensors: one(10, "refused"),
		graphs: one(11, "refused"),
		typeProto: one(14, "refused"),
		typeProtos: one(15, "refused"),
		type: one(20, "int"),
		refAttrName: one(21, "string"),
		sparseTensor: one(22, "refused"),
		sparseTensors: one(23, "refused"),
	},
	Tensor: {
		dims: many(1, "int"),
		dataType: one(2, "int"),
		segment: one(3, "refused"),
		floatData: many(4, "fixed32"),
		int32Data: many(5, "varint"),
		int64Data: many(7, "varint"),
		name: one(8, "string"),
		rawData: one(9, "bytes"),
		doubleData: many(10, "fixed64"),
		uint64Data: many(11, "varint"),
		externalData: many(13, "StringStringEntry"),
		dataLocation: one(14, "int"),
	},
	ValueInfo: {
		name: one(1, "string"),
		type: one(2, "Type"),
		metadataProps: many(4, "Property"),
	},
	Type: {
		tensorType: one(1, "TensorType"),
		// Read to be told apart: see withReadableOutputs.
		sequenceType: one(4, "bytes"),
		mapType: one(5, "bytes"),
		opaqueType: one(7, "refused"),
		sparseTensorType: one(8, "refused"),
		optionalType: one(9, "refused"),
	},
	TensorType: {
		elemType: one(1, "int"),
		shape: one(2, "TensorShape"),
	},
	TensorShape: {
		dim: many(1, "Dimension"),
	},
	Dimension: {
		dimValue: one(1, "int"),
		dimParam: one(2, "string"),
	},
} as const satisfies Record<MessageName, Readonly<Record<string, Field>>>;

type Value<K> = K extends ScalarKind ? Scalars[K] : K extends MessageName ? Message<K> : never;

/** A message as read or to be written: the fields that are present. */
export type Message<M extends MessageName> = {
	readonly [N in keyof (typeof schema)[M]]?:
		| ((typeof schema)[M][N] extends Field<infer K, infer R>
				? R extends true
					? readonly Value<K>[]
					: Value<K>
				: never)
		| undefined;
};

/** `AttributeProto.type`, and the field of `Attribute` that holds the value, of each kind that we carry. */
export const attributeKinds = {
	float: { type: 1, field: "f" },
	int: { type: 2, field: "i" },
	string: { type: 3, field: "s" },
	tensor: { type: 4, field: "t" },
	graph: { type: 5, field: "g" },
	floats: { type: 6, field: "floats" },
	ints: { type: 7, field: "ints" },
	strings: { type: 8, field: "strings" },
} as const;
