/**
 * The entries of ONNX Runtime's C API that are used, as one table; and the one place that knows what koffi gives.
 *
 * Source: `OrtApi` in onnxruntime_c_api.h. It is a table of functions that only ever grows: an entry keeps its index.
 */
export type Koffi = typeof import("koffi");

/** Memory: its address, or the array that holds it; `null` for none. */
export type Place = bigint | NodeJS.ArrayBufferView | null;

/** The version of the C API that is asked for. No entry below is newer. */
export const apiVersion = 24;

/** What arguments are in C. Paths are wide on Windows alone. */
const kinds = {
	place: "void *",
	int: "int",
	size: "size_t",
	text: "const char *",
	path: process.platform === "win32" ? "const char16_t *" : "const char *",
} as const;

type Kind = keyof typeof kinds;

/** What arguments are in TypeScript. */
interface Arguments {
	readonly place: Place;
	readonly int: number;
	readonly size: number;
	readonly text: string;
	readonly path: string;
}

/** What results are in C. */
const results = { status: "void *", text: "const char *", nothing: "void" } as const;

/** What results are in TypeScript: a status becomes an error, or nothing. */
interface Results {
	readonly status: undefined;
	readonly text: string;
	readonly nothing: undefined;
}

interface Entry {
	/** Its place in `OrtApi`. */
	readonly index: number;
	readonly takes: readonly Kind[];
	readonly gives: keyof typeof results;
}

function status<const T extends readonly Kind[]>(index: number, ...takes: T) {
	return { index, takes, gives: "status" } as const;
}

function nothing<const T extends readonly Kind[]>(index: number, ...takes: T) {
	return { index, takes, gives: "nothing" } as const;
}

const entries = {
	GetErrorMessage: { index: 2, takes: ["place"], gives: "text" },
	CreateEnv: status(3, "int", "text", "place"),
	CreateSessionFromArray: status(8, "place", "place", "size", "place", "place"),
	Run: status(9, "place", "place", "place", "place", "size", "place", "size", "place"),
	CreateSessionOptions: status(10, "place"),
	EnableProfiling: status(14, "place", "path"),
	DisableMemPattern: status(17, "place"),
	DisableCpuMemArena: status(19, "place"),
	SetSessionLogSeverityLevel: status(22, "place", "int"),
	SetSessionGraphOptimizationLevel: status(23, "place", "int"),
	SetIntraOpNumThreads: status(24, "place", "int"),
	SessionGetInputCount: status(30, "place", "place"),
	SessionGetOutputCount: status(31, "place", "place"),
	SessionGetInputName: status(36, "place", "size", "place", "place"),
	SessionGetOutputName: status(37, "place", "size", "place", "place"),
	CreateRunOptions: status(39, "place"),
	RunOptionsSetTerminate: status(46, "place"),
	CreateTensorAsOrtValue: status(48, "place", "place", "size", "int", "place"),
	CreateTensorWithDataAsOrtValue: status(49, "place", "place", "size", "place", "size", "int", "place"),
	GetTensorMutableData: status(51, "place", "place"),
	GetTensorElementType: status(60, "place", "place"),
	GetDimensionsCount: status(61, "place", "place"),
	GetDimensions: status(62, "place", "place", "size"),
	GetTensorTypeAndShape: status(65, "place", "place"),
	CreateCpuMemoryInfo: status(69, "int", "int", "place"),
	AllocatorFree: status(76, "place", "place"),
	GetAllocatorWithDefaultOptions: status(78, "place"),
	ReleaseStatus: nothing(93, "place"),
	ReleaseSession: nothing(95, "place"),
	ReleaseValue: nothing(96, "place"),
	ReleaseRunOptions: nothing(97, "place"),
	ReleaseTensorTypeAndShapeInfo: nothing(99, "place"),
	ReleaseSessionOptions: nothing(100, "place"),
	AddSessionConfigEntry: status(130, "place", "text", "text"),
	CreateAllocator: status(131, "place", "place", "place"),
	ReleaseAllocator: nothing(132, "place"),
	SessionOptionsAppendExecutionProvider_CUDA_V2: status(204, "place", "place"),
	CreateCUDAProviderOptions: status(205, "place"),
	ReleaseCUDAProviderOptions: nothing(208, "place"),
	SessionOptionsAppendExecutionProvider: status(216, "place", "text", "place", "place", "size"),
	MemoryInfoGetDeviceType: nothing(225, "place", "place"),
	SessionGetMemoryInfoForInputs: status(380, "place", "place", "size"),
	SessionGetMemoryInfoForOutputs: status(381, "place", "place", "size"),
	CopyTensors: status(386, "place", "place", "place", "place", "size"),
	Session_GetEpGraphAssignmentInfo: status(407, "place", "place", "place"),
	EpAssignedSubgraph_GetEpName: status(408, "place", "place"),
	EpAssignedSubgraph_GetNodes: status(409, "place", "place", "place"),
	EpAssignedNode_GetOperatorType: status(412, "place", "place"),
} as const satisfies Record<string, Entry>;

