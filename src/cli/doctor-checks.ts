/** What `limbeck doctor` looks at. */
import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { join } from "node:path";
import { findDataFolder } from "../console/data-folder.js";
import type { DataSetFacts } from "../data/data-set.js";
import { userCacheFolder } from "../data/folders.js";
import { publishedDataSets } from "../data/index.js";
import { fileError } from "../files.js";
import { type DeviceState, devices } from "../runtime/devices.js";
import type { EngineAnswer } from "./engine-probe.js";

/** One thing that was looked at. */
export interface Check {
	readonly name: string;
	/** `note`: something that can be done without. `problem`: Limbeck does not work like this. */
	readonly status: "ok" | "note" | "problem";
	readonly found: string;
	/** How to mend it. */
	readonly hint?: string;
}

/** Looks at everything, in the order in which to mend it. */
export async function runChecks(): Promise<readonly Check[]> {
	return [
		checkNode(process.versions.node),
		...(await checkEngine()),
		await checkProcessor(),
		checkMemory(),
		await checkCache(userCacheFolder(process.env, process.platform)),
		...(await Promise.all(Object.entries(publishedDataSets).map(([name, entry]) => checkData(name, entry)))),
	];
}

/** The launcher refuses an older Node before this runs; whoever gets here another way is told, too. */
function checkNode(version: string): Check {
	const [major = 0, minor = 0] = version.split(".").map(Number);
	const found = `${version} on ${process.platform}-${process.arch}`;
	if (major > 20 || (major === 20 && minor >= 19)) return { name: "Node", status: "ok", found };
	return { name: "Node", status: "problem", found, hint: "Install Node 20.19 or later." };
}

/** How long the engine may take to run a tiny model. */
const engineTimeout = 60_000;

async function checkEngine(): Promise<readonly Check[]> {
	const name = "onnxruntime-node";
	const answer = await askEngine();
	if (!("failure" in answer)) {
		const { version, providers, fallback } = answer;
		const found = `${version}, runs a model, through ${answer.name}; providers: ${providers.join(", ")}`;
		const engine: Check =
			fallback === undefined
				? { name, status: "ok", found }
				: { name, status: "note", found: `${found}. The same results, but each call copies. The reason: ${fallback}` };
		return [engine, ...answer.devices.map(checkDevice)];
	}
	const hint =
		"Install again. Where the install script of onnxruntime-node cannot download what it wants (CUDA, on Linux x64), " +
		"leave it out: `npm install limbeck --ignore-scripts`, or ONNXRUNTIME_NODE_INSTALL=skip npm install limbeck";
	return [{ name, status: "problem", found: answer.failure, hint }];
}

function checkDevice({ name, refusal }: DeviceState): Check {
	const check = { name: `device ${name}` };
	if (refusal === undefined) return { ...check, status: "ok", found: `trains networks: --device ${name}` };
	return { ...check, status: "note", found: `not here: ${refusal}`, hint: devices[name].hint };
}

/** Runs the probe in a process of its own. */
function askEngine(): Promise<EngineAnswer> {
	return new Promise((resolve) => {
		const probe = new URL("./engine-probe.js", import.meta.url);
		const child = fork(probe, { stdio: ["ignore", "ignore", "pipe", "ipc"], timeout: engineTimeout });
		let answer: EngineAnswer | undefined;
		let errorText = "";
		child.stderr?.on("data", (text: Buffer) => {
			errorText = (errorText + text.toString()).slice(-500);
		});
		child.on("message", (message: EngineAnswer) => {
			answer = message;
		});
		child.on("error", (error) => {
			resolve({ failure: error.message });
		});
		child.on("close", (code, signal) => {
			resolve(
				answer ?? { failure: `its process ended with ${signal ?? `exit code ${String(code)}`} ${errorText}`.trim() },
			);
		});
	});
}

/** Instruction sets that ONNX Runtime's kernels make use of, as Linux names them. */
const usefulFeatures = ["avx2", "avx512f", "avx512_vnni", "amx_tile", "asimd", "sve"];

async function checkProcessor(): Promise<Check> {
	// Only Linux tells by reading a file.
	const text = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
	const flags = new Set(/^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1]?.trim().split(" "));
	const features = usefulFeatures.filter((feature) => flags.has(feature));
	const model = cpus()[0]?.model.trim() ?? "unknown";
	const threads = availableParallelism();
	const found = [model, `${threads} ${threads === 1 ? "thread" : "threads"}`, ...features].join(", ");
	return { name: "processor", status: "ok", found };
}

/** The mnist recipe peaks below this. */
const enoughMemory = 2 ** 30;

function checkMemory(): Check {
	const found = `${gigabytes(freemem())} GB free of ${gigabytes(totalmem())} GB`;
	if (totalmem() >= enoughMemory) return { name: "memory", status: "ok", found };
	return { name: "memory", status: "note", found, hint: "Large networks may not fit: try smaller ones." };
}

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);

async function checkCache(folder: string): Promise<Check> {
	const trial = join(folder, `.doctor-${randomUUID()}`);
	try {
		await mkdir(folder, { recursive: true });
		await writeFile(trial, "");
		await rm(trial);
		return { name: "cache folder", status: "ok", found: `${folder} can be written` };
	} catch (error) {
		const { expected, got } = fileError(error, folder);
		const hint = "Make it writable, or name another: XDG_CACHE_HOME (all of the cache) or LIMBECK_DATA (data sets).";
		return { name: "cache folder", status: "problem", found: `${folder}: expected ${expected}, got ${got}`, hint };
	}
}

async function checkData(name: string, entry: DataSetFacts): Promise<Check> {
	const found = await findDataFolder(name, entry);
	const check = { name: `data set ${name}` };
	if (found === undefined) return { ...check, status: "ok", found: "comes with Limbeck" };
	if (found.complete) return { ...check, status: "ok", found: `in ${found.folder}` };
	return { ...check, status: "note", found: "not here", hint: `To fetch it: limbeck data get ${name}` };
}
