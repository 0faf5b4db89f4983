/**
 * The best one-to-one assignment of rows to columns: the sum of the scores is the greatest.
 *
 * Source: the Hungarian algorithm in its O(n²m) form with potentials (Kuhn 1955; Jonker & Volgenant 1987).
 *
 * @param scores - `[rows][columns]`, finite, as many columns as rows or more.
 * @returns the column of each row.
 */
export function bestAssignment(scores: readonly ArrayLike<number>[]): readonly number[] {
	const rows = scores.length;
	const columns = scores[0]?.length ?? 0;
	// Index 0 stands for none, so rows and columns count from 1 here.
	const rowPotential = new Float64Array(rows + 1);
	const columnPotential = new Float64Array(columns + 1);
	const rowOf = new Int32Array(columns + 1);
	for (let row = 1; row <= rows; row++) {
		const before = shortestPath(scores, row, { rowPotential, columnPotential, rowOf });
		for (let column = before.end; column !== 0; ) {
			const previous = before.previous[column] ?? 0;
			rowOf[column] = rowOf[previous] ?? 0;
			column = previous;
		}
	}
	const assigned = new Array<number>(rows).fill(-1);
	for (const [column, row] of rowOf.entries()) if (column > 0 && row > 0) assigned[row - 1] = column - 1;
	return assigned;
}

interface Duals {
	readonly rowPotential: Float64Array;
	readonly columnPotential: Float64Array;
	readonly rowOf: Int32Array;
}

/** Finds a free column for one more row by the cheapest exchange, and moves the potentials along. */
function shortestPath(
	scores: readonly ArrayLike<number>[],
	start: number,
	{ rowPotential, columnPotential, rowOf }: Duals,
): { readonly end: number; readonly previous: Int32Array } {
	const size = columnPotential.length;
	const least = new Float64Array(size).fill(Infinity);
	const previous = new Int32Array(size);
	const seen = new Uint8Array(size);
	rowOf[0] = start;
	let column = 0;
	do {
		seen[column] = 1;
		const row = rowOf[column] ?? 0;
		let [step, next] = [Infinity, 0];
		for (let other = 1; other < size; other++) {
			if (seen[other] === 1) continue;
			const cost = -(scores[row - 1]?.[other - 1] ?? 0) - (rowPotential[row] ?? 0) - (columnPotential[other] ?? 0);
			if (cost < (least[other] ?? 0)) {
				least[other] = cost;
				previous[other] = column;
			}
			if ((least[other] ?? 0) < step) [step, next] = [least[other] ?? 0, other];
		}
		for (let other = 0; other < size; other++) {
			if (seen[other] === 1) {
				const taken = rowOf[other] ?? 0;
				rowPotential[taken] = (rowPotential[taken] ?? 0) + step;
				columnPotential[other] = (columnPotential[other] ?? 0) - step;
			} else least[other] = (least[other] ?? 0) - step;
		}
		column = next;
	} while ((rowOf[column] ?? 0) !== 0);
	return { end: column, previous };
}
