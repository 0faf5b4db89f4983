import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { anyOf, entryChoice, extended } from "./choices.js";
import { parseOptions } from "./options.js";

const options = z
	.strictObject({ name: z.literal("between"), low: z.number(), high: z.number() })
	.refine(({ low, high }) => low < high, { error: "a number above low", path: ["high"] });
const table = { between: { options }, none: { options: z.strictObject({ name: z.literal("none") }) } } as const;

test("a table is one choice by name, with the types of its entries", () => {
	const choice = entryChoice(table);
	expectTypeOf<z.infer<typeof choice>>().toEqualTypeOf<
		{ name: "between"; low: number; high: number } | { name: "none" }
	>();
	expect(choice.parse({ name: "between", low: 1, high: 2 })).toEqual({ name: "between", low: 1, high: 2 });
	expect(() => parseOptions(choice, { name: "non" }, "it")).toThrow("it: name: expected one of between, none");
	expect(() => entryChoice([])).toThrow("expected one schema at least, got none");
});

test("options with more fields are refined as before", () => {
	const more = extended(options, { weight: z.number().default(1) });
	expectTypeOf<z.infer<typeof more>>().toEqualTypeOf<{ name: "between"; low: number; high: number; weight: number }>();
	expect(more.parse({ name: "between", low: 1, high: 2 })).toMatchObject({ weight: 1 });
	expect(() => more.parse({ name: "between", low: 2, high: 2 })).toThrow("a number above low");
	expect(() => more.parse({ name: "between", low: 1, high: 2, other: 3 })).toThrow("other");
});

test.each([
	[["a"], "a"],
	[["a", "b"], "a or b"],
	[["a", "b", "c"], "a, b or c"],
])("%j are one phrase", (names, phrase) => {
	expect(anyOf(names)).toBe(phrase);
});
