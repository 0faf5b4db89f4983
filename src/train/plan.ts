/** How a run is cut into native calls, and how the engine takes their steps. */
import type { OnnxModel } from "../onnx/model.js";
import { elementCount } from "../onnx/tensor.js";
import type { Carried } from "./update.js";

/** Consecutive steps that one native call takes. */
export interface PlannedChunk {
	readonly first: number;
	readonly steps: number;
	/** Whether the validation split is looked at after it. */
	readonly validate: boolean;
}

/** What decides how a run is cut. */
export interface PlanOptions {
	readonly totalSteps: number;
	/** Looks at the validation split, at equal distances. */
	readonly looks: number;
	/** Bytes of samples in a step. */
	readonly bytesPerStep: number;
	/** Bytes of weights and optimizer state, which cross into JavaScript and back with every call. */
	readonly stateBytes: number;
}

/** Samples of one call: few enough to be in a cache when they are used, many times the state that crosses with them. */
const leastBytes = 2 ** 22;
const mostBytes = 2 ** 25;
const samplesOverState = 8;
const mostSteps = 512;

/** Validation looks at a run at most once an epoch and at most so often. */
const mostLooks = 20;

/** How often the validation split is looked at in a run of so many epochs. */
export function looksOf(epochs: number): number {
	return Math.max(1, Math.min(mostLooks, Math.floor(epochs)));
}

/** Bytes of what a training graph carries. */
export function stateBytesOf({ carried }: { readonly carried: readonly Carried[] }): number {
	return carried.reduce((sum, { dims }) => sum + 4 * elementCount(dims), 0);
}

/** Cuts a run into native calls, so that one ends at each look at the validation split. */
export function planChunks({ totalSteps, looks, bytesPerStep, stateBytes }: PlanOptions): readonly PlannedChunk[] {
	const bytes = Math.min(mostBytes, Math.max(leastBytes, samplesOverState * stateBytes));
	const longest = Math.max(1, Math.min(mostSteps, Math.floor(bytes / bytesPerStep)));
	const ends = Math.min(looks, totalSteps);
	const chunks: PlannedChunk[] = [];
	for (let look = 1, first = 0; look <= ends; look++) {
		const end = Math.round((totalSteps * look) / ends);
		for (; first < end; first += Math.min(longest, end - first)) {
			const steps = Math.min(longest, end - first);
			chunks.push({ first, steps, validate: first + steps === end });
		}
	}
	return chunks;
}

/** Multiply-adds of a product below which a second thread costs more than it does (measured on two cores). */
const productForThreads = 2 ** 23;

/** How the engine takes the steps of a training graph. */
export interface Execution {
	/** As many as the engine likes where absent. */
	readonly threads?: number;
	/** Whether memory is laid out ahead in one block. */
	readonly planMemory: boolean;
	/** Steps in one turn of the loop. */
	readonly stepsATurn: number;
}

/**
 * How a model is best trained.
 *
 * - Fully connected nets of small layers take one thread: they are faster that way, and leave the other cores to the
 *   loader.
 * - Fully connected nets take several steps a turn, with memory laid out ahead: the weights are most of what a step
 *   touches, and are then updated in place. In other nets activations are, and either would double their memory for
 *   no gain in time.
 *
 * @param most - threads that may be used; as many as the engine likes where absent.
 */
export function executionOf({ graph }: OnnxModel, batch: number, most?: number): Execution {
	const connected = graph.nodes.every(({ opType }) => opType !== "Conv" && opType !== "MatMul");
	const largest = Math.max(0, ...graph.initializers.map(({ tensor }) => elementCount(tensor.dims)));
	const threads = connected && largest * batch < productForThreads ? 1 : most;
	return { planMemory: connected, stepsATurn: connected ? 4 : 1, ...(threads === undefined ? {} : { threads }) };
}
