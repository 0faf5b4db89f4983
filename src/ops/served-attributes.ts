/** What an operator that is built from others does with its attributes: those that nobody serves would change the result. */
import type { Attributes } from "../graph/attributes.js";
import { typeError } from "./infer.js";
import type { ServedAttributes, ServedValues } from "./operator.js";

/** The numbers or texts of an attribute; of a tensor or graph none. */
function elementsOf(attribute: Attributes[string]): readonly (number | string)[] {
	switch (attribute.kind) {
		case "tensor":
		case "graph":
			return [];
		case "int":
		case "float":
		case "string":
			return [attribute.value];
		default:
			return attribute.value;
	}
}

function isServed(value: number | string, served: ServedValues): boolean {
	if (served === "any") return true;
	if ("least" in served) return typeof value === "number" && value >= served.least;
	return served.includes(value);
}

function described(name: string, served: ServedValues): string {
	if (served === "any") return name;
	return "least" in served ? `${name} of ${String(served.least)} or more` : `${name} ${served.join(" or ")}`;
}

/**
 * Refuses attributes, and values of attributes, that an operator does not serve.
 *
 * @throws LimbeckError (`model`) that names the attribute, and what is served.
 */
export function refuseAttributes(opType: string, served: ServedAttributes, attributes: Attributes): void {
	for (const [name, attribute] of Object.entries(attributes)) {
		const values = Object.hasOwn(served, name) ? served[name] : undefined;
		if (values === undefined) {
			const names = Object.keys(served).join(", ");
			throw typeError(opType, names === "" ? "no attributes" : `no attributes but ${names}`, name);
		}
		const wrong = elementsOf(attribute).find((value) => !isServed(value, values));
		if (wrong !== undefined) throw typeError(opType, described(name, values), String(wrong));
	}
}
