/** ONNX Runtime's C API, loaded: what sessions are made with. */
import { LimbeckError } from "../../errors.js";
import { missingModule } from "../missing-module.js";
import { disableTelemetry } from "../telemetry.js";
import { apiVersion, bindApi, type Koffi, type OrtApi, openLibrary, received } from "./api.js";
import { libraryPath } from "./library.js";

/** What every session of a process shares. */
export interface Engine {
	readonly koffi: Koffi;
	/** The library's path, what keeps it loaded, and its version. */
	readonly library: string;
	readonly handle: unknown;
	readonly version: string;
	readonly api: OrtApi;
	/** Where the entries of `api` are. */
	readonly table: bigint;
	readonly environment: bigint;
	/** Says of tensors that they lie in this machine's own memory. */
	readonly memory: bigint;
	/** What gave the names of inputs and outputs. */
	readonly allocator: bigint;
}

/** As much as a main thread has: ONNX Runtime walks graphs by recursion, and koffi's own stack is smaller. */
export const stackBytes = 2 ** 23;

/** Errors alone. */
const logLevel = 3;

/**
 * Loads the library that onnxruntime-node ships.
 *
 * @throws LimbeckError (`environment`) that says why it cannot be used.
 */
export async function openEngine(): Promise<Engine> {
	disableTelemetry();
	const koffi = await loadKoffi();
	const library = libraryPath();
	const { handle, version, table } = openLibrary(koffi, library);
	if (table === null) {
		const expected = `a C API of version ${String(apiVersion)}`;
		throw new LimbeckError("environment", { where: library, expected, got: `ONNX Runtime ${version}, which is older` });
	}
	const api = bindApi(koffi, table);
	const environment = received((place) => {
		api.CreateEnv(logLevel, "limbeck", place);
	});
	const [arenaAllocator, defaultMemory] = [0, 0];
	const memory = received((place) => {
		api.CreateCpuMemoryInfo(arenaAllocator, defaultMemory, place);
	});
	const allocator = received((place) => {
		api.GetAllocatorWithDefaultOptions(place);
	});
	return { koffi, library, handle, version, api, table, environment, memory, allocator };
}

async function loadKoffi(): Promise<Koffi> {
	const koffi = await import("koffi").catch((cause: unknown) => {
		const hint = "It is an optional dependency: install with `--include=optional`.";
		throw missingModule("koffi", "its native module for this platform", hint, cause);
	});
	const mebibytes = (bytes = 0): string => `${String(bytes / 2 ** 20)} MiB`;
	const { sync_stack_size: stack } = koffi.config();
	if (stack !== undefined && stack >= stackBytes) return koffi;
	try {
		koffi.config({ sync_stack_size: stackBytes });
	} catch (cause) {
		const [expected, got] = [`a stack of ${mebibytes(stackBytes)}`, `the ${mebibytes(stack)} of its first use`];
		const hint = "Open Limbeck's runtime before other packages load libraries with koffi.";
		throw new LimbeckError("environment", { where: "koffi", expected, got, hint, cause });
	}
	return koffi;
}
