/** The short form of `npm run fuzz`: some hundreds of hostile files for every parser, and those that were once a fault. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/own-data.js";
import { type Attempt, fuzz, type Parser, tryOne } from "./engine.js";
import { parsers } from "./parsers.js";

const options = { seed: 1, end: 150 };
const table = Object.entries<Parser>(parsers);
const [closed, open] = [
	table.filter(([, { gap }]) => gap === undefined),
	table.filter(([, { gap }]) => gap !== undefined),
];

/** By parser and what was wrong: the file, packed with gzip, in Base64. */
const regressions = JSON.parse(readFileSync(join(import.meta.dirname, "regressions.json"), "utf8")) as Readonly<
	Record<string, Readonly<Record<string, string>>>
>;

test.each(closed)("%s: reads hostile files or refuses them", async (name, parser) => {
	const attempts: Attempt[] = [];
	for await (const attempt of fuzz(name, parser, options)) attempts.push(attempt);
	const failures = attempts.flatMap(({ attempt, outcome }) =>
		typeof outcome === "string" ? [`mutant ${attempt} of seed ${options.seed}: ${outcome}`] : [],
	);
	expect(failures).toEqual([]);
	expect(attempts.filter(({ outcome }) => outcome === false)).not.toEqual([]);
});

test.each(open)("%s: reads its good files", async (name, parser) => {
	for await (const { outcome } of fuzz(name, parser, { ...options, end: 0 })) expect(outcome).toBeTypeOf("boolean");
});

describe.each(Object.entries(regressions))("%s: what was once a fault", (name, files) => {
	test.each(Object.entries(files))("%s", async (_, packed) => {
		const parser = table.find(([key]) => key === name)?.[1];
		if (parser === undefined) throw new TypeError(`expected a parser, got ${name}`);
		const outcome = await tryOne(parser, gunzipSync(Buffer.from(packed, "base64")), await temporaryFolder());
		expect(outcome).toBeTypeOf("boolean");
	});
});

describe("the engine", () => {
	const bytes = Uint8Array.of(1, 2, 3);
	const parserOf = (parse: Parser["parse"]): Parser => ({
		seeds: () => [bytes],
		parse,
		mutate: ([one]) => one ?? bytes,
	});
	const outcomesOf = async (parse: Parser["parse"]): Promise<readonly Attempt["outcome"][]> => {
		const outcomes: Attempt["outcome"][] = [];
		for await (const { outcome } of fuzz("engine", parserOf(parse), { seed: 1, end: 1 })) outcomes.push(outcome);
		return outcomes;
	};

	test("takes a plain error for a fault", async () => {
		const thrown = await outcomesOf(() => {
			throw new RangeError("no");
		});
		expect(thrown).toEqual([expect.stringContaining("RangeError: no"), expect.stringContaining("RangeError: no")]);
	});

	test("takes a change of all objects for a fault", async () => {
		const key = "polluted";
		try {
			const found = await outcomesOf(() =>
				Object.defineProperty(Object.prototype, key, { configurable: true, value: 1 }),
			);
			expect(found[0]).toBe("Object.prototype was changed");
		} finally {
			Reflect.deleteProperty(Object.prototype, key);
		}
	});
});
