/** Settings such as `student.hidden=[400,400]`: changes to options that stand in text. */
import type { z } from "zod";
import { LimbeckError } from "./errors.js";
import { escapedUnits } from "./names.js";
import { chosenOf, entriesAt, fieldsOf, inputSchema, isRecord, type JsonSchema, shown } from "./options.js";

/** Names in a path; options are nested far less deep. */
const deepest = 32;

/**
 * Applies settings such as `student.hidden=[400,400]` to plain options. The right side is JSON, or text where it is not
 * JSON. A number in a path is a place in a list, such as `chain.0.epochs=5`; the one behind the last adds an element.
 * Where a setting chooses another entry, such as another optimizer or another model family, the fields beside it
 * that belonged to the old one are dropped; those that the new entry has in the very same form stay.
 *
 * @param schema - says where there are choices.
 * @throws LimbeckError (`usage`) for a setting without `=` or with a path through something that has no such
 * field or place.
 */
export function applySettings(options: unknown, settings: readonly string[], schema: z.ZodType): unknown {
	const root = inputSchema(schema);
	return settings.reduce((changed, setting) => {
		const at = setting.indexOf("=");
		const path = setting.slice(0, Math.max(at, 0)).split(".");
		const where = `--set ${setting.length > 80 ? `${setting.slice(0, 80)}…` : setting}`;
		if (path.length > deepest || path.some((key) => key === "" || key === "__proto__")) {
			throw new LimbeckError("usage", {
				where,
				expected: "PATH=VALUE, where PATH is a field's name or names joined by dots",
				got: shown(setting),
				hint: "For example: --set student.hidden='[400,400]'",
			});
		}
		const place = { where, above: [], entries: [root] };
		return setAt(changed, path, jsonOrText(setting.slice(at + 1)), place);
	}, options);
}

/** Where a setting has come to on its way down. */
interface SettingPlace {
	readonly where: string;
	/** The fields passed. */
	readonly above: readonly string[];
	/** The entries that can be chosen there. */
	readonly entries: readonly JsonSchema[];
}

function setAt(target: unknown, path: readonly string[], value: unknown, place: SettingPlace): unknown {
	const [key, ...rest] = path;
	if (key === undefined) return value;
	const { where, above, entries } = place;
	if (Array.isArray(target) && above.length > 0) return setElement(target, key, rest, value, place);
	if (target !== undefined && !isRecord(target)) {
		const expected = `an object${above.length === 0 ? "" : ` at ${above.join(".")}`}, to set its field "${key}"`;
		throw new LimbeckError("usage", { where, expected, got: shown(target) });
	}
	const chosen = chosenOf(entries, target ?? {});
	const old = target !== undefined && Object.hasOwn(target, key) ? target[key] : undefined;
	const below = { where, above: [...above, key], entries: entriesAt(chosen, key) };
	const changed = { ...target, [key]: setAt(old, rest, value, below) };
	return fittingFields(changed, key, chosen, chosenOf(entries, changed));
}

/** A list with one element changed, or one more at its end. */
function setElement(
	list: readonly unknown[],
	key: string,
	rest: readonly string[],
	value: unknown,
	{ where, above, entries }: SettingPlace,
): readonly unknown[] {
	const index = /^\d+$/.test(key) ? Number(key) : list.length + 1;
	if (index > list.length) {
		const expected = `the place of an element of ${above.join(".")}, 0 to ${String(list.length)}`;
		throw new LimbeckError("usage", { where, expected, got: JSON.stringify(key) });
	}
	const below = { where, above: [...above, key], entries: entriesAt(entries, index) };
	return Object.assign([...list], { [index]: setAt(list[index], rest, value, below) });
}

/**
 * The fields without those of an entry that is no longer chosen; `key` has just been set. What the old entry does not
 * have was set for the new one: the order of settings does not matter.
 */
function fittingFields(
	fields: Readonly<Record<string, unknown>>,
	key: string,
	[before]: readonly JsonSchema[],
	[after]: readonly JsonSchema[],
): Readonly<Record<string, unknown>> {
	if (before === undefined || after === undefined || before === after) return fields;
	const known = new Map(fieldsOf(before).map(([name, field]) => [name, JSON.stringify(field)]));
	const kept = fieldsOf(after).flatMap(([name, field]) =>
		name === key || !known.has(name) || known.get(name) === JSON.stringify(field) ? [name] : [],
	);
	return Object.fromEntries(Object.entries(fields).filter(([name]) => kept.includes(name)));
}

/**
 * A setting as it is typed into a shell: `--set data.ignore='["a b"]'`. Quotes of the shell's and characters that cannot be
 * seen are escaped.
 *
 * @param more - whether the list continues, which an ellipsis says.
 */
export function settingText(path: string, value: unknown, more = false): string {
	if (typeof value === "number" || typeof value === "boolean") return `--set ${path}=${String(value)}`;
	const special = /'|(?! )[\p{Z}\p{C}]/gu;
	// A text that is no JSON is taken as it is.
	if (typeof value === "string" && jsonOrText(value) === value && !special.test(value)) {
		return `--set ${path}=${/^[\w/][\w./:-]*$/.test(value) ? value : `'${value}'`}`;
	}
	const json = JSON.stringify(value).replace(special, escapedUnits);
	return `--set ${path}='${more ? json.replace(/\]$/, ",…]") : json}'`;
}

function jsonOrText(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
