/** What the schemas of all reports are made of. */
import { z } from "zod";
import type { Environment } from "../distill/network-report.js";
import { noticeSchema } from "../notices.js";

/**
 * A part of a report that something else than the report says what it is: an evaluation, a recipe, the data. Of a file as
 * much is checked as is named here; the rest is taken as this version writes it.
 */
export function written<Part extends object>(
	named: { readonly [Name in keyof Part]?: z.ZodType } = {},
): z.ZodType<Part> {
	// What is not named is the part's own to say.
	return z.looseObject(named) as unknown as z.ZodType<Part>;
}

/** The figures of a network, or of several that answer as one. */
export function figures<
	Measures extends { readonly parameters: number; readonly bytes: number },
>(): z.ZodType<Measures> {
	return written<Measures>({ parameters: z.number(), bytes: z.number() });
}

/** A list that nobody changes. */
export const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).readonly();

/** The fields that reports of all runs have. */
export const reportHead = {
	schema: z.literal(1),
	/** ISO 8601 time. */
	created: z.string(),
	seeds: z.array(z.number()).min(1).readonly(),
	environment: written<Environment>({ cpu: z.string(), onnxruntime: z.string() }),
};

/** What is to be said of the results, the gravest first; absent in reports of earlier versions. */
export const diagnosisField = listOf(noticeSchema).exactOptional();

/** What a file must say of its data. */
export const dataFields = { name: z.string(), test: z.number(), fingerprint: z.string() };
