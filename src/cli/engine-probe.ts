/** The process in which `limbeck doctor` tries the engine: a native crash ends this process and no other. */
import { LimbeckError } from "../errors.js";
import { buildModel } from "../models/index.js";
import { mlp } from "../models/mlp.js";
import { encodeModel } from "../onnx/encode.js";
import { type DeviceState, deviceNames } from "../runtime/devices.js";
import { nodeRuntime } from "../runtime/node.js";
import { outputOf } from "../runtime/runtime.js";

/** What the probe tells: the engine, its execution providers, and why it is not a better one; or why it does not work. */
export type EngineAnswer =
	| {
			readonly name: string;
			readonly version: string;
			readonly providers: readonly string[];
			readonly fallback?: string;
			readonly devices: readonly DeviceState[];
	  }
	| { readonly failure: string };

/** Runs a linear classifier of four pixels: its bias is zero, so an empty image gives two logits of zero. */
async function probe(): Promise<EngineAnswer> {
	const runtime = await nodeRuntime();
	const spec = { family: "mlp", ...mlp.options.parse({ hidden: [] }) } as const;
	const model = buildModel(spec, { sampleShape: [1, 2, 2], classes: 2, seed: 1 });
	const session = await runtime.createSession(encodeModel(model));
	const input = { type: "float", dims: [1, 1, 2, 2], data: new Float32Array(4) } as const;
	const logits = outputOf(await session.run({ input }), "logits", "float").data;
	await session.release();
	if (logits.length !== 2 || logits.some((logit) => logit !== 0)) {
		return { failure: `a tiny model gave ${logits.join(", ")} where it had to give 0, 0` };
	}
	const ort = await import("onnxruntime-node");
	const providers = ort.listSupportedBackends().filter(({ bundled }) => bundled);
	const { name, version, fallback } = runtime;
	const devices: DeviceState[] = [];
	for (const device of deviceNames) {
		const refusal = await runtime.deviceRefusal(device);
		devices.push({ name: device, ...(refusal === undefined ? {} : { refusal }) });
	}
	return {
		name,
		version,
		providers: providers.map((provider) => provider.name),
		devices,
		...(fallback === undefined ? {} : { fallback }),
	};
}

async function answer(): Promise<EngineAnswer> {
	try {
		return await probe();
	} catch (error) {
		return { failure: error instanceof LimbeckError ? error.got : String(error) };
	}
}

process.send?.(await answer());
process.disconnect();
