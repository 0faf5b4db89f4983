/**
 * Constant evaluation of small tensors: the arithmetic that exporters leave in graphs to compute shapes, scales and
 * masks. Integers are exact (bigint), and one that its type cannot hold is not folded; reals are computed in doubles and
 * rounded to their type.
 */
import type { Value } from "../graph/value.js";
import { type DataType, elementCount, type Tensor, tensorArrays } from "../onnx/tensor.js";
import { broadcastDims } from "./infer.js";
import type { Operator } from "./operator.js";

/** How an entry folds. */
export type Fold = NonNullable<Operator["fold"]>;

/** An element: a bigint of an integer type, a number of a real one, 0 or 1 of bool. */
export type Element = number | bigint;

/** A result of more elements than this is left to the graph. */
const mostElements = 64;

const integerBits: Partial<Record<DataType, readonly [bits: number, signed: boolean]>> = {
	int8: [8, true],
	int16: [16, true],
	int32: [32, true],
	int64: [64, true],
	uint8: [8, false],
	uint16: [16, false],
	uint32: [32, false],
	uint64: [64, false],
};

/**
 * The constants behind some inputs, all of which must be there and known. `undefined` also where one is float16, whose
 * elements are kept as bits.
 */
function constantsOf(inputs: readonly (Value | undefined)[]): readonly Tensor[] | undefined {
	const tensors = inputs.flatMap((input) => (input?.constant === undefined ? [] : [input.constant]));
	const known = tensors.length === inputs.length && tensors.every(({ type }) => type !== "float16");
	return known ? tensors : undefined;
}

/** The elements of a tensor in row-major order. */
function elementsOf({ type, data }: Tensor): readonly Element[] {
	const elements: readonly Element[] = Array.from<Element>(data);
	return integerBits[type] === undefined ? elements : elements.map(BigInt);
}

/**
 * A tensor of given elements; reals are rounded. `undefined` where there are more elements than a graph should carry as
 * a constant, and where an integer type is asked to hold what it cannot.
 */
export function foldedTensor(
	type: DataType,
	dims: readonly number[],
	elements: readonly (Element | undefined)[],
): Tensor | undefined {
	if (elements.length > mostElements) return undefined;
	const stored = elements.map((element) => storedElement(type, element));
	if (stored.includes(undefined)) return undefined;
	// `stored` holds bigints exactly where the array does; TypeScript cannot follow the pairing through the table.
	const data = (tensorArrays[type].from as (elements: readonly unknown[]) => unknown)(stored);
	return { type, dims, data } as Tensor;
}

function storedElement(type: DataType, element: Element | undefined): Element | undefined {
	if (element === undefined || type === "float16") return undefined;
	const integer = integerBits[type];
	if (integer === undefined) return Number(element);
	if (typeof element === "number" && !Number.isInteger(element)) return undefined;
	const [bits, signed] = integer;
	const whole = BigInt(element);
	if ((signed ? BigInt.asIntN(bits, whole) : BigInt.asUintN(bits, whole)) !== whole) return undefined;
	return bits === 64 ? whole : Number(whole);
}

/** The elements of a tensor stretched to `dims`, in row-major order. */
export function stretched(tensor: Tensor, dims: readonly number[]): readonly Element[] {
	const elements = elementsOf(tensor);
	return Array.from({ length: elementCount(dims) }, (_, index) => {
		let [rest, stride, source] = [index, 1, 0];
		for (let fromLast = 1; fromLast <= tensor.dims.length; fromLast++) {
			const [own = 1, full = 1] = [tensor.dims.at(-fromLast), dims.at(-fromLast)];
			source += ((rest % full) % own) * stride;
			stride *= own;
			rest = Math.floor(rest / full);
		}
		return elements[source] ?? 0;
	});
}

/** Folds an elementwise operator; `compute` is given one element of every input, and the result is of type `type`. */
function elementwise(
	compute: (operands: readonly Element[]) => Element | undefined,
	type?: DataType,
	operandsOf: (tensors: readonly Tensor[]) => readonly Tensor[] = (tensors) => tensors,
): Fold {
	return (inputs) => {
		const tensors = constantsOf(inputs);
		const [first, ...others] = tensors === undefined ? [] : operandsOf(tensors);
		// Operands of different types are for the type rule to refuse.
		if (tensors === undefined || first === undefined || others.some((other) => other.type !== first.type))
			return undefined;
		const dims = broadcastDims(tensors.map((tensor) => tensor.dims));
		if (elementCount(dims) > mostElements) return undefined;
		const columns = tensors.map((tensor) => stretched(tensor, dims));
		const elements = Array.from({ length: elementCount(dims) }, (_, index) =>
			compute(columns.map((column) => column[index] ?? 0)),
		);
		return listed(foldedTensor(type ?? first.type, dims, elements));
	};
}

