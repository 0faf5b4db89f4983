import type { SampleShape } from "../data/data-set.js";
import type { SampleData } from "../data/samples.js";
import { encodeModel } from "../onnx/encode.js";
import type { TensorOf } from "../onnx/tensor.js";
import { normalizer } from "../predict/normalizer.js";
import { outputOf, type Runtime, type Session } from "../runtime/runtime.js";
import { onlyNormalizes, type Preprocessing, preprocessingModel } from "./preprocess.js";
import { storedPreprocessing } from "./stored-preprocessing.js";

/** Makes a network's input of samples, outside its graph. */
export interface Preparer {
	/** @returns `[count, …]` in the form that the preprocessing gives. */
	prepare(samples: SampleData, count: number): Promise<Float32Array>;
	/** Frees the native memory. */
	release(): Promise<void>;
}

/** What a preparer must know. */
interface PreparerOptions {
	readonly sampleShape: SampleShape;
	readonly normalization: Preprocessing;
	readonly threads?: number;
}

/**
 * A preparer: the graph of `preprocess` in a session of its own, and, where that would only normalise, the same in
 * JavaScript, which is faster than a native call about few samples.
 */
export function createPreparer(runtime: Runtime, { sampleShape, normalization, threads }: PreparerOptions): Preparer {
	if (onlyNormalizes(normalization)) {
		const normalized = normalizer(normalization, sampleShape);
		return { prepare: (samples) => Promise.resolve(normalized(samples)), release: () => Promise.resolve() };
	}
	const sessions = new Map<"uint8" | "float", Promise<Session>>();
	const sessionFor = (type: "uint8" | "float"): Promise<Session> => {
		const made =
			sessions.get(type) ??
			runtime.createSession(
				encodeModel(preprocessingModel(type, sampleShape, normalization)),
				threads === undefined ? {} : { threads },
			);
		sessions.set(type, made);
		return made;
	};
	return {
		async prepare(data, count) {
			const dims = [count, ...sampleShape];
			const samples =
				data instanceof Uint8Array
					? ({ type: "uint8", dims, data } satisfies TensorOf<"uint8">)
					: ({ type: "float", dims, data } satisfies TensorOf<"float">);
			const session = await sessionFor(samples.type);
			return outputOf(await session.run({ samples }), "input", "float").data;
		},
		async release() {
			for (const session of sessions.values()) await (await session).release();
		},
	};
}

/** Preparers of samples, whatever was subtracted from these before they were stored. */
export interface Preparers {
	/** @param offsets - what was subtracted from each channel. */
	of(offsets: readonly number[] | undefined): Preparer;
	/** Frees the native memory. */
	release(): Promise<void>;
}

/** Makes each preparer when it is first needed. @throws LimbeckError as `storedPreprocessing` does. */
export function createPreparers(runtime: Runtime, options: PreparerOptions): Preparers {
	const made = new Map<string, Preparer>();
	return {
		of(offsets) {
			const key = String(offsets);
			const normalization = storedPreprocessing(options.normalization, offsets, options.sampleShape);
			const preparer = made.get(key) ?? createPreparer(runtime, { ...options, normalization });
			made.set(key, preparer);
			return preparer;
		},
		async release() {
			for (const preparer of made.values()) await preparer.release();
		},
	};
}
