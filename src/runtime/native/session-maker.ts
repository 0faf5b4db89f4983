/** ONNX Runtime's C API as Limbeck's engine. */
import { encodeModel } from "../../onnx/encode.js";
import type { OnnxModel } from "../../onnx/model.js";
import { outputOf, type Runtime } from "../runtime.js";
import { type Background, openBackground } from "./background.js";
import { type Engine, stackBytes } from "./engine.js";
import { createNativeSession } from "./session.js";

/**
 * What makes an engine's sessions. Its first session decides for this thread whether denormal numbers are flushed to
 * zero; a new thread takes that over where the system has it so, as POSIX wants. Where it does not, numbers would depend
 * on the thread: then all calls are made in this one.
 */
export async function sessionMaker(engine: Engine): Promise<Runtime["createSession"]> {
	const flushed = await flushes(engine);
	let background: Promise<Background | undefined> | undefined;
	const start = async (): Promise<Background | undefined> => {
		const started = openBackground({ koffi: engine.koffi, library: engine.library, stackBytes });
		if ((await flushes(engine, started)) === flushed) return started;
		await started.close();
		return undefined;
	};
	return async (model, settings = {}) => {
		if (settings.background === true) background ??= start();
		return createNativeSession(engine, model, settings, settings.background === true ? await background : undefined);
	};
}

/** Whether calls make zero of a denormal number. */
async function flushes(engine: Engine, background?: Background): Promise<boolean> {
	const session = await createNativeSession(engine, encodeModel(product), { threads: 1 }, background);
	const small = { type: "float", dims: [], data: Float32Array.of(2 ** -65) } as const;
	const { data } = outputOf(await session.run({ x: small, y: small }), "z", "float");
	await session.release();
	// As bits: a thread that flushes denormal numbers takes them for zero when it compares, too.
	return new Uint32Array(data.buffer, data.byteOffset, 1)[0] === 0;
}

const scalar = { type: "float", dims: [] } as const;

/** z = x y. */
const product: OnnxModel = {
	irVersion: 10,
	opsetImports: new Map([["", 21]]),
	producerName: "limbeck",
	producerVersion: "",
	metadata: new Map(),
	graph: {
		name: "probe",
		inputs: [
			{ name: "x", ...scalar },
			{ name: "y", ...scalar },
		],
		outputs: [{ name: "z", ...scalar }],
		valueInfos: [],
		initializers: [],
		nodes: [{ name: "z", opType: "Mul", domain: "", inputs: ["x", "y"], outputs: ["z"], attributes: new Map() }],
	},
};
