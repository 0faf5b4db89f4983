import { z } from "zod";
import { permutation, randomStream, type Stream, uniform } from "../../random.js";
import type { BatchTransform } from "./transform.js";

const options = z.strictObject({
	name: z.literal("mixup"),
	alpha: z.number().gt(0).max(100).default(0.2).describe("shares are drawn from Beta(α, α)"),
});

/** Options of `mixup`. */
export type MixupOptions = z.infer<typeof options>;

/**
 * Trains on λ x + (1 − λ) x′, where x′ is another sample of the batch, with the same mixture of their losses (Zhang et
 * al. 2018, "mixup: Beyond empirical risk minimization"). The teacher sees the mixture.
 */
export const mixup: BatchTransform<typeof options> = { kind: "batch", options };

/** What is mixed in consecutive steps. */
export interface Mixtures {
	/** `[steps]`: λ, the share of a sample itself. */
	readonly shares: Float32Array<ArrayBuffer>;
	/** `[steps, batch]`: which sample of the batch gets the rest, a permutation for each step. */
	readonly partners: Int32Array<ArrayBuffer>;
}

/** The mixtures of steps `firstStep` … `firstStep + steps − 1`, each a function of the seed and the step alone. */
export function mixturesOf(alpha: number, seed: number, firstStep: number, steps: number, batch: number): Mixtures {
	const stream = randomStream(seed, "mixup/share");
	const order = randomStream(seed, "mixup/partner");
	const shares = Float32Array.from({ length: steps }, (_, index) =>
		betaShare(alpha, drawsOf(stream, firstStep + index)),
	);
	const partners = new Int32Array(steps * batch);
	for (let index = 0; index < steps; index++) partners.set(permutation(order, firstStep + index, batch), index * batch);
	return { shares, partners };
}

/** Uniform draws on (0, 1] of one counter, one after the other, as many as it takes. */
function drawsOf(stream: Stream, counter: number): () => number {
	let draws = uniform(stream, counter, 32);
	let used = 0;
	return () => {
		if (used === draws.length) draws = uniform(stream, counter, 2 * draws.length);
		return 1 - (draws[used++] ?? 0);
	};
}

/** A draw from Beta(α, α): X / (X + Y) of two draws from Gamma(α), by their logarithms, which small α do not underflow. */
function betaShare(alpha: number, draw: () => number): number {
	const [x, y] = [logGamma(alpha, draw), logGamma(alpha, draw)];
	return 1 / (1 + Math.exp(y - x));
}

/** The logarithm of a draw from Gamma(α), as that of Gamma(α + 1) times U^(1/α) (Marsaglia and Tsang 2000). */
function logGamma(alpha: number, draw: () => number): number {
	const d = alpha + 2 / 3;
	const c = 1 / Math.sqrt(9 * d);
	for (;;) {
		const normal = Math.sqrt(-2 * Math.log(draw())) * Math.cos(2 * Math.PI * draw());
		const v = (1 + c * normal) ** 3;
		const u = draw();
		if (v > 0 && Math.log(u) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) {
			return Math.log(d * v) + Math.log(draw()) / alpha;
		}
	}
}
