import { join } from "node:path";
import js from "@eslint/js";
import { defineConfig, includeIgnoreFile } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
	includeIgnoreFile(join(import.meta.dirname, ".gitignore")),
	{ linterOptions: { reportUnusedDisableDirectives: "error" } },
	js.configs.recommended,
	{
		files: ["**/*.ts"],
		extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
		languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
		rules: {
			// A number reads the same in a message as in a template; everything else must be formatted on purpose.
			"@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
		},
	},
	{
		// Plain scripts have no types to check by; names that are not defined are the mistake to look for.
		files: ["**/*.{js,cjs,mjs}"],
		languageOptions: {
			globals: Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, "readonly"])),
		},
	},
	{
		rules: {
			eqeqeq: "error",
			"no-restricted-syntax": [
				"error",
				{
					selector: "ObjectExpression > SpreadElement > ObjectExpression",
					message: "Write the properties themselves; the formatter lays them out.",
				},
			],
		},
	},
	{
		files: ["src/**", "test/**"],
		rules: {
			// Randomness comes from src/random.ts: a run must be repeatable.
			"no-restricted-properties": ["error", { object: "Math", property: "random" }],
		},
	},
	{
		// Only programs print; the library reports through its callers.
		files: ["src/**", "test/**"],
		ignores: ["src/cli/**"],
		rules: { "no-console": "error" },
	},
);
