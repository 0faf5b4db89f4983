/** README's TypeScript, compiled as a strict project of somebody's would be. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

/** What the text around an example has: its samples, its bytes, its page. */
const given: Readonly<Record<string, string>> = {
	count: "number",
	samples: 'import("limbeck/node").Samples',
	pixels: "Uint8Array",
	bytes: "Uint8Array",
	data: 'import("limbeck").DataSet',
	labels: "readonly number[]",
};

/** The fenced blocks, each a module of its own, with what it leaves to its surroundings declared before it. */
function examples(): ReadonlyMap<string, string> {
	const blocks = readFileSync(join(root, "README.md"), "utf8").matchAll(/^```ts\n(.*?)^```$/gms);
	return new Map(
		Array.from(blocks, ([, text = ""], k) => {
			const needed = Object.entries(given).filter(([name]) => {
				const isUsed = new RegExp(`\\b${name}\\b(?!:)`).test(text);
				return isUsed && !new RegExp(`(?:const|import) [^;]*\\b${name}\\b[^;]*(?:=|from)`).test(text);
			});
			const declared = needed.map(([name, type]) => `declare const ${name}: ${type};\n`).join("");
			return [join(root, `readme-${String(k)}.mts`), declared + text];
		}),
	);
}

it("compiles under strict", () => {
	const files = examples();
	const options: ts.CompilerOptions = {
		strict: true,
		noEmit: true,
		skipLibCheck: true,
		target: ts.ScriptTarget.ES2023,
		types: ["node"],
		module: ts.ModuleKind.NodeNext,
		moduleResolution: ts.ModuleResolutionKind.NodeNext,
		lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
		paths: Object.fromEntries(
			Object.entries({
				"": "index",
				"/node": "node",
				"/web": "web",
				"/predict": "predict/index",
				"/predict/web": "predict/web",
			}).map(([entry, file]) => [`limbeck${entry}`, [join(root, `src/${file}.ts`)]]),
		),
	};
	const host = ts.createCompilerHost(options);
	const program = ts.createProgram([...files.keys()], options, {
		...host,
		fileExists: (path) => files.has(path) || host.fileExists(path),
		readFile: (path) => files.get(path) ?? host.readFile(path),
		getSourceFile(path, ...rest) {
			const text = files.get(path);
			return text === undefined ? host.getSourceFile(path, ...rest) : ts.createSourceFile(path, text, rest[0]);
		},
	});
	const found = [...files.keys()].flatMap((path) => {
		const file = program.getSourceFile(path);
		const wrong = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
		return wrong.map(({ messageText }) => `${path}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
	});
	expect(found).toEqual([]);
	expect(files.size).toBeGreaterThan(5);
});
