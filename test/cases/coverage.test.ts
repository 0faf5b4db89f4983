import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ownCases, sharedCases } from "./case.js";

/** What lies beside the cases and is none. */
const others = ["README.md", "networks", "tools"];

async function casesIn(folder: string): Promise<readonly string[]> {
	return existsSync(folder) ? (await readdir(folder)).filter((name) => !others.includes(name)) : [];
}

describe("every case has a test", async () => {
	const names = [...new Set([...(await casesIn(sharedCases)), ...(await casesIn(ownCases))])].sort();

	test.each(names)("%s", (name) => {
		expect(existsSync(join(import.meta.dirname, `${name}.test.ts`))).toBe(true);
		expect(existsSync(join(ownCases, name))).toBe(true);
	});
});
