/**
 * Folding of operators that move or make elements: the arithmetic of shapes that exporters leave in graphs. Only small
 * results are folded; weights stay what they are.
 */
import type { Attributes } from "../graph/attributes.js";
import { checkedTypes } from "../graph/types.js";
import type { Value, ValueType } from "../graph/value.js";
import { elementCount, type Tensor, tensorArrays } from "../onnx/tensor.js";
import { typeError } from "./infer.js";
import type { Operator } from "./operator.js";

type Fold = NonNullable<Operator["fold"]>;
type Element = number | bigint;

/** Finds an element of an output by its coordinates; bigint exactly where the output's type is of 64 bits. */
type ElementAt = (coordinates: readonly number[], output: number) => Element;

/** Elements of the largest result that is folded: a shape, an index, a small mask. */
const largestFolded = 1024;

/** A tensor from its elements in row-major order. */
function tensorOf({ type, dims }: ValueType, elements: readonly Element[]): Tensor {
	// `elements` are bigints exactly when the array's are; TypeScript cannot follow the pairing through the table.
	return { type, dims, data: (tensorArrays[type].from as (x: unknown) => unknown)(elements) } as Tensor;
}

/** An int64 tensor. */
export const integerTensor = (dims: readonly number[], values: readonly number[]): Tensor => ({
	type: "int64",
	dims,
	data: BigInt64Array.from(values, BigInt),
});

/** The position of an element in row-major order. */
function flatIndex(coordinates: readonly number[], dims: readonly number[]): number {
	return dims.reduce((flat, dim, axis) => flat * dim + (coordinates[axis] ?? 0), 0);
}

/** An element of a constant. */
export function elementAt({ constant, name }: Value, coordinates: readonly number[]): Element {
	const element = constant?.data[flatIndex(coordinates, constant.dims)];
	if (element !== undefined) return element;
	throw typeError(name, `indices within [${(constant?.dims ?? []).join()}]`, `[${coordinates.join()}]`);
}

/** The coordinates of all elements, in row-major order. */
export function allCoordinates(dims: readonly number[]): readonly (readonly number[])[] {
	// A size before a 0 may be any.
	if (dims.includes(0)) return [];
	return dims.reduce<readonly (readonly number[])[]>(
		(found, dim) => found.flatMap((lead) => Array.from({ length: dim }, (_, index) => [...lead, index])),
		[[]],
	);
}

/** The types of the outputs, where all inputs are constants and the outputs are small. */
function foldedTypes(
	infer: Operator["infer"],
	inputs: readonly (Value | undefined)[],
	attributes: Attributes,
): readonly ValueType[] | undefined {
	if (inputs.some((input) => input !== undefined && input.constant === undefined)) return undefined;
	const types = checkedTypes(infer(inputs, attributes));
	return types.every(({ dims }) => elementCount(dims) <= largestFolded) ? types : undefined;
}

/** Folds an operator each of whose output elements is found by its coordinates. */
export function foldElements(
	infer: Operator["infer"],
	elementsOf: (inputs: readonly (Value | undefined)[], attributes: Attributes) => ElementAt,
): Fold {
	return (inputs, attributes) => {
		const types = foldedTypes(infer, inputs, attributes);
		if (types === undefined) return undefined;
		const at = elementsOf(inputs, attributes);
		return types.map((type, output) =>
			tensorOf(
				type,
				allCoordinates(type.dims).map((coordinates) => at(coordinates, output)),
			),
		);
	};
}

/** Folds an operator that gives its first input another shape. */
export function foldView(infer: Operator["infer"]): Fold {
	return (inputs, attributes) => {
		const [type] = foldedTypes(infer, inputs, attributes) ?? [];
		const tensor = inputs[0]?.constant;
		return type === undefined || tensor === undefined ? undefined : [{ ...tensor, dims: type.dims }];
	};
}
