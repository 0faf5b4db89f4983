import { describe, expect, it } from "vitest";
import { z } from "zod";
import { LimbeckError } from "./errors.js";
import { nearest, parseOptions } from "./options.js";

const network = z.strictObject({
	hidden: z.array(z.int().min(1).max(100)).max(3).default([8]),
	optimizer: z
		.discriminatedUnion("name", [
			z.strictObject({ name: z.literal("sgd"), nesterov: z.boolean().default(false) }),
			z.strictObject({ name: z.literal("adam"), beta2: z.number().gt(0).lt(1).default(0.999) }),
		])
		.prefault({ name: "adam" }),
	keep: z.enum(["last", "best"]).default("last"),
});

const schema = z.strictObject({
	name: z.string().default("custom"),
	steps: z
		.array(
			z.discriminatedUnion("name", [
				z.strictObject({ name: z.literal("flip") }),
				z.strictObject({ name: z.literal("crop"), pixels: z.int() }),
			]),
		)
		.optional(),
	network: network.prefault({}),
	loss: z.strictObject({ temperature: z.number().gt(0).default(4) }).prefault({}),
});

/** What parseOptions throws for an input. */
function errorOf(input: unknown): Pick<LimbeckError, "where" | "expected" | "got" | "hint"> {
	try {
		parseOptions(schema, input, "recipe");
	} catch (error) {
		if (!(error instanceof LimbeckError)) throw error;
		expect(error.category).toBe("usage");
		const { where, expected, got, hint } = error;
		return { where, expected, got, hint };
	}
	throw new Error(`expected parseOptions to refuse ${JSON.stringify(input)}`);
}

describe("parseOptions", () => {
	it("fills in defaults", () => {
		expect(parseOptions(schema, {}, "recipe")).toEqual({
			name: "custom",
			network: { hidden: [8], optimizer: { name: "adam", beta2: 0.999 }, keep: "last" },
			loss: { temperature: 4 },
		});
	});

	it.each([
		["bound left out", { loss: { temperature: 0 } }, "recipe: loss.temperature", "a number more than 0", "0"],
		["bound taken in", { network: { hidden: [0] } }, "recipe: network.hidden.0", "a number at least 1", "0"],
		["upper bound", { network: { hidden: [1e9] } }, "recipe: network.hidden.0", "a number at most 100", "1000000000"],
		["not whole", { network: { hidden: [1.5] } }, "recipe: network.hidden.0", "a whole number", "1.5"],
		[
			"list too long",
			{ network: { hidden: [1, 1, 1, 1] } },
			"recipe: network.hidden",
			"a list of at most 3",
			"[1,1,1,1]",
		],
		["type", { network: { hidden: "8" } }, "recipe: network.hidden", "a list", '"8"'],
		["not a number", { loss: { temperature: Number.NaN } }, "recipe: loss.temperature", "a number", "NaN"],
		["function", { name: () => "x" }, "recipe: name", "a text", "a function"],
		["not an object", [], "recipe", "an object", "[]"],
	])("says what was expected and got: %s", (_, input, where, expected, got) => {
		expect(errorOf(input)).toEqual({ where, expected, got, hint: undefined });
	});

	it.each([
		["enumeration", { network: { keep: "bets" } }, "recipe: network.keep", "one of last, best", 'Did you mean "best"?'],
		[
			"choice",
			{ network: { optimizer: { name: "adamm" } } },
			"recipe: network.optimizer.name",
			"one of sgd, adam",
			'Did you mean "adam"?',
		],
		[
			"choice without a name",
			{ network: { optimizer: {} } },
			"recipe: network.optimizer.name",
			"one of sgd, adam",
			undefined,
		],
		[
			"field",
			{ network: { hiden: [3] } },
			"recipe: network",
			"one of hidden, optimizer, keep",
			'Did you mean "hidden"?',
		],
		[
			"field of another level",
			{ temperature: 8 },
			"recipe",
			"one of name, steps, network, loss",
			"Did you mean loss.temperature?",
		],
		[
			"field of another level, misspelt",
			{ network: { temprature: 8 } },
			"recipe: network",
			"one of hidden, optimizer, keep",
			"Did you mean loss.temperature?",
		],
		[
			"field of another choice",
			{ network: { optimizer: { name: "adam", nesterov: true } } },
			"recipe: network.optimizer",
			"one of name, beta2",
			'Only sgd takes "nesterov".',
		],
		[
			"field in a list",
			{ steps: [{ name: "flip" }, { name: "crop", pixels: 1, pixel: 3 }] },
			"recipe: steps.1",
			"one of name, pixels",
			'Did you mean "pixels"?',
		],
		["nothing like it", { qwertyuiop: 1 }, "recipe", "one of name, steps, network, loss", undefined],
	])("hints at the nearest: %s", (_, input, where, expected, hint) => {
		expect(errorOf(input)).toMatchObject({ where, expected, hint });
	});

	it("refuses __proto__ as any unknown field", () => {
		expect(errorOf(JSON.parse('{"__proto__":{"name":"x"}}'))).toMatchObject({ where: "recipe", got: '"__proto__"' });
	});

	it("lists every issue", () => {
		const { where, expected, got } = errorOf({ loss: { temperature: 0 }, network: { keep: "first" } });
		expect(where).toBe("recipe");
		expect(expected).toBe("network.keep: one of last, best; loss.temperature: a number more than 0");
		expect(got).toBe('"first"; 0');
	});

	it("cuts long values", () => {
		expect(errorOf({ loss: { temperature: "x".repeat(1000) } }).got).toHaveLength(81);
	});
});

describe("nearest", () => {
	it.each([
		["adamm", "adam"],
		["ADAM", "adam"],
		["temprature", "temperature"],
		["x", undefined],
		["sdg", "sgd"],
		["something else", undefined],
	])("of %s is %s", (name, expected) => {
		expect(nearest(name, ["sgd", "adam", "temperature"])).toBe(expected);
	});
});
