/** How a run is cut into native calls, and how the engine takes their steps. */
import type { SampleShape } from "../data/data-set.js";
import { multiplyAdds } from "../metrics/index.js";
import type { OnnxModel } from "../onnx/model.js";
import { elementCount } from "../onnx/tensor.js";
import type { DeviceName } from "../runtime/devices.js";
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
	/** Bytes of weights and optimizer state, which every call reads and writes whole. */
	readonly stateBytes: number;
}

/** Samples of one call: few enough to be in a cache when they are used, many times the state that crosses with them. */
const leastBytes = 2 ** 22;
const mostBytes = 2 ** 25;
const samplesOverState = 8;
const mostSteps = 512;

/**
 * How long a call may take: nothing can stop it, and a signal has to be heard. Where much crosses with every call, and
 * takes a good part of a second, twice as long.
 */
const longestCallMs = 1500;
const muchStateBytes = 2 ** 27;

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

/**
 * The most steps that one native call takes, however fast they are.
 *
 * @public Benchmarks take as many.
 */
export function longestCall({ bytesPerStep, stateBytes }: Pick<PlanOptions, "bytesPerStep" | "stateBytes">): number {
	const bytes = Math.min(mostBytes, Math.max(leastBytes, samplesOverState * stateBytes));
	return Math.max(1, Math.min(mostSteps, Math.floor(bytes / bytesPerStep)));
}

/**
 * The native call that takes step `first`. Each look at the validation split ends one. How a run is cut changes nothing
 * in its result.
 *
 * @param stepMs - how long a step takes, as far as is known; where it is not, one is tried alone.
 * @returns `undefined` where all steps are taken.
 */
export function nextChunk(options: PlanOptions, first: number, stepMs: number | undefined): PlannedChunk | undefined {
	const { totalSteps, looks } = options;
	if (first >= totalSteps) return undefined;
	const ends = Math.min(looks, totalSteps);
	const endOf = (look: number): number => Math.round((totalSteps * look) / ends);
	const look = Array.from({ length: ends }, (_, index) => index + 1).find((one) => endOf(one) > first) ?? ends;
	const callMs = options.stateBytes > muchStateBytes ? 2 * longestCallMs : longestCallMs;
	const intime = stepMs === undefined ? 1 : Math.max(1, Math.floor(callMs / stepMs));
	const steps = Math.min(longestCall(options), intime, endOf(look) - first);
	return { first, steps, validate: first + steps === endOf(look) };
}

/** Multiply-adds of a product below which a second thread costs more than it does (measured on two cores). */
const productForThreads = 2 ** 23;

/** Whether a fully connected net whose largest weight has so many elements is best trained on one thread. */
export function fitsOneThread(largestWeight: number, batch: number): boolean {
	return largestWeight * batch < productForThreads;
}

/**
 * Multiply-adds of a batch above which a step is a call of its own: what the last turn of a loop copies is then more
 * than what the others spare. Measured from 784-128-128-10 to 84 million weights, and from cnn:4,8 to vit.
 */
const shortBatch = { connected: 2 ** 29, others: 2 ** 26 };

/** How the engine takes the steps of a training graph. */
export interface Execution {
	readonly device?: DeviceName;
	/** As many as the engine likes where absent. */
	readonly threads?: number;
	/** Whether memory is laid out ahead in one block. */
	readonly planMemory: boolean;
	/** Whether each call takes one step; otherwise a loop in the graph takes many. */
	readonly stepByStep: boolean;
	/** Steps in one turn of the loop. */
	readonly stepsATurn: number;
}

/** What the steps are taken on. */
export interface ExecutionLimits {
	readonly batch: number;
	readonly sampleShape: SampleShape;
	/** Threads that may be used; as many as the engine likes where absent. */
	readonly threads?: number | undefined;
	/** Whether the engine reads and writes the state where it lies; otherwise a call copies it. */
	readonly writesInPlace: boolean;
	/** The device that takes them; the processor where absent. */
	readonly device?: DeviceName | undefined;
}

/**
 * How a model is best trained.
 *
 * - Fully connected nets of small layers take one thread: they are faster that way, and leave the other cores to the
 *   loader.
 * - Nets whose steps are short take many in a call. Fully connected ones take several in a turn of its loop, with memory
 *   laid out ahead: the weights are most of what a step touches, and are then updated in place. In other nets memory
 *   laid out ahead would hold activations twice.
 * - In others a step is a call, where a call copies nothing; and on devices, which have no loops.
 */
export function executionOf(model: OnnxModel, limits: ExecutionLimits): Execution {
	const { batch, sampleShape, writesInPlace, device } = limits;
	const { nodes, initializers } = model.graph;
	const connected = nodes.every(({ opType }) => opType !== "Conv" && opType !== "MatMul");
	const largest = Math.max(0, ...initializers.map(({ tensor }) => elementCount(tensor.dims)));
	const threads = connected && fitsOneThread(largest, batch) ? 1 : limits.threads;
	const adds = multiplyAdds(model, sampleShape);
	const short = "count" in adds && adds.count * batch < shortBatch[connected ? "connected" : "others"];
	const ahead = connected && short;
	return {
		planMemory: ahead,
		stepByStep: device !== undefined || (writesInPlace && !short),
		stepsATurn: ahead ? 4 : 1,
		...(threads === undefined ? {} : { threads }),
		...(device === undefined ? {} : { device }),
	};
}
