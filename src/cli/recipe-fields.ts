/** The fields of a recipe, told from its schema: what each is, what it may be, and its value. */
import { choiceName, choicesOf, chosenOf, elementOf, fieldsOf, isRecord, type JsonSchema } from "../options.js";

/** One field. */
export interface FieldLine {
	/** Its name, with those of the objects that it stands in. */
	readonly path: string;
	/** JSON of its value, or of its default; absent where it has none. */
	readonly value?: string;
	readonly about: string;
	/** What it may be, as a noun phrase; absent where its entries are listed elsewhere. */
	readonly allowed?: string;
}

/** An object with fields of its own. */
export interface ObjectSection {
	readonly name: string;
	readonly about: string;
	readonly fields: readonly FieldLine[];
}

/** What one or several fields let choose among. */
export interface ChoiceSection {
	/** The paths of these fields. */
	readonly paths: readonly string[];
	readonly entries: readonly ChoiceEntry[];
	/** Fields that most entries share. */
	readonly shared: readonly FieldLine[];
}

/** One of the entries of a choice. */
export interface ChoiceEntry {
	/** The field that says which entry it is, and what it says: `family`, `mlp`. */
	readonly field: string;
	readonly name: string;
	readonly about: string;
	readonly fields: readonly FieldLine[];
	/** What has the same fields and was told before: an entry of this choice, or `in` and the paths of another. */
	readonly like?: string;
}

/** All that is told of a recipe. */
export interface RecipeFields {
	readonly fields: readonly FieldLine[];
	readonly objects: readonly ObjectSection[];
	readonly choices: readonly ChoiceSection[];
}

/**
 * Every field of a schema: those of the whole, those of each object in it as far as it is chosen, then those of the
 * entries that fields let choose among.
 *
 * @param values - a recipe whose values are told.
 */
export function recipeFields(root: JsonSchema, values: unknown): RecipeFields {
	const objects = fieldsOf(root).flatMap(([name, field]) => {
		const [chosen] = chosenOf(choicesOf(field), valueOf(values, name));
		if (!isObject(field) || chosen?.properties === undefined) return [];
		const fields = fieldLines(chosen, valueOf(values, name), `${name}.`);
		return [{ name, about: field.description ?? "", fields }];
	});
	return { fields: fieldLines(root, values), objects, choices: choiceSections(choicesIn(root)) };
}

/** Whether a field holds objects that have a section of their own: fields of which each is told with its value. */
function isObject(field: JsonSchema): boolean {
	const [first] = choicesOf(field);
	return field.properties !== undefined || (first !== undefined && choiceName(first)?.isDefault === true);
}

/** What fields let choose among; an entry that an earlier field has as well is told there. */
function choiceSections(choices: readonly Choice[]): readonly ChoiceSection[] {
	const told = new Map<string, { readonly where: string; readonly name: string }>();
	return choices.map(({ paths, field }) => {
		const where = paths.join(", ");
		const entries = choicesOf(field).map((entry): ChoiceEntry => {
			const { field: key = "name", name = "" } = choiceName(entry) ?? {};
			const title = entry.properties?.[key];
			const about = typeof title === "object" ? (title.description ?? "") : "";
			const fields = fieldLines({ properties: Object.fromEntries(ownFields(entry, field)) }, {});
			const text = JSON.stringify(fields);
			const before = told.get(text);
			if (before === undefined) told.set(text, { where, name });
			if (before === undefined || fields.length === 0) return { field: key, name, about, fields };
			return { field: key, name, about, fields: [], like: before.where === where ? before.name : `in ${before.where}` };
		});
		const shared = isObject(field) ? [] : fieldLines({ properties: sharedFields(field) }, {});
		return { paths, entries, shared };
	});
}

/** The fields of an entry without those that most entries share: of them one is told elsewhere. */
function ownFields(entry: JsonSchema, choice: JsonSchema): ReturnType<typeof fieldsOf> {
	return fieldsOf(entry)
		.filter(([name, field]) => field.const === undefined && !isShared(name, field, choice))
		.flatMap(([name, field]) => (field.properties === undefined ? [[name, field] as const] : inside(name, field)));
}

/** The fields of an object within an entry, by their paths. */
function inside(name: string, field: JsonSchema): ReturnType<typeof fieldsOf> {
	return fieldsOf(field).map(([inner, one]) => [`${name}.${inner}`, one]);
}

/** The fields that most entries of a choice share. */
function sharedFields(choice: JsonSchema): Readonly<Record<string, JsonSchema>> {
	const all = choicesOf(choice).flatMap(fieldsOf);
	return Object.fromEntries(all.filter(([name, field]) => isShared(name, field, choice)));
}

