/**
 * What Limbeck asks of an ONNX engine. `runtime/node.ts` fulfils it with the library of onnxruntime-node, through its C
 * API or its binding, `runtime/web.ts` with onnxruntime-web, over the same graphs.
 */
import type { DataType, Tensor } from "../onnx/tensor.js";
import type { Target } from "../ops/operator.js";
import type { DeviceName } from "./devices.js";

/** How a session is to run. */
export interface SessionOptions {
	/** What computes; the processor where absent, and what the device has no kernel for. */
	readonly device?: DeviceName;
	/** Threads inside one operator; the engine's own choice where absent. */
	readonly threads?: number;
	/**
	 * Whether the engine lays out the memory of a graph ahead, in one block; it does where absent. Small graphs run
	 * faster so; large ones take up to twice the memory.
	 */
	readonly planMemory?: boolean;
	/** Whether memory that a run lets go of is kept for the next one; it is where absent. */
	readonly arena?: boolean;
	/**
	 * Whether loading and runs leave the event loop free, where the engine can: in a thread of their own, at some 50 µs a
	 * run. They block it where absent.
	 */
	readonly background?: boolean;
	/** The beginning of a file's path: how long each operator took is written there, where the engine can. */
	readonly profile?: string;
}

/** How one run is done. */
export interface RunOptions {
	/**
	 * Tensors that receive outputs, by the outputs' names: what they hold is overwritten, and they are what the run
	 * returns. None may share memory with an input. After a run that failed, what they hold is undefined.
	 */
	readonly into?: Readonly<Record<string, Tensor | DeviceTensor>>;
	/** Ends the run. One that does not run in the background only hears it before it begins. */
	readonly stop?: AbortSignal;
}

/** A tensor in the memory of a device. Only the session that made it can use it. */
export interface DeviceTensor {
	readonly type: DataType;
	readonly dims: readonly number[];
	readonly device: DeviceName;
}

/** The memory of a session's device. Every tensor there is released with the session, if not before. */
export interface DeviceMemory {
	/** Whether an input is read there, or an output written; others lie where the caller's arrays do. */
	holds(name: string): boolean;
	/** Memory for a tensor. What it holds is undefined. */
	allocate(type: { readonly type: DataType; readonly dims: readonly number[] }): DeviceTensor;
	/** Copies a tensor there. */
	upload(from: Tensor, to: DeviceTensor): void;
	/** A copy of a tensor that lies there. */
	download(from: DeviceTensor): Tensor;
	/** Frees the memory of a tensor that lies there. */
	release(tensor: DeviceTensor): void;
}

/** How a session uses its device. */
export interface SessionDevice {
	readonly name: DeviceName;
	/** The device's own memory; absent where it shares that of the processor. */
	readonly memory?: DeviceMemory;
	/** Operators that run on the processor, since the device has no kernel for them, and how many of each. */
	readonly elsewhere: Readonly<Record<string, number>>;
}

/** A model made ready to run. */
export interface Session {
	/** Absent where the processor computes. */
	readonly device?: SessionDevice;
	/**
	 * Runs the model once.
	 *
	 * @param feeds - every input of the model by name; others are ignored. Leave them as they are until the run is done.
	 * @returns every output by name, but for those that a tensor on the device receives.
	 * @throws LimbeckError (`model`) with the engine's message; (`interrupted`) where it was stopped.
	 */
	run(
		feeds: Readonly<Record<string, Tensor | DeviceTensor>>,
		options?: RunOptions,
	): Promise<Readonly<Record<string, Tensor>>>;
	/** Frees the native memory, when the last run is done. */
	release(): Promise<void>;
}

/** An ONNX engine. */
export interface Runtime {
	readonly name: string;
	readonly version: string;
	/** Why it is not the engine that this platform is best served by. */
	readonly fallback?: string;
	/** Whether runs write straight into the caller's tensors; otherwise that is one more copy. */
	readonly writesInPlace: boolean;
	/** What it can do beyond ONNX on this machine. */
	readonly target: Target;
	/** Why a device does not work here; `undefined` where it does. */
	deviceRefusal(name: DeviceName): Promise<string | undefined>;
	/**
	 * @throws LimbeckError (`model`) where the engine refuses the model, (`environment`) where it cannot use the device.
	 */
	createSession(model: Uint8Array, options?: SessionOptions): Promise<Session>;
}

/** An output that must be there, of the type that the model declares. */
export function outputOf<T extends Tensor["type"]>(
	outputs: Readonly<Record<string, Tensor>>,
	name: string,
	type: T,
): Extract<Tensor, { readonly type: T }> {
	const tensor = outputs[name];
	if (tensor?.type === type) return tensor as Extract<Tensor, { readonly type: T }>;
	throw new TypeError(`output ${name}: expected ${type}, got ${tensor?.type ?? "nothing"}`);
}
