import { LimbeckError } from "../errors.js";

/** How {@link measureLatency} measures. */
export interface LatencyOptions {
	/** Runs made first and not counted, 0 or more. */
	readonly warmup: number;
	/** Runs that are counted, 1 or more. */
	readonly repetitions: number;
	/** A monotonic clock in milliseconds, such as `() => performance.now()`. */
	readonly now: () => number;
}

/** Percentiles of the time that one run takes, in milliseconds. */
export interface Latency {
	readonly p50: number;
	readonly p99: number;
}

/**
 * Times `run`, one call after another.
 *
 * @throws LimbeckError `usage` when a count is out of range; whatever `run` throws.
 */
export async function measureLatency(run: () => Promise<void>, options: LatencyOptions): Promise<Latency> {
	const { warmup, repetitions, now } = options;
	checkCount("warmup", warmup, 0);
	checkCount("repetitions", repetitions, 1);
	for (let i = 0; i < warmup; i++) await run();
	const durations = new Float64Array(repetitions);
	for (let i = 0; i < repetitions; i++) {
		const start = now();
		await run();
		durations[i] = now() - start;
	}
	durations.sort();
	return { p50: percentile(durations, 50), p99: percentile(durations, 99) };
}

/**
 * The q-th percentile, linear between the two nearest values: NumPy's default (`numpy.percentile`, method "linear";
 * Hyndman and Fan 1996, type 7).
 *
 * @param sorted - 1 or more values in rising order; the order is not checked.
 * @param q - in [0, 100].
 * @throws LimbeckError `usage` when there is no value or q is out of range.
 */
export function percentile(sorted: ArrayLike<number>, q: number): number {
	if (!(q >= 0 && q <= 100)) {
		throw new LimbeckError("usage", { where: "percentile, q", expected: "a number from 0 to 100", got: String(q) });
	}
	const position = ((sorted.length - 1) * q) / 100;
	const below = sorted[Math.floor(position)];
	const above = sorted[Math.ceil(position)];
	if (below === undefined || above === undefined) {
		throw new LimbeckError("usage", {
			where: "percentile, sorted",
			expected: "1 or more values",
			got: String(sorted.length),
			hint: "Measure at least once.",
		});
	}
	return below + (above - below) * (position - Math.floor(position));
}

function checkCount(name: string, count: number, minimum: number): void {
	if (Number.isInteger(count) && count >= minimum) return;
	throw new LimbeckError("usage", {
		where: `measureLatency, ${name}`,
		expected: `an integer, ${String(minimum)} or more`,
		got: String(count),
	});
}