/** Whether more than three fifths of a choice's entries have the very same field. */
function isShared(name: string, field: JsonSchema, choice: JsonSchema): boolean {
	const [all, text] = [choicesOf(choice), JSON.stringify(field)];
	return 5 * all.filter(({ properties }) => JSON.stringify(properties?.[name]) === text).length > 3 * all.length;
}

/** The fields of one object that are no objects themselves. */
function fieldLines(schema: JsonSchema, current: unknown, prefix = ""): readonly FieldLine[] {
	return fieldsOf(schema)
		.filter(([, field]) => !isObject(field))
		.map(([name, field]) => {
			const value = valueOf(current, name) ?? field.default;
			const values = allowed(field);
			return {
				path: `${prefix}${name}`,
				about: field.description ?? "",
				...(value === undefined ? {} : { value: valueText(value) }),
				...(values === undefined ? {} : { allowed: values }),
			};
		});
}

/** A value as JSON; of a long list of objects what each is and how many there are. */
function valueText(value: unknown): string {
	const whole = JSON.stringify(value);
	if (whole.length <= mostText || !Array.isArray(value) || !value.every(isRecord)) return whole;
	const [kind] = ["family", "name"].filter((field) => value.every((one) => typeof one[field] === "string"));
	return kind === undefined
		? `(${String(value.length)})`
		: `[${value.map((one) => `${String(one[kind])} …`).join(", ")}]`;
}

/** Characters of a list of objects that are told as they are. */
const mostText = 160;

function valueOf(values: unknown, name: string): unknown {
	return isRecord(values) ? values[name] : undefined;
}

/** What a field may be, as a noun phrase; nothing where its entries are listed elsewhere. */
export function allowed(field: JsonSchema): string | undefined {
	const { type, prefixItems, minItems = 0, maxItems } = field;
	if (field.oneOf !== undefined) return undefined;
	if (field.anyOf !== undefined) return field.anyOf.map((one) => allowed(one) ?? "a value").join(", or ");
	if (field.enum !== undefined) return field.enum.map((value) => JSON.stringify(value)).join(", ");
	if (field.const !== undefined) return JSON.stringify(field.const);
	if (type === "integer") return `a whole number${range(field)}`;
	if (type === "number") return `a number${range(field)}`;
	if (type === "boolean") return "true or false";
	if (prefixItems !== undefined) {
		const parts = prefixItems.map((item) => (typeof item === "object" ? allowed(item) : undefined) ?? "a value");
		return `a list of ${parts.join("; ")}`;
	}
	if (field.properties !== undefined) return `an object of ${Object.keys(field.properties).join(", ")}`;
	const element = elementOf(field);
	if (element !== undefined) {
		const length = maxItems === undefined ? `${minItems} or more` : `${minItems} to ${maxItems}`;
		return `a list of ${length}, each ${allowed(element) ?? "with a name and its options"}`;
	}
	return "a text";
}

/** The bounds of a number; those of all whole numbers that JSON can hold go without saying. */
function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
	const bounds = [
		...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? [] : [`at least ${minimum}`]),
		...(exclusiveMinimum === undefined ? [] : [`more than ${exclusiveMinimum}`]),
		...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? [] : [`at most ${maximum}`]),
		...(exclusiveMaximum === undefined ? [] : [`less than ${exclusiveMaximum}`]),
	];
	return bounds.length === 0 ? "" : ` ${bounds.join(" and ")}`;
}

/** A field that lets choose among entries, with the paths at which it stands. */
interface Choice {
	readonly paths: readonly string[];
	readonly field: JsonSchema;
}

/** Every choice in a schema; fields with the same entries together. */
function choicesIn(root: JsonSchema): readonly Choice[] {
	const all = (schema: JsonSchema, prefix: string): readonly Choice[] =>
		choicesOf(schema)
			.flatMap(fieldsOf)
			.flatMap(([name, field]) => {
				const path = `${prefix}${name}`;
				const choice = elementOf(field) ?? field;
				const here = choice.oneOf === undefined ? [] : [{ paths: [path], field: choice }];
				return [...here, ...all(choice, `${path}.`)];
			});
	const byEntries = new Map<string, Choice>();
	for (const { paths, field } of all(root, "")) {
		const key = JSON.stringify(field.oneOf);
		const before = byEntries.get(key)?.paths ?? [];
		byEntries.set(key, { paths: [...new Set([...before, ...paths])], field });
	}
	return [...byEntries.values()];
}
