/** What an editor shows of a recipe, and what tsc says of the published types: by TypeScript itself, over dist/. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
// In the package's folder, where it is found by its own name.
const recipeFile = join(root, "six-lines.ts");

const recipe = `import { defineRecipe } from "limbeck";

export default defineRecipe({
	student: { hidden: [30, 30], epochs: 60 },
	distillation: { name: "soft-targets", temperature: 4 },
});
`;

const options: ts.CompilerOptions = {
	strict: true,
	noEmit: true,
	target: ts.ScriptTarget.ES2023,
	module: ts.ModuleKind.NodeNext,
	moduleResolution: ts.ModuleResolutionKind.NodeNext,
	types: ["node"],
};

/** TypeScript as an editor runs it, over one file that is in memory alone. */
function editorOver(file: string, text: string): ts.LanguageService {
	const read = (path: string): string | undefined => (path === file ? text : ts.sys.readFile(path));
	return ts.createLanguageService({
		getCompilationSettings: () => options,
		getCurrentDirectory: () => root,
		getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
		getScriptFileNames: () => [file],
		getScriptSnapshot: (path) => {
			const content = read(path);
			return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
		},
		getScriptVersion: () => "1",
		fileExists: (path) => path === file || ts.sys.fileExists(path),
		readFile: read,
		directoryExists: (path) => ts.sys.directoryExists(path),
		getDirectories: (path) => ts.sys.getDirectories(path),
	});
}

let editor: ts.LanguageService;

beforeAll(() => {
	editor = editorOver(recipeFile, recipe);
});

/** What an editor shows where a field is written: its text and its default. */
function shownAt(field: string): readonly string[] {
	const shown = editor.getQuickInfoAtPosition(recipeFile, recipe.indexOf(`${field}:`));
	return [shown?.documentation, ...(shown?.tags ?? []).map(({ text }) => text)].map((parts) =>
		ts.displayPartsToString(parts),
	);
}

test("an editor shows what a field of a recipe means, its range and its default", () => {
	const temperature = "T of both softmaxes; higher is softer. A number more than 0 and at most 1000.";
	expect(shownAt("temperature")).toEqual([temperature, "`4`"]);
	expect(shownAt("hidden")[0]).toMatch(/^Units of each hidden layer, first to last/);
	expect(shownAt("distillation")[0]).toMatch(/^What the student learns from the teacher/);
});

test("an editor checks a recipe", () => {
	expect(editor.getSemanticDiagnostics(recipeFile)).toEqual([]);
	const wrong = editorOver(recipeFile, recipe.replace("temperature", "temprature"));
	const [message] = wrong.getSemanticDiagnostics(recipeFile).map(({ messageText }) => messageText);
	expect(ts.flattenDiagnosticMessageText(message, "\n")).toContain("'temprature' does not exist in type 'SoftTargets");
});

test("the types of recipes are found without inference over schemas", () => {
	// All that a checker has seen: 102,149 types and 564,364 instantiations, where they were inferred.
	const program = ts.createProgram([recipeFile], { ...options, skipLibCheck: true }, hostOf());
	expect(program.getSemanticDiagnostics()).toEqual([]);
	expect(program.getTypeCount()).toBeLessThan(2000);
	expect(program.getInstantiationCount()).toBeLessThan(2000);
});

test("the published types refer to nothing that is not published", () => {
	const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
		readonly exports: Readonly<Record<string, { readonly types?: string }>>;
	};
	const entries = Object.values(exports).flatMap(({ types }) => (types === undefined ? [] : [join(root, types)]));
	const program = ts.createProgram(entries, options);
	const ours = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(join(root, "dist")));
	const found = ours.flatMap((file) => [
		...program.getSyntacticDiagnostics(file),
		...program.getSemanticDiagnostics(file),
	]);
	expect(
		found.map(({ file, messageText }) => [file?.fileName, ts.flattenDiagnosticMessageText(messageText, "\n")]),
	).toEqual([]);
	expect(ours.length).toBeGreaterThan(entries.length);
});

function hostOf(): ts.CompilerHost {
	const host = ts.createCompilerHost(options);
	return {
		...host,
		fileExists: (path) => path === recipeFile || host.fileExists(path),
		readFile: (path) => (path === recipeFile ? recipe : host.readFile(path)),
		getSourceFile: (path, language) =>
			path === recipeFile ? ts.createSourceFile(path, recipe, language) : host.getSourceFile(path, language),
	};
}
