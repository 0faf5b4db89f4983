/**
 * `npm run web -- [--out FOLDER] [--work FOLDER] [--set FIELD=VALUE …]`: builds the page, static files in web/dist.
 *
 * Its networks are trained here, with `limbeck distill`; what the store has is not trained again. `--set` changes their
 * recipe. `--work` is where they and the packed data are until the page has them.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { parseArgs, promisify } from "node:util";
import { gzip } from "node:zlib";
import { build } from "vite";
import { digits } from "../src/data/digits.js";
import { type Facts, files } from "./src/files.js";
import { packData } from "./src/packed-data.js";

const root = join(import.meta.dirname, "..");
const { values } = parseArgs({
	options: {
		out: { type: "string", default: join(import.meta.dirname, "dist") },
		work: { type: "string", default: join(import.meta.dirname, ".made") },
		set: { type: "string", multiple: true },
	},
});
const [out, work] = [resolve(values.out), resolve(values.work)];
/** What Vite copies as it is. */
const made = join(work, "public");

interface ShortReport {
	readonly data: { readonly test: number };
	readonly teacher: Omit<Facts, "tested">;
	readonly student: Omit<Facts, "tested">;
}

/** Trains the networks, and puts them where the page finds them. */
async function makeNetworks(settings: readonly string[]): Promise<void> {
	const run = join(work, "run");
	const changes = settings.flatMap((setting) => ["--set", setting]);
	const args = [join(root, "bin/limbeck.js"), "distill", "digits", "--quiet", "--out", run, ...changes];
	await promisify(execFile)(process.execPath, args, { cwd: root });
	await mkdir(join(made, "models"), { recursive: true });
	for (const name of ["teacher", "student"] as const)
		await copyFile(join(run, `${name}.onnx`), join(made, files[name]));
	// Our own report.
	const { data, teacher, student } = JSON.parse(await readFile(join(run, "report.json"), "utf8")) as ShortReport;
	const factsOf = ({ parameters, bytes, errors }: ShortReport["teacher"]): Facts => {
		return { parameters, bytes, errors, tested: data.test };
	};
	await writeFile(join(made, files.facts), JSON.stringify({ teacher: factsOf(teacher), student: factsOf(student) }));
}

async function makeData(): Promise<void> {
	await mkdir(join(made, "data"), { recursive: true });
	await writeFile(join(made, files.data), await promisify(gzip)(packData(await digits.load({})), { level: 9 }));
}

/** What only WebGPU needs: the service worker does not load it for everybody. */
const forWebGpu = /webgpu-engine|[.]asyncify-/;

/** Tells the service worker which files there are. */
async function listFiles(): Promise<void> {
	const entries = await readdir(out, { recursive: true, withFileTypes: true });
	const paths = entries
		.filter((entry) => entry.isFile() && entry.name !== "sw.js")
		.map((entry) => relative(out, join(entry.parentPath, entry.name)).split(sep).join("/"))
		.sort();
	const hash = createHash("sha256");
	for (const path of paths) hash.update(path).update(await readFile(join(out, path)));
	const version = hash.digest("hex").slice(0, 16);
	const wanted = paths.filter((path) => forWebGpu.test(path));
	const told = { version, paths: paths.filter((path) => !wanted.includes(path)), wanted };
	const constants = Object.entries(told).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
	const script = join(out, "sw.js");
	await writeFile(script, `const ${constants.join(",")};\n${await readFile(script, "utf8")}`);
}

await makeNetworks(values.set ?? []);
await makeData();
await build({ root: import.meta.dirname, publicDir: made, logLevel: "warn", build: { outDir: out } });
await listFiles();
const entries = await readdir(out, { recursive: true, withFileTypes: true });
const sizes = await Promise.all(
	entries.filter((entry) => entry.isFile()).map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
);
const megabytes = (sizes.reduce((sum, size) => sum + size, 0) / 1e6).toFixed(1);
process.stdout.write(`${relative(process.cwd(), out)}: ${sizes.length} files, ${megabytes} MB\n`);
