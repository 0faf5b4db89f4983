/** The covariance of a classifier's predictions, summed up batch by batch. */
import { LimbeckError } from "../errors.js";
import { int } from "../graph/attributes.js";
import { encodeModel } from "../onnx/encode.js";
import type { OnnxModel } from "../onnx/model.js";
import type { TensorOf } from "../onnx/tensor.js";
import { createGraph } from "../ops/index.js";
import { outputOf, type Runtime, type Session } from "../runtime/runtime.js";
import { modelOfAnySize } from "./any-size.js";

/** How the predicted probabilities of classes vary together (Hinton et al. 2015, §5.3). */
export interface Covariance {
	readonly classes: number;
	/** How many predictions it is of. */
	readonly count: number;
	/** `[classes]`: the mean prediction. */
	readonly mean: Float64Array;
	/** `[classes, classes]`, symmetric: mean of (p − mean)(p − mean)ᵀ. */
	readonly values: Float32Array;
	/**
	 * How far `values` may be from the covariance of the full predictions, as a Frobenius norm; 0 where it was made of
	 * those. Rounding of float32 is not in it.
	 */
	readonly truncation: number;
}

/** How a covariance is computed. */
export interface CovarianceOptions {
	readonly classes: number;
	readonly threads?: number;
	/** Classes in a block of the matrix, 1024 where absent. Nothing but speed and 4 B² bytes of memory depends on it. */
	readonly block?: number;
}

const defaultBlock = 1024;
/** Products of at least so many rows, so that adding them up costs little beside them. */
const leastRows = 512;

/**
 * The covariance of predictions, streamed: of any number, in one pass. Memory is one `[classes, classes]` float32
 * matrix, one block and two batches.
 *
 * Sums Σ(p − s)(p − s)ᵀ in blocks of the upper triangle, each a product in the engine that is added in place; s is the
 * mean of the first rows, so that nothing cancels when the mean is taken away at the end.
 *
 * @param batches - probabilities, `[any, classes]` each.
 * @throws LimbeckError (`data`) for rows that are not probabilities, and where there are no predictions.
 */
export async function covarianceOf(
	runtime: Runtime,
	batches: Iterable<Float32Array> | AsyncIterable<Float32Array>,
	options: CovarianceOptions,
): Promise<Covariance> {
	const { classes, threads, block = defaultBlock } = options;
	const session = await runtime.createSession(encodeModel(productModel()), threads === undefined ? {} : { threads });
	const sums = createSums(classes, Math.min(block, classes));
	try {
		for await (const rows of gathered(batches, classes)) await addRows(session, sums, rows);
	} finally {
		await session.release();
	}
	return finished(sums);
}

/** left `[rows, a]`, right `[rows, b]` → leftᵀ right `[a, b]`, for any sizes. */
function productModel(): OnnxModel {
	const g = createGraph();
	const [left, right] = ["left", "right"].map((name) => g.input(name, { type: "float", dims: [1, 1] }));
	const graph = g.toOnnx("products", [["product", g.op("Gemm", [left, right], { transA: int(1) })]]);
	return modelOfAnySize(graph, { left: ["rows", "a"], right: ["rows", "b"], product: ["a", "b"] });
}

/** What is summed while predictions come. */
interface Sums {
	readonly classes: number;
	readonly block: number;
	count: number;
	/** `[classes]`: what is taken away from every row. */
	shift: Float32Array | undefined;
	/** `[classes]`: Σ(p − s). */
	readonly first: Float64Array;
	/** `[classes, classes]`, the upper triangle of blocks: Σ(p − s)(p − s)ᵀ. */
	readonly second: Float32Array;
}

function createSums(classes: number, block: number): Sums {
	const [first, second] = [new Float64Array(classes), squareMatrix(classes)];
	return { classes, block, count: 0, shift: undefined, first, second };
}

/**
 * A `[classes, classes]` matrix of zeros.
 *
 * @throws LimbeckError (`environment`) where there is no memory for it.
 */
export function squareMatrix(classes: number): Float32Array {
	try {
		return new Float32Array(classes * classes);
	} catch (cause) {
		const expected = `${((4 * classes ** 2) / 2 ** 20).toFixed(0)} MiB of memory for ${String(classes)} classes`;
		throw new LimbeckError("environment", { where: "covariance", expected, got: String(cause), cause });
	}
}

/** Batches joined to enough rows for a product, and checked. */
async function* gathered(
	batches: Iterable<Float32Array> | AsyncIterable<Float32Array>,
	classes: number,
): AsyncIterable<readonly Float32Array[]> {
	let waiting: Float32Array[] = [];
	let rows = 0;
	for await (const batch of batches) {
		checkProbabilities(batch, classes, "covariance");
		waiting.push(batch);
		rows += batch.length / classes;
		if (rows < leastRows) continue;
		yield waiting;
		[waiting, rows] = [[], 0];
	}
	if (rows > 0) yield waiting;
}

/** How far a sum of float32 probabilities may be from 1. */
const tolerance = 1e-3;

/**
 * Refuses what are not rows of probabilities, `[any, classes]`.
 *
 * @throws LimbeckError (`data`) that names the first wrong row.
 */
