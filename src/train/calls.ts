/** The calls of a training with their data. */
import type { Chunk, Loader } from "../data/chunk.js";
import { nextChunk, type PlannedChunk, type PlanOptions } from "./plan.js";

/** The steps of one call, and their data. */
export type LoadedCall = PlannedChunk & { readonly chunk: Chunk };

/** The calls of a training, one after the other. */
export interface Calls {
	/**
	 * The next call; `undefined` after the last step.
	 *
	 * @param stepMs - how long a step takes, as far as is known.
	 */
	next(stepMs: number | undefined): Promise<LoadedCall | undefined>;
	/** Has the next call begin after this many steps. */
	goBack(step: number): void;
}

/** The calls of a plan from a step on. The data of the next are asked for before a call is handed out. */
export function createCalls(loader: Loader, plan: PlanOptions, first: number): Calls {
	const ask = (one: PlannedChunk | undefined, spent?: Chunk): Promise<Chunk> | undefined =>
		one === undefined ? undefined : loader.chunk(one.first, one.steps, spent);
	let planned = nextChunk(plan, first, undefined);
	let coming = ask(planned);
	let last: Chunk | undefined;
	let back: number | undefined;
	return {
		async next(stepMs) {
			if (back !== undefined) {
				planned = nextChunk(plan, back, stepMs);
				back = undefined;
				coming = ask(planned, await coming);
			}
			const chunk = await coming;
			if (planned === undefined || chunk === undefined) return undefined;
			const call = { ...planned, chunk };
			planned = nextChunk(plan, call.first + call.steps, stepMs);
			coming = ask(planned, last);
			last = chunk;
			return call;
		},
		goBack(step) {
			back = step;
		},
	};
}
