/** Finds the size of a channel block in ONNX Runtime's blocked layout, which depends on the processor. */
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import type { Tensor } from "../onnx/tensor.js";
import type { Target } from "../ops/operator.js";

/** As many channels as the largest block. */
const channels = 16;
const domain = "com.microsoft.nchwc";

/** A graph that reorders an image of two pixels, and that image: 0 and 1 are the pixels of the first channel. */
export function blockProbe(): { readonly model: Uint8Array; readonly input: Readonly<Record<string, Tensor>> } {
	const dims = [1, channels, 2, 1];
	const model: OnnxModel = {
		irVersion: 10,
		opsetImports: new Map([
			["", 21],
			[domain, 1],
		]),
		producerName: "limbeck",
		producerVersion: "",
		metadata: new Map(),
		graph: {
			name: "probe",
			inputs: [{ name: "x", type: "float", dims }],
			outputs: [{ name: "y", type: "float", dims }],
			valueInfos: [],
			initializers: [],
			nodes: [{ name: "y", opType: "ReorderInput", domain, inputs: ["x"], outputs: ["y"], attributes: new Map() }],
		},
	};
	const data = Float32Array.from({ length: 2 * channels }, (_, index) => index);
	return { model: encodeModel(model), input: { x: { type: "float", dims, data } } };
}

/** What the probe's output says: the second pixel of the first channel comes after a block of first pixels. */
export function targetOf({ y }: Readonly<Record<string, Tensor>>): Target {
	const channelBlock = y?.type === "float" ? y.data.indexOf(1) : -1;
	return channelBlock > 1 ? { channelBlock } : {};
}