export function checkProbabilities(rows: Float32Array, classes: number, where: string): void {
	const refuse = (got: string): LimbeckError =>
		new LimbeckError("data", {
			where,
			expected: `rows of ${String(classes)} probabilities that sum to 1`,
			got,
			hint: "Apply a softmax to logits first.",
		});
	if (rows.length % classes !== 0) throw refuse(`${String(rows.length)} numbers`);
	for (let at = 0; at < rows.length; at += classes) {
		let sum = 0;
		let least = 0;
		for (let c = at; c < at + classes; c++) {
			const value = rows[c] ?? 0;
			sum += value;
			if (value < least) least = value;
		}
		const row = `row ${String(at / classes)}`;
		if (least < 0) throw refuse(`${String(least)} in ${row}`);
		if (!(Math.abs(sum - 1) <= tolerance)) throw refuse(`${row} with a sum of ${sum.toPrecision(4)}`);
	}
}

async function addRows(session: Session, sums: Sums, batches: readonly Float32Array[]): Promise<void> {
	const { classes, block } = sums;
	const rows = batches.reduce((sum, { length }) => sum + length, 0) / classes;
	const shift = (sums.shift ??= meanOf(batches, classes, rows));
	const strips = Array.from({ length: Math.ceil(classes / block) }, (_, i) => {
		const width = Math.min(block, classes - i * block);
		return { from: i * block, width, centred: centredStrip(batches, sums.first, shift, i * block, width) };
	});
	for (const [index, left] of strips.entries()) {
		for (const right of strips.slice(index)) {
			const feeds = { left: matrix(rows, left.width, left.centred), right: matrix(rows, right.width, right.centred) };
			const { data } = outputOf(await session.run(feeds), "product", "float");
			addBlock(sums, data, left.from, right.from, right.width);
		}
	}
	sums.count += rows;
}

function matrix(rows: number, columns: number, data: Float32Array): TensorOf<"float"> {
	return { type: "float", dims: [rows, columns], data };
}

function meanOf(batches: readonly Float32Array[], classes: number, rows: number): Float32Array {
	const sum = new Float64Array(classes);
	for (const batch of batches) {
		for (let at = 0; at < batch.length; at += classes) {
			for (let c = 0; c < classes; c++) sum[c] = (sum[c] ?? 0) + (batch[at + c] ?? 0);
		}
	}
	return Float32Array.from(sum, (value) => value / rows);
}

/** Columns `from` … of all rows without the shift, `[rows, width]`; their sums are added to `first`. */
function centredStrip(
	batches: readonly Float32Array[],
	first: Float64Array,
	shift: Float32Array,
	from: number,
	width: number,
): Float32Array {
	const classes = shift.length;
	const strip = new Float32Array((batches.reduce((sum, { length }) => sum + length, 0) / classes) * width);
	let to = 0;
	for (const batch of batches) {
		for (let at = from; at < batch.length; at += classes) {
			for (let c = 0; c < width; c++) {
				const centred = (batch[at + c] ?? 0) - (shift[from + c] ?? 0);
				strip[to++] = centred;
				first[from + c] = (first[from + c] ?? 0) + centred;
			}
		}
	}
	return strip;
}

function addBlock({ second, classes }: Sums, data: Float32Array, row: number, column: number, width: number): void {
	for (let at = 0, to = row * classes + column; at < data.length; at += width, to += classes) {
		for (let c = 0; c < width; c++) second[to + c] = (second[to + c] ?? 0) + (data[at + c] ?? 0);
	}
}

function finished({ classes, count, shift, first, second }: Sums): Covariance {
	checkCount(count);
	const offset = first.map((sum) => sum / count);
	fillSymmetric(second, classes, (sum, i, j) => sum / count - (offset[i] ?? 0) * (offset[j] ?? 0));
	const mean = offset.map((value, c) => value + (shift?.[c] ?? 0));
	return { classes, count, mean, values: second, truncation: 0 };
}

/** @throws LimbeckError (`data`) for a covariance of nothing. */
export function checkCount(count: number): void {
	if (count > 0) return;
	throw new LimbeckError("data", { where: "covariance", expected: "one prediction or more", got: "none" });
}

/** Replaces the elements of an upper triangle, and mirrors them, a tile at a time so that both stay in the cache. */
export function fillSymmetric(
	matrix: Float32Array,
	classes: number,
	of: (value: number, row: number, column: number) => number,
): void {
	const tile = 64;
	for (let top = 0; top < classes; top += tile) {
		for (let left = top; left < classes; left += tile) {
			for (let i = top; i < Math.min(top + tile, classes); i++) {
				for (let j = Math.max(left, i); j < Math.min(left + tile, classes); j++) {
					const value = of(matrix[i * classes + j] ?? 0, i, j);
					matrix[i * classes + j] = value;
					matrix[j * classes + i] = value;
				}
			}
		}
	}
}

/** The Frobenius norm of a covariance. */
export function normOf({ values }: Pick<Covariance, "values">): number {
	let sum = 0;
	for (const value of values) sum += value * value;
	return Math.sqrt(sum);
}
