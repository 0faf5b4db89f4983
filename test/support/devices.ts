/** Devices in tests: WebGPU on a software Vulkan. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { deviceNames } from "../../src/runtime/devices.js";
import type { DeviceMemory, Runtime } from "../../src/runtime/runtime.js";
import { runtime } from "./graphs.js";

/**
 * SwiftShader's driver, which is beside Chromium. Mesa 22's lavapipe lacks `shaderSampledImageArrayDynamicIndexing` and
 * `shaderStorageImageArrayDynamicIndexing`, without which Dawn takes no adapter.
 */
const driver = join(
	dirname(process.env["LIMBECK_CHROMIUM"] ?? "/usr/lib/chromium/chromium"),
	"vk_swiftshader_icd.json",
);
if (existsSync(driver)) process.env["VK_ICD_FILENAMES"] ??= driver;

/** Why WebGPU does not work here; `undefined` where it does. */
export const noWebGpu = await runtime.deviceRefusal("webgpu");

/** The device that tests of training use: WebGPU, or the one that LIMBECK_TEST_DEVICE names. */
export const testDevice = z.enum(deviceNames).parse(process.env["LIMBECK_TEST_DEVICE"] ?? "webgpu");

/** Why it does not work here; `undefined` where it does. */
export const noTestDevice = await runtime.deviceRefusal(testDevice);

/** Tensors that have crossed between the processor and a device, by the sessions of an engine. */
export interface Transfers {
	up: number;
	down: number;
}

/** The engine, with a count of what crosses. */
export function countingTransfers(): { readonly engine: Runtime; readonly transfers: Transfers } {
	const transfers: Transfers = { up: 0, down: 0 };
	const counting = (memory: DeviceMemory): DeviceMemory => ({
		...memory,
		upload(from, to) {
			transfers.up++;
			memory.upload(from, to);
		},
		download(from) {
			transfers.down++;
			return memory.download(from);
		},
	});
	const createSession: Runtime["createSession"] = async (model, settings) => {
		const session = await runtime.createSession(model, settings);
		const { device } = session;
		if (device?.memory === undefined) return session;
		return { ...session, device: { ...device, memory: counting(device.memory) } };
	};
	return { engine: { ...runtime, createSession }, transfers };
}
