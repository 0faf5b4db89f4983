/** Short makers for node attributes: ONNX tells 1 (int) from 1.0 (float), JavaScript does not. */
import { LimbeckError } from "../errors.js";
import type { OnnxAttribute } from "../onnx/model.js";

/** Attributes by name. */
export type Attributes = Readonly<Record<string, OnnxAttribute>>;

export const int = (value: number): OnnxAttribute => ({ kind: "int", value });
export const ints = (value: readonly number[]): OnnxAttribute => ({ kind: "ints", value });
export const float = (value: number): OnnxAttribute => ({ kind: "float", value });
export const text = (value: string): OnnxAttribute => ({ kind: "string", value });

/** A number attribute, or `fallback` (the operator's default) where it is absent. */
export function numberOf(attributes: Attributes, name: string, fallback: number): number {
	const attribute = attributes[name];
	if (attribute === undefined) return fallback;
	if (attribute.kind === "int" || attribute.kind === "float") return attribute.value;
	throw new LimbeckError("model", { where: `attribute ${name}`, expected: "a number", got: attribute.kind });
}

/** A list of whole numbers, or `fallback` where it is absent. */
export function numbersOf(attributes: Attributes, name: string, fallback: readonly number[]): readonly number[] {
	const attribute = attributes[name];
	if (attribute === undefined) return fallback;
	if (attribute.kind === "ints" || attribute.kind === "floats") return attribute.value;
	throw new LimbeckError("model", { where: `attribute ${name}`, expected: "a list of numbers", got: attribute.kind });
}

/** A text attribute, or `fallback` (the operator's default) where it is absent. */
export function textOf(attributes: Attributes, name: string, fallback: string): string {
	const attribute = attributes[name];
	if (attribute === undefined) return fallback;
	if (attribute.kind === "string") return attribute.value;
	throw new LimbeckError("model", { where: `attribute ${name}`, expected: "a text", got: attribute.kind });
}
