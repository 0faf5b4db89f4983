// Compiles src/ into dist/ if a source is newer than the last build: `npm run build`, and the launcher in a checkout.
// Several builds may run at once: each compiles into a folder of its own, then renames file by file, so that nobody
// ever loads half a file.
//
// What the command line starts, its own processes included, is bundled besides, into dist/start/: most of a start is
// finding and opening files, several hundred of them where they are not bundled. Those of packages are in it, with their
// licences; native ones are not. What the dashboard's pages run in a browser is bundled into one file.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

/** Where programs start, as modules below dist/. They find each other beside themselves: dist/start/ has no folders. */
const programs = ["cli/main", "cli/engine-probe", "pipeline/child", "data/loader-worker"];

/** What is not bundled: native code, and jiti, which loads parts of itself by their paths. */
const external = /^(node:|onnxruntime-|sharp|jiti|koffi)/;

/** What the dashboard's pages run, and its bundle below dist/. */
const client = { input: join(root, "src/dashboard/client/main.ts"), output: "dashboard/client.js" };

/** How long what earlier builds left in dist/start/ is kept: programs that run may still load it. */
const keptMs = 24 * 3600 * 1000;

/** tsc's record of what it compiled. Renamed last, and dated to the moment at which its build began. */
const buildInfo = join(dist, ".tsbuildinfo");

/**
 * Brings dist/ up to date. Where tsc fails, dist/ stays as it was.
 *
 * @returns the exit code: 0, or 1 once the reason is on stderr.
 */
export async function build() {
	if (isFresh()) return 0;
	const compiler = findCompiler();
	if (compiler === undefined) {
		console.error("limbeck: expected node_modules/typescript to build with, got none. Run npm ci first.");
		return 1;
	}
	console.error(`limbeck: building${fs.existsSync(buildInfo) ? "" : " (first run)"}…`);
	const began = new Date();
	// A sibling of dist/: source maps and build information hold relative paths.
	const folder = fs.mkdtempSync(join(root, ".build-"));
	const newBuildInfo = join(folder, ".tsbuildinfo");
	try {
		if (fs.existsSync(buildInfo)) fs.copyFileSync(buildInfo, newBuildInfo);
		if (!compile(compiler, folder, newBuildInfo)) return 1;
		fs.utimesSync(newBuildInfo, began, began);
		await bundleClient(join(folder, client.output));
		publish(folder);
		// tsc writes only what has changed: all of it is in dist/.
		await bundle(join(folder, "start"));
		publish(folder);
		removeOld(join(dist, "start"));
		move(newBuildInfo, buildInfo);
		return 0;
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

/** Whether the last build is at least as new as its configuration and everything in src/ but the tests. */
function isFresh() {
	const sources = fs.readdirSync(join(root, "src"), { recursive: true }).filter((name) => !name.endsWith(".test.ts"));
	const inputs = [
		"scripts/build.js",
		"tsconfig.json",
		"tsconfig.build.json",
		"src",
		...sources.map((name) => join("src", name)),
	];
	const built = modifiedAt(buildInfo);
	return inputs.every((name) => modifiedAt(join(root, name)) <= built);
}

/** When a file, or the list of a folder's files, was last changed; -Infinity where there is none. */
function modifiedAt(path) {
	return fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
}

/** The path of tsc, or undefined where TypeScript is not installed. */
function findCompiler() {
	try {
		return createRequire(import.meta.url).resolve("typescript/bin/tsc");
	} catch {
		return undefined;
	}
}

/** Runs tsc and returns whether it succeeded; what it says about a failure goes to stderr. */
function compile(compiler, folder, newBuildInfo) {
	const options = ["-p", "tsconfig.build.json", "--outDir", folder, "--tsBuildInfoFile", newBuildInfo];
	const result = spawnSync(process.execPath, [compiler, ...options], { cwd: root, encoding: "utf8" });
	if (result.status !== 0) console.error(`${result.stdout}${result.stderr}limbeck: the build failed`);
	return result.status === 0;
}

/** Bundles what starts into a folder, from dist/; programs share what they have in common. */
async function bundle(folder) {
	const { rolldown } = await import("rolldown");
	const input = programs.map((name) => join(dist, `${name}.js`));
	const bundled = await rolldown({ input, external, platform: "node", logLevel: "warn" });
	const { output } = await bundled.write({ dir: folder, format: "esm", chunkFileNames: "[name]-[hash].js" });
	const modules = output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
	fs.writeFileSync(join(folder, "LICENSES.txt"), licencesOf(modules));
}

/** Bundles what the dashboard's pages run into a file: one script, as their policy allows none within a page. */
async function bundleClient(file) {
	const { rolldown } = await import("rolldown");
	const resolve = { extensionAlias: { ".js": [".ts"] } };
	const bundled = await rolldown({ input: client.input, resolve, platform: "browser", logLevel: "warn" });
	await bundled.write({ file, format: "iife" });
}

/** The licences of the packages that modules belong to. */
function licencesOf(modules) {
	const packages = new Set(modules.flatMap((path) => path.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0] ?? []));
	return [...packages]
		.sort()
		.map((path) => {
			const { name, version, license } = JSON.parse(fs.readFileSync(join(path, "package.json"), "utf8"));
			const file = fs.readdirSync(path).find((one) => /^licen[cs]e/i.test(one));
			const text = file === undefined ? "" : `\n${fs.readFileSync(join(path, file), "utf8").trim()}\n`;
			return `${name} ${version}: ${license}\n${text}`;
		})
		.join(`\n${"-".repeat(80)}\n\n`);
}

/** Removes what earlier builds left, when nobody runs it any more. */
function removeOld(folder) {
	for (const file of filesBelow(folder)) {
		if (Date.now() - modifiedAt(join(folder, file)) > keptMs) fs.rmSync(join(folder, file), { force: true });
	}
}

/** The paths of all files below a folder, relative to it. */
function filesBelow(folder) {
	const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
	return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** Renames what a build has made into dist/. */
function publish(folder) {
	for (const file of filesBelow(folder)) {
		if (file !== ".tsbuildinfo") move(join(folder, file), join(dist, file));
	}
}

/** Renames a file, making the folder that it goes to. */
function move(from, to) {
	fs.mkdirSync(dirname(to), { recursive: true });
	fs.renameSync(from, to);
}

if (fs.realpathSync(process.argv[1]) === import.meta.filename) process.exitCode = await build();
