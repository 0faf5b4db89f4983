/**
 * What Limbeck asks of an ONNX engine. `runtime/node.ts` fulfils it with onnxruntime-node, `runtime/web.ts` with
 * onnxruntime-web, over the same graphs.
 */
import type { Tensor } from "../onnx/tensor.js";
import type { Target } from "../ops/operator.js";

/** How a session is to run. */
export interface SessionOptions {
	/** Threads inside one operator; the engine's own choice where absent. */
	readonly threads?: number;
	/**
	 * Whether the engine lays out the memory of a graph ahead, in one block; it does where absent. Small graphs run
	 * faster so; large ones take up to twice the memory.
	 */
	readonly planMemory?: boolean;
}

/** A model made ready to run. */
export interface Session {
	/**
	 * Runs the model once.
	 *
	 * @param feeds - every input of the model by name.
	 * @returns every output by name.
	 * @throws LimbeckError (`model`) with the engine's message.
	 */
	run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
	/** Frees the native memory. */
	release(): Promise<void>;
}

/** An ONNX engine. */
export interface Runtime {
	readonly name: string;
	readonly version: string;
	/** What it can do beyond ONNX on this machine. */
	readonly target: Target;
	/** @throws LimbeckError (`model`) where the engine refuses the model. */
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
