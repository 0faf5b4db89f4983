/** A training step on every device that works, and the operators that run on the processor there, with their cost. */
import { type DeviceName, deviceNames } from "../dist/runtime/devices.js";
import { nodeRuntime } from "../dist/runtime/node.js";
import { medianOf } from "./median.js";
import { profileOf } from "./profile.js";
import type { Net } from "./serve.js";

/** What a device does with a net. */
interface DeviceFigures {
	readonly device: DeviceName;
	/** The first step, which compiles kernels, and the median of the others. */
	readonly firstStepMs: number;
	readonly stepMs: number;
	/** Operators on the processor by name, ms a step. */
	readonly onProcessor: ReadonlyMap<string, number>;
}

/** Trains a net for some steps on every device that works here. */
export async function measureDevices(net: Net, batch: number, steps: number): Promise<readonly DeviceFigures[]> {
	const runtime = await nodeRuntime();
	const figures: DeviceFigures[] = [];
	for (const device of deviceNames) {
		if ((await runtime.deviceRefusal(device)) !== undefined) continue;
		const { callsMs, byOperator } = await profileOf({ net, batch, steps, device });
		const [first = 0, ...rest] = callsMs;
		const onProcessor = [...byOperator("CPUExecutionProvider")].map(([name, ms]) => [name, ms / steps] as const);
		figures.push({ device, firstStepMs: first, stepMs: medianOf(rest), onProcessor: new Map(onProcessor) });
	}
	return figures;
}