type Entries = typeof entries;

/** The entries as functions. Those that give a status throw an `Error` with ONNX Runtime's own text. */
export type OrtApi = {
	readonly [N in keyof Entries]: (...given: Given<Entries[N]["takes"]>) => Results[Entries[N]["gives"]];
};

type Given<T extends readonly Kind[]> = { readonly [I in keyof T]: Arguments[T[I]] };

/** An entry as plain data, for another thread to call: where it is, and what it takes. */
export interface Callable {
	readonly address: bigint;
	readonly result: string;
	readonly takes: readonly string[];
}

/** What koffi makes of a function of C. */
type Native = (...given: readonly unknown[]) => unknown;

/** Finds an entry in a table of functions. */
export function locate(koffi: Koffi, table: bigint, name: keyof OrtApi): Callable {
	const { index, takes, gives }: Entry = entries[name];
	// Pointers are read as such.
	const address = koffi.decode(table, index * koffi.sizeof("void *"), "void *") as bigint;
	return { address, result: results[gives], takes: takes.map((kind) => kinds[kind]) };
}

/** A function of C. */
function native(koffi: Koffi, { address, result, takes }: Callable): Native {
	// A prototype decodes as a function.
	return koffi.decode(address, koffi.proto(result, [...takes])) as Native;
}

/** The functions of a table. */
export function bindApi(koffi: Koffi, table: bigint): OrtApi {
	const bound = (name: keyof OrtApi): Native => native(koffi, locate(koffi, table, name));
	const check = checker(bound("GetErrorMessage"), bound("ReleaseStatus"));
	const checked = (call: Native): Native => {
		return (...given) => {
			check(call(...given));
		};
	};
	const functions = Object.keys(entries).map((key) => {
		// Of these very entries.
		const name = key as keyof OrtApi;
		return [name, entries[name].gives === "status" ? checked(bound(name)) : bound(name)];
	});
	// Each is what the table says of the entry of its name.
	return Object.fromEntries(functions) as OrtApi;
}

function checker(messageOf: Native, release: Native): (status: unknown) => void {
	return (status) => {
		if (status === null) return;
		const message = String(messageOf(status));
		release(status);
		throw new Error(message);
	};
}

/** Throws what a status says that another thread was given. */
export function throwIfFailed({ GetErrorMessage, ReleaseStatus }: OrtApi, status: bigint | null): void {
	checker(GetErrorMessage as Native, ReleaseStatus as Native)(status);
}

/** A library of ONNX Runtime. */
export interface Library {
	/** koffi unloads the library, while it is in use, when this is collected. */
	readonly handle: unknown;
	readonly version: string;
	/** Its table of functions, where it is as new as is asked for. */
	readonly table: bigint | null;
}

/** @throws Error where it cannot be loaded. */
export function openLibrary(koffi: Koffi, path: string): Library {
	const library = koffi.load(path);
	// OrtApiBase: GetApi, then GetVersionString. Pointers are read as such, and texts.
	const base = library.func("OrtGetApiBase", "void *", [])() as bigint;
	const [getApi, getVersion] = [0, 1].map(
		(index) => koffi.decode(base, index * koffi.sizeof("void *"), "void *") as bigint,
	);
	const call = (address: bigint | undefined, result: string, takes: readonly string[], ...given: readonly unknown[]) =>
		koffi.call(address, koffi.proto(result, [...takes]), ...given) as unknown;
	return {
		handle: library,
		version: String(call(getVersion, "const char *", [])),
		table: call(getApi, "void *", ["uint32_t"], apiVersion) as bigint | null,
	};
}

/** Where calls write addresses. Making an array that native code can write to takes longer than most calls. */
const place = new BigUint64Array(1);

/** The address that a call writes, which it does before it returns. */
export function received(write: (place: BigUint64Array) => void): bigint {
	write(place);
	return place[0] ?? 0n;
}

/** A copy of what is in memory that is not JavaScript's. */
export function copied(koffi: Koffi, address: bigint, bytes: number): ArrayBuffer {
	if (bytes === 0) return new ArrayBuffer(0);
	// Numbers are read as typed arrays of their own.
	return (koffi.decode(address, "uint8_t", bytes) as Uint8Array<ArrayBuffer>).buffer;
}
