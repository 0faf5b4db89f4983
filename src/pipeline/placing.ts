/** Which device trains a network. */
import type { Notice } from "../notices.js";
import { chosenDevice, type DeviceChoice, type DeviceName, type PlaceOn } from "../runtime/devices.js";
import { type RunStepOptions, runStep } from "./run-step.js";

/** How devices are tried, and who hears what was chosen. */
export interface PlacingOptions extends RunStepOptions {
	readonly onNotice?: ((notice: Notice) => void) | undefined;
}

/**
 * Tries each device that is asked for once, in a process that runs nothing else.
 *
 * @param ofRun - the device of all networks; that of their recipe, or else the processor, where absent.
 */
export function placing(ofRun: DeviceChoice | undefined, { onNotice, ...options }: PlacingOptions): PlaceOn {
	const tried = new Map<DeviceName, Promise<string | undefined>>();
	const refusalOf = (name: DeviceName): Promise<string | undefined> => {
		const refusal = tried.get(name) ?? runStep("device", { name }, options).then((answer) => answer.refusal);
		tried.set(name, refusal);
		return refusal;
	};
	let isTold = false;
	return async (ofRecipe = "cpu") => {
		const choice = ofRun ?? ofRecipe;
		const found = await chosenDevice(choice, refusalOf);
		if (choice === "auto" && !isTold) {
			isTold = true;
			const where = found ?? "the processor: no other device works here";
			onNotice?.({ code: "device", text: `Networks with the device auto are trained on ${where}.` });
		}
		return found;
	};
}
