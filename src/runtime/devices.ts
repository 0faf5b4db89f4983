/** The devices that compute besides the processor, as ONNX Runtime's execution providers. */
import { LimbeckError } from "../errors.js";
import type { Target } from "../ops/operator.js";

/** A device other than the processor. */
interface Device {
	/** What ONNX Runtime calls its execution provider. */
	readonly provider: string;
	/** What training graphs may use there. */
	readonly target: Target;
	/** What makes it work where it does not. */
	readonly hint: string;
}

/** In the order in which `auto` tries them. Only WebGPU has been tried, on a software Vulkan. */
export const devices = {
	cuda: {
		provider: "CUDA",
		target: {},
		hint:
			"It needs Linux x64, an NVIDIA GPU, CUDA 12 with cuDNN 9, and the files that onnxruntime-node leaves out: " +
			"`node node_modules/onnxruntime-node/script/install` fetches them.",
	},
	coreml: { provider: "CoreML", target: {}, hint: "It needs macOS." },
	dml: { provider: "DML", target: {}, hint: "It needs Windows and a GPU with DirectX 12." },
	webgpu: {
		provider: "WebGPU",
		target: {
			lacks: new Set([
				"BatchNormalization in training",
				"FusedMatMul",
				"LogSoftmax",
				"Loop",
				"MaxPool with indices",
				"OneHot",
			]),
		},
		hint:
			"On Linux it needs a Vulkan driver that Dawn takes, such as that of a GPU, or SwiftShader, which comes with " +
			"Chromium (VK_ICD_FILENAMES names a driver's file). The software driver of Mesa 22, lavapipe, lacks what Dawn wants.",
	},
} as const satisfies Record<string, Device>;

/** A device other than the processor. */
export type DeviceName = keyof typeof devices;

/** The devices in the order in which `auto` tries them. */
// The keys of the table.
export const deviceNames = Object.keys(devices) as readonly DeviceName[];

/** What a user may ask for. */
export const deviceChoices = ["cpu", ...deviceNames, "auto"] as const;

/** A device that a user asks for: `auto` is the first that works, or the processor. */
export type DeviceChoice = (typeof deviceChoices)[number];

/** Whether a device works here. */
export interface DeviceState {
	readonly name: DeviceName;
	/** Why it does not; absent where it does. */
	readonly refusal?: string;
}

/**
 * The device that trains a network, `undefined` for the processor.
 *
 * @param choice - what its recipe says.
 * @throws LimbeckError (`environment`) for a device that does not work here.
 */
export type PlaceOn = (choice: DeviceChoice | undefined) => Promise<DeviceName | undefined>;

/** The error (`environment`) for a device that does not work here. */
export function deviceError(name: DeviceName, got: string, cause?: unknown): LimbeckError {
	const hint = `${devices[name].hint} \`limbeck doctor\` lists the devices that work here.`;
	const expected = "a device that ONNX Runtime can use here";
	return new LimbeckError("environment", { where: `device ${name}`, expected, got, hint, cause });
}

/**
 * The device that is meant; `undefined` for the processor.
 *
 * @param refusalOf - why a device does not work here; `undefined` where it does.
 * @throws LimbeckError (`environment`) where a device is named that does not work.
 */
export async function chosenDevice(
	choice: DeviceChoice,
	refusalOf: (name: DeviceName) => Promise<string | undefined>,
): Promise<DeviceName | undefined> {
	if (choice === "cpu") return undefined;
	if (choice !== "auto") {
		const refusal = await refusalOf(choice);
		if (refusal === undefined) return choice;
		throw deviceError(choice, refusal);
	}
	for (const name of deviceNames) if ((await refusalOf(name)) === undefined) return name;
	return undefined;
}
