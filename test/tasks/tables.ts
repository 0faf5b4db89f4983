/** Tables made for tests: numbers in, numbers or labels out. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { randomStream } from "../../src/random.js";

const features = 4;
const columns = Array.from({ length: features }, (_, at) => `f${String(at)}`);

/** The names of the labels. */
export const labels = ["red", "green", "blue"] as const;

/** Rows of numbers between −1 and 1, always the same. */
function rowsOf(count: number): readonly (readonly number[])[] {
	const stream = randomStream(3, "test/tables");
	return Array.from({ length: count }, (_, row) =>
		Array.from(stream.words(row, new Uint32Array(features)), (word) => (2 * word) / 2 ** 32 - 1),
	);
}

async function write(path: string, header: readonly string[], lines: readonly (readonly unknown[])[]): Promise<string> {
	await writeFile(path, `${[header, ...lines].map((line) => line.join(",")).join("\n")}\n`);
	return path;
}

/** A price for each row: far from 0, and of a size that no network starts with. */
export function prices(folder: string, count = 800): Promise<string> {
	const priceOf = ([a = 0, b = 0, c = 0]: readonly number[]): number => 250_000 + 40_000 * (a + b * c);
	const lines = rowsOf(count).map((row) => [...row, priceOf(row)]);
	return write(join(folder, "prices.csv"), [...columns, "price"], lines);
}

/** Which labels hold for a row. */
function marksOf([a = 0, b = 0, c = 0, d = 0]: readonly number[]): readonly boolean[] {
	return [a > 0.2, b + c > 0.3, d > c];
}

/** Labels of each row, their names in one cell. */
export function tags(folder: string, count = 800): Promise<string> {
	const lines = rowsOf(count).map((row) => [...row, labels.filter((_, at) => marksOf(row)[at]).join("|")]);
	return write(join(folder, "tags.csv"), [...columns, "tags"], lines);
}

/** The same in a column of 0 and 1 for each label. */
export function tagColumns(folder: string, count = 800): Promise<string> {
	const lines = rowsOf(count).map((row) => [...row, ...marksOf(row).map(Number)]);
	return write(join(folder, "columns.csv"), [...columns, ...labels], lines);
}
