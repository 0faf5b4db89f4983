import { setTimeout } from "node:timers/promises";

import type { Task, Trainer } from "../serve.js";

/**
 * Limbeck's own side of the training benchmark.
 *
 * FIXME: a stand-in that sleeps for a millisecond a step, until the training step can be built from ../../dist.
 */
export function prepare({ threads }: Task): Promise<Trainer> {
	return Promise.resolve({
		about: `stand-in, trains nothing, ${String(threads)} threads`,
		async run(steps) {
			await setTimeout(steps);
			return 0;
		},
	});
}
