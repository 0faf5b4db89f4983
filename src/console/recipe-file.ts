import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { LimbeckError } from "../errors.js";
import { readText } from "../files.js";
import { nearest } from "../options.js";

/** How each kind of recipe file is read. JSON runs no code. */
const readers: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
	".json": readJson,
	".ts": importDefault,
	".mts": importDefault,
	".js": importDefault,
	".mjs": importDefault,
};

/** How the name of a recipe file may end. */
export const recipeExtensions: readonly string[] = Object.keys(readers);

/**
 * A built-in recipe by its name, or what a recipe file holds, not yet checked.
 *
 * @param builtIn - the recipes that have a name.
 * @throws LimbeckError (`usage`) for a name that is neither, (`file`) for a file that cannot be read.
 */
export async function readRecipe(name: string, builtIn: Readonly<Record<string, unknown>>): Promise<unknown> {
	if (Object.hasOwn(builtIn, name)) return builtIn[name];
	const read = readers[extname(name)];
	if (read !== undefined) {
		if (existsSync(name)) return read(resolve(name));
		throw new LimbeckError("usage", { where: "recipe", expected: "a file that exists", got: JSON.stringify(name) });
	}
	const known = Object.keys(builtIn);
	const near = nearest(name, known);
	throw new LimbeckError("usage", {
		where: "recipe",
		expected: `${known.join(", ")}, or a file that ends in ${recipeExtensions.join(", ")}`,
		got: `"${name}"`,
		...(near === undefined ? {} : { hint: `Did you mean "${near}"?` }),
	});
}

async function readJson(path: string): Promise<unknown> {
	const text = await readText(path);
	try {
		return JSON.parse(text);
	} catch (error) {
		const got = error instanceof Error ? error.message : String(error);
		throw new LimbeckError("usage", { where: path, expected: "JSON", got });
	}
}

async function importDefault(path: string): Promise<unknown> {
	try {
		const { createJiti } = await import("jiti");
		const loaded: unknown = await createJiti(pathToFileURL(path).href, { alias: ownPackage }).import(path, {
			default: true,
		});
		return loaded;
	} catch (cause) {
		if (isOwn(cause)) {
			throw new LimbeckError(cause.category, { ...cause.toJSON(), where: `${path}: ${cause.where}`, cause });
		}
		const got = cause instanceof Error ? cause.message : String(cause);
		throw new LimbeckError("usage", {
			where: path,
			expected: "a module whose default export is a recipe",
			got,
			hint: 'Write: import { defineRecipe } from "limbeck"; export default defineRecipe({ … });',
			cause,
		});
	}
}

/** `limbeck` in a recipe file means this very package, wherever the file lies. */
const ownPackage = {
	"limbeck/node": fileURLToPath(new URL("../node.js", import.meta.url)),
	limbeck: fileURLToPath(new URL("../index.js", import.meta.url)),
} as const;

/** Whether the package threw an error that a recipe's code called: it has a class of its own there. */
function isOwn(error: unknown): error is LimbeckError {
	return error instanceof Error && error.name === "LimbeckError" && "toJSON" in error;
}
