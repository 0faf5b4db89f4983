/** The promises whose tests break things: RELIABILITY, R1 to R15, as far as they are about files and processes. */
import { askerPromises } from "./askers.js";
import { diskPromises } from "./disk.js";
import { keyPromises } from "./keys.js";
import { memoryPromises } from "./memory.js";
import { numberPromises } from "./numbers.js";
import type { FaultPromise } from "./promise.js";
import { runPromises } from "./runs.js";

export const promises: Readonly<Record<string, FaultPromise>> = {
	...diskPromises,
	...runPromises,
	...askerPromises,
	...keyPromises,
	...numberPromises,
	...memoryPromises,
};
