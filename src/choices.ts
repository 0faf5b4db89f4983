/** Choices among the entries of a table: their schemas and their names. */
import { z } from "zod";

/**
 * A choice among the entries of a table, by the field that names each.
 *
 * @param schemas - one at least, in the order in which people see them.
 */
export function choiceOf<Field extends string, Schema extends z.core.$ZodTypeDiscriminable>(
	field: Field,
	schemas: readonly Schema[],
): z.ZodDiscriminatedUnion<readonly [Schema, ...Schema[]], Field> {
	const [first, ...others] = schemas;
	if (first === undefined) throw new TypeError(`choice by ${field}: expected one schema at least, got none`);
	return z.discriminatedUnion(field, [first, ...others]);
}

/** {@link choiceOf} the entries of a table, by the `name` in the options of each. */
export function entryChoice<Entry extends { readonly options: z.core.$ZodTypeDiscriminable }>(
	entries: Readonly<Record<string, Entry>> | readonly Entry[],
): ReturnType<typeof choiceOf<"name", Entry["options"]>> {
	const schemas: readonly Entry["options"][] = Object.values(entries).map(({ options }) => options);
	return choiceOf("name", schemas);
}

/** The options of each schema with more fields. */
export type Extended<Options, More> =
	Options extends z.ZodObject<infer Shape, infer Config> ? z.ZodObject<Shape & More, Config> : never;

/** Options with more fields, after their own; what they are refined by stays. Of several schemas each has its own type. */
export function extended<Options extends z.ZodObject, More extends z.ZodRawShape>(
	options: Options,
	more: More,
): Extended<Options, More> {
	// The fields of both; TypeScript does not add them up for options that it does not know yet.
	return options.safeExtend(more) as unknown as Extended<Options, More>;
}

/** Names as a phrase: `a, b or c`. */
export const anyOf = (names: readonly string[]): string =>
	names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
