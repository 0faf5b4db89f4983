/** ONNX Runtime's C API as Limbeck's engine. */
import { productOf } from "../product-probe.js";
import type { Runtime } from "../runtime.js";
import { type Background, openBackground } from "./background.js";
import { type Engine, stackBytes } from "./engine.js";
import { createNativeSession } from "./session.js";

/**
 * What makes an engine's sessions. Its first session decides for this thread whether denormal numbers are flushed to
 * zero; a new thread takes that over where the system has it so, as POSIX wants. Where it does not, numbers would depend
 * on the thread: then all calls are made in this one. For the same reason koffi's own asynchronous calls are not used: the
 * threads of Node's pool are older than the setting, so results would differ, and dying moments would slow training down.
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
	const create: Runtime["createSession"] = (model, settings) =>
		createNativeSession(engine, model, settings, background);
	const data = await productOf(create, 2 ** -65, 2 ** -65);
	// As bits: a thread that flushes denormal numbers takes them for zero when it compares, too.
	return new Uint32Array(data.buffer, data.byteOffset, 1)[0] === 0;
}
