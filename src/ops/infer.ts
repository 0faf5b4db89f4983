/** Type rules that many operators share. */
import { LimbeckError } from "../errors.js";
import { type Attributes, numberOf, textOf } from "../graph/attributes.js";
import { describeType, type Value, type ValueType } from "../graph/value.js";
import { type DataType, dataTypes } from "../onnx/tensor.js";
import type { Operator } from "./operator.js";

type Infer = Operator["infer"];

/** The `index`-th input, which must be there. */
export function required(inputs: readonly (Value | undefined)[], index: number): Value {
	const value = inputs[index];
	if (value !== undefined) return value;
	throw typeError(`input ${String(index)}`, "a value", "nothing");
}

/** An error about types that do not fit. */
export function typeError(where: string, expected: string, got: string): LimbeckError {
	return new LimbeckError("model", { where, expected, got });
}

/**
 * The shape that ONNX broadcasts several shapes to: aligned at the right, 1 stretches. `undefined` where they disagree.
 *
 * Source: ONNX, "Broadcasting in ONNX" (multidirectional).
 */
export function commonDims(shapes: readonly (readonly number[])[]): readonly number[] | undefined {
	const rank = Math.max(0, ...shapes.map((dims) => dims.length));
	const sizesOf = (axis: number): readonly number[] =>
		shapes.map((dims) => dims[axis - rank + dims.length] ?? 1).filter((size) => size !== 1);
	const sizes = Array.from({ length: rank }, (_, axis) => sizesOf(axis));
	const agree = sizes.every((onAxis) => onAxis.every((size) => size === onAxis[0]));
	return agree ? sizes.map(([size = 1]) => size) : undefined;
}

/** {@link commonDims}, which must be there. */
export function broadcastDims(shapes: readonly (readonly number[])[]): readonly number[] {
	const dims = commonDims(shapes);
	if (dims !== undefined) return dims;
	const got = shapes.map((shape) => `[${shape.join()}]`).join(" and ");
	throw typeError("broadcast", "shapes that agree where neither is 1", got);
}

/** One output of the first input's type and shape. */
export const sameAsFirst: Infer = (inputs) => {
	const { type, dims } = required(inputs, 0);
	return [{ type, dims }];
};

function broadcastOf(inputs: readonly (Value | undefined)[]): ValueType {
	const present = inputs.filter((input) => input !== undefined);
	const first = required(present, 0);
	if (present.some((input) => input.type !== first.type)) {
		throw typeError("operands", "one element type", present.map(describeType).join(" and "));
	}
	return { type: first.type, dims: broadcastDims(present.map((input) => input.dims)) };
}

/** One output: the inputs broadcast together, of their common type. */
export const broadcast: Infer = (inputs) => [broadcastOf(inputs)];

/** One boolean output: the inputs broadcast together. */
export const broadcastToBool: Infer = (inputs) => [{ type: "bool", dims: broadcastOf(inputs).dims }];

/** The entry of a table that an attribute names; other names are refused. */
export function chosen<T>(
	opType: string,
	attributes: Attributes,
	name: string,
	fallback: string,
	table: Readonly<Record<string, T>>,
): T {
	const value = textOf(attributes, name, fallback);
	const entry = Object.hasOwn(table, value) ? table[value] : undefined;
	if (entry !== undefined) return entry;
	throw typeError(opType, `${name} ${Object.keys(table).join(", ")}`, value);
}

/** The constant integers of an input such as axes or a shape. */
export function constantIntegers(value: Value, what: string): readonly number[] {
	if (value.constant === undefined)
		throw typeError(what, "integers known while building", `the value of ${value.name}`);
	return Array.from(value.constant.data as ArrayLike<number | bigint>, Number);
}

/** {@link sameAsFirst}, for operators with an attribute `axis`, −1 where absent, which must name an axis. */
export const sameAsFirstAlongAxis: Infer = (inputs, attributes) => {
	normalAxis(numberOf(attributes, "axis", -1), required(inputs, 0).dims.length);
	return sameAsFirst(inputs, attributes);
};

/** An axis counted from the front. */
export function normalAxis(axis: number, rank: number): number {
	if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
	throw typeError("axis", `a number in [${String(-rank)}, ${String(rank - 1)}]`, String(axis));
}

/** The element type of an ONNX number. */
export function elementType(code: number): DataType {
	const found = Object.entries(dataTypes).find(([, value]) => value === code);
	// The table's keys are the element types.
	if (found !== undefined) return found[0] as DataType;
	throw typeError("element type", "one that Limbeck carries", String(code));
}
