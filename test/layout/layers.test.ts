import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const config = join(root, ".dependency-cruiser.cjs");
const cruiser = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");

interface Cruise {
	readonly summary: {
		readonly violations: readonly { readonly rule: { readonly name: string }; readonly from: string }[];
	};
}

/** The rules that imports break, in a source tree of these files: `from: rule`. */
async function violations(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-layers-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	await writeFile(join(folder, "tsconfig.json"), await readFile(join(root, "tsconfig.json")));
	for (const [path, text] of Object.entries(files)) {
		await mkdir(dirname(join(folder, path)), { recursive: true });
		await writeFile(join(folder, path), text);
	}
	const args = [cruiser, "src", "--config", config, "--output-type", "json"];
	const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
	const { summary } = JSON.parse(stdout) as Cruise;
	return summary.violations.map(({ rule, from }) => `${from}: ${rule.name}`).toSorted();
}

test("only evaluation can open a test split", async () => {
	const peek = 'import { loadTestSet } from "../data/test-sets.js";\nexport const peeked = loadTestSet;\n';
	const around = 'import { loadDigitsTest } from "../data/digits.js";\nexport const peeked = loadDigitsTest;\n';
	const found = await violations({
		"src/data/digits.ts": "export const digits = 1;\nexport const loadDigitsTest = 2;\n",
		"src/data/index.ts": 'export { digits } from "./digits.js";\n',
		"src/data/test-sets.ts": 'export { loadDigitsTest as loadTestSet } from "./digits.js";\n',
		"src/data/loader.ts": 'export { loadDigitsTest as next } from "./digits.js";\n',
		"src/distill/evaluate.ts": peek,
		"src/distill/train-network.ts": peek,
		"src/train/trainer.ts": peek,
		"src/train/teacher.ts": 'export const later = () => import("../data/test-sets.js");\n',
		"src/train/feed.ts": around,
		"src/train/trainer.test.ts": peek,
	});
	expect(found).toEqual([
		"src/data/loader.ts: data-sets-keep-their-test-splits-to-themselves",
		"src/distill/train-network.ts: only-evaluation-opens-the-test-split",
		"src/train/feed.ts: data-sets-are-reached-through-the-table",
		"src/train/teacher.ts: only-evaluation-opens-the-test-split",
		"src/train/trainer.ts: only-evaluation-opens-the-test-split",
	]);
});

test("only the evaluation of speech can open a test part", async () => {
	const found = await violations({
		"src/speech/corpora/fsdd.ts": "export const loadFsdd = 1;\nexport const loadFsddTest = 2;\n",
		"src/speech/corpora/index.ts": 'export { loadFsdd } from "./fsdd.js";\n',
		"src/speech/test-sets.ts": 'export { loadFsddTest } from "./corpora/fsdd.js";\n',
		"src/speech/evaluate.ts": 'import { loadFsddTest } from "./test-sets.js";\nexport const test = loadFsddTest;\n',
		"src/speech/align.ts": 'import { loadFsddTest } from "./test-sets.js";\nexport const test = loadFsddTest;\n',
		"src/pipeline/run.ts":
			'import { loadFsddTest } from "../speech/corpora/fsdd.js";\nexport const test = loadFsddTest;\n',
	});
	expect(found).toEqual([
		"src/pipeline/run.ts: corpora-keep-their-test-parts-to-themselves",
		"src/speech/align.ts: only-evaluation-opens-the-test-part",
	]);
});

test("the rules know every file that can open a test split", async () => {
	const { forbidden } = createRequire(import.meta.url)(config) as {
		readonly forbidden: readonly { readonly name: string; readonly to: { readonly path?: string } }[];
	};
	const rule = forbidden.find(({ name }) => name === "data-sets-are-reached-through-the-table");
	const guarded = new RegExp(rule?.to.path ?? "");
	const text = await readFile(join(root, "src/data/test-sets.ts"), "utf8");
	const files = Array.from(text.matchAll(/\{ load\w+Test \} from "\.\/(.+)\.js"/g), ([, file]) => file);
	expect(files).toHaveLength(9);
	for (const file of files) expect(`src/data/${file ?? ""}.ts`).toMatch(guarded);
});
