/**
 * P(X ≥ k) of a binomial X, n tries of probability p: how likely so many are right by chance alone.
 *
 * @param k - 0 to n.
 * @param p - in (0, 1).
 */
export function binomialTail(k: number, n: number, p: number): number {
	// log P(X = i) by its ratio to the one before: P(X = i) = P(X = i − 1) · (n − i + 1) / i · p / (1 − p).
	let logTerm = n * Math.log1p(-p);
	let tail = k <= 0 ? Math.exp(logTerm) : 0;
	for (let i = 1; i <= n; i++) {
		logTerm += Math.log((n - i + 1) / i) + Math.log(p) - Math.log1p(-p);
		if (i >= k) tail += Math.exp(logTerm);
	}
	return Math.min(1, tail);
}
