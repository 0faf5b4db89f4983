/**
 * What a six-line recipe costs `tsc` against the package as it is published: packed, unpacked in a folder of its own, and
 * checked with each resolution of modules, with and without the check of libraries.
 */
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
const require = createRequire(import.meta.url);

/** What is compiled: nothing, for what the libraries of TypeScript and Node cost alone, and a recipe. */
const programs = {
	nothing: "export {};\n",
	recipe: `import { defineRecipe } from "limbeck";

export default defineRecipe({
	student: { hidden: [30, 30], epochs: 60 },
	distillation: { name: "soft-targets", temperature: 4 },
});
`,
} as const;

const resolutions = { nodenext: "nodenext", bundler: "esnext" } as const;

/** What is read off tsc's own account. */
const figures = ["Types", "Instantiations", "Check time", "Total time"];

/** Puts the packed package and the packages that it depends on into a folder. */
async function install(folder: string): Promise<void> {
	const options = { cwd: root, encoding: "utf8" } as const;
	const archive = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], options).trim();
	const own = join(folder, "node_modules/limbeck");
	await mkdir(own, { recursive: true });
	execFileSync("tar", ["-xf", join(folder, archive), "-C", own, "--strip-components", "1"]);
	// What npm reads of our own package.
	const { dependencies } = require("../package.json") as { readonly dependencies: Readonly<Record<string, string>> };
	for (const name of [...Object.keys(dependencies), "@types/node"]) {
		const place = join(folder, "node_modules", name);
		await mkdir(dirname(place), { recursive: true });
		await symlink(join(root, "node_modules", name), place);
	}
}

/** Compiles every program with every resolution. @param report - takes a line for each. */
export async function measureTypes(report: (line: string) => void): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-types-"));
	try {
		await install(folder);
		await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
		for (const [name, text] of Object.entries(programs)) await writeFile(join(folder, `${name}.ts`), text);
		for (const [moduleResolution, module] of Object.entries(resolutions)) {
			for (const skipLibCheck of [true, false]) {
				for (const name of Object.keys(programs)) {
					const settings = { moduleResolution, module, skipLibCheck, strict: true, target: "es2023", types: "node" };
					const libraries = skipLibCheck ? "not checked" : "checked";
					report(`${name}, ${moduleResolution}, libraries ${libraries}: ${costOf(folder, `${name}.ts`, settings)}`);
				}
			}
		}
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** What tsc says of its work on a file. */
function costOf(folder: string, file: string, settings: Readonly<Record<string, string | boolean>>): string {
	const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
	const args = [require.resolve("typescript/bin/tsc"), "--noEmit", "--extendedDiagnostics", ...flags, file];
	const lines = execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" }).split("\n");
	const told = lines.filter((line) => figures.some((figure) => line.startsWith(`${figure}:`)));
	return told.map((line) => line.trim().replaceAll(/\s+/g, " ")).join(", ");
}
