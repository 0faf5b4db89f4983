/** Data is never code (S5). */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readRecipe } from "../../src/console/recipe-file.js";
import { parseRecipe } from "../../src/workflows/distill/recipe.js";
import { parseTrainRecipe } from "../../src/workflows/train/recipe.js";
import { reservedNames } from "../fuzz/text-seeds.js";
import { temporaryFolder } from "../support/own-data.js";

const root = join(import.meta.dirname, "../..");

test("no text is run as code anywhere", async () => {
	const forbidden = /\beval\s*\(|\bnew\s+Function\b|\bFunction\s*\(|from "node:vm"|(?<!\.)\bimport\(\s*[^")]/;
	for (const name of await readdir(join(root, "src"), { recursive: true })) {
		if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
		const text = await readFile(join(root, "src", name), "utf8");
		expect(forbidden.exec(text)?.[0], name).toBeUndefined();
	}
});

test("a .json recipe runs no code, whatever it holds; the same text as a module does", async () => {
	const folder = await temporaryFolder();
	const code = `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(join(folder, "ran"))}, ""); export default {};`;
	const read = async (name: string, text: string): Promise<unknown> => {
		await writeFile(join(folder, name), text);
		return parseRecipe(await readRecipe(join(folder, name), {}));
	};
	await expect(read("recipe.json", code)).rejects.toThrow("expected JSON");
	expect(await read("recipe.json", JSON.stringify({ name: code }))).toMatchObject({ name: code });
	await expect(read("recipe.json", JSON.stringify({ toJSON: code, then: code }))).rejects.toThrow('"then"');
	expect(await readdir(folder)).toEqual(["recipe.json"]);
	await read("recipe.mjs", code);
	expect(await readdir(folder)).toContain("ran");
});

const clean = Reflect.ownKeys(Object.prototype);

describe.each(reservedNames)("a field called %s", (name) => {
	const value = JSON.parse(`{"${name}":{"polluted":true}}`) as unknown;
	const places: Readonly<Record<string, unknown>> = {
		"the recipe": value,
		"a network": { student: value },
		"a network in a list": { chain: [value] },
		"the data": { data: value },
		"the teacher's members": { teacher: { family: "ensemble", members: [value] } },
	};
	const refused = expect.objectContaining({ name: "LimbeckError", category: "usage" }) as Error;

	test.each(Object.entries(places))("in %s reaches no other object", (_, recipe) => {
		for (const parse of [parseRecipe, parseTrainRecipe]) {
			let parsed: unknown;
			try {
				parsed = parse(recipe);
			} catch (error) {
				expect(error).toEqual(refused);
			}
			expect(JSON.stringify(parsed ?? {})).not.toContain("polluted");
		}
		expect(Reflect.ownKeys(Object.prototype)).toEqual(clean);
	});

	test.each([`${name}.polluted=1`, `student.${name}.polluted=1`, `student.${name}={"polluted":1}`, `data.${name}=1`])(
		"in --set %s is refused",
		(setting) => {
			expect(() => parseRecipe({}, "recipe", [setting])).toThrow(refused);
			expect(Reflect.ownKeys(Object.prototype)).toEqual(clean);
		},
	);
});