const listed = (tensor: Tensor | undefined): readonly Tensor[] | undefined =>
	tensor === undefined ? undefined : [tensor];

type Real = (...operands: number[]) => number;
type Whole = (...operands: bigint[]) => bigint | undefined;

/** `real` or `whole`, by what the elements are; an operator without `whole` is not for integers. */
function either(real: Real, whole?: Whole): (elements: readonly Element[]) => Element | undefined {
	return (elements) => {
		if (typeof elements[0] === "number") return real(...elements.map(Number));
		// A hostile file may give an operator of two operands one.
		const fits = whole?.length === 0 || whole?.length === elements.length;
		return fits ? whole(...elements.map(BigInt)) : undefined;
	};
}

/** Folds an elementwise operator whose result has its operands' type; `whole` may be `undefined` where it is not. */
export const foldArithmetic = (real: Real, whole?: Whole): Fold => elementwise(either(real, whole));

/** Beyond this no power but those of 0, 1 and −1 has 64 bits. */
const largestExponent = 64n;

const foldPowers = foldArithmetic(
	(base, exponent) => base ** exponent,
	(base, exponent) => (exponent < 0n || exponent > largestExponent ? undefined : base ** exponent),
);

/** Folds a power; its exponent may be of another type than its base, which is that of the result. */
export const foldPower: Fold = (inputs, attributes) => {
	const [base, exponent] = inputs;
	if (base === undefined || exponent === undefined || base.type === exponent.type)
		return foldPowers(inputs, attributes);
	const [cast] = foldCast([exponent], base.type) ?? [];
	const lossless =
		cast !== undefined &&
		Array.from<Element>(cast.data).every((one, at) => Number(one) === Number(exponent.constant?.data[at]));
	return lossless ? foldPowers([base, { ...exponent, type: cast.type, constant: cast }], attributes) : undefined;
};

/** Folds an elementwise operator whose result is bool. */
export const foldPredicate = (holds: (...operands: Element[]) => boolean): Fold =>
	elementwise((operands) => Number(holds(...operands)), "bool");

/** Folds a choice: the second operand where the first holds, else the third. */
export const foldWhere: Fold = elementwise(
	([condition, a, b]) => (Number(condition) === 1 ? a : b),
	undefined,
	(tensors) => tensors.slice(1),
);

/** A constant as another element type: towards zero to integers, to bool whether it is not zero. */
export function foldCast(inputs: Parameters<Fold>[0], type: DataType): readonly Tensor[] | undefined {
	const [tensor] = constantsOf(inputs.slice(0, 1)) ?? [];
	if (tensor === undefined || tensor.data.length > mostElements) return undefined;
	const converted = elementsOf(tensor).map((element) => {
		if (type === "bool") return Number(element) === 0 ? 0 : 1;
		return typeof element === "number" && integerBits[type] !== undefined ? Math.trunc(element) : element;
	});
	return listed(foldedTensor(type, tensor.dims, converted));
}

/**
 * Folds a reduction of `x` over `axes` to the shape `dims`.
 *
 * @param empty - what no elements give; they are not folded where absent.
 */
export function foldReduction(
	x: Value,
	axes: readonly number[],
	dims: readonly number[],
	real: Real,
	whole: Whole,
	empty?: number,
): readonly Tensor[] | undefined {
	const [tensor] = constantsOf([x]) ?? [];
	if (tensor === undefined || tensor.data.length > mostElements) return undefined;
	const kept = x.dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
	// Where each element goes: its number in the reduced shape, stretched back.
	const targets = stretched(
		{ type: "double", dims: kept, data: Float64Array.from({ length: elementCount(kept) }, (_, index) => index) },
		x.dims,
	);
	const elements = elementsOf(tensor);
	const ofNone = integerBits[tensor.type] === undefined || empty === undefined ? empty : BigInt(empty);
	const reduced = Array.from({ length: elementCount(kept) }, (_, target) => {
		const reducing = elements.filter((_, index) => targets[index] === target);
		return reducing.length === 0 ? ofNone : either(real, whole)(reducing);
	});
	return listed(foldedTensor(tensor.type, dims, reduced));
}
