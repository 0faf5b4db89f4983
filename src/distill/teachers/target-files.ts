/** Files of soft targets, row after row, whatever their format. */
import { createReadStream } from "node:fs";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import { missingFile } from "../../data/formats/bytes.js";
import { openNpy } from "../../data/formats/npy.js";
import { openNpz } from "../../data/formats/npz.js";
import { LimbeckError } from "../../errors.js";
import { isRecord } from "../../options.js";

/** The fields that a file may hold of a row; others are left alone. */
export const targetFields = ["logits", "probabilities", "logProbabilities", "values", "indices"] as const;

/** The name of a field. */
export type TargetField = (typeof targetFields)[number];

/** A row of targets. */
export interface TargetRow {
	/** Where it stands, for messages. */
	readonly where: string;
	readonly id?: number;
	readonly fields: Readonly<Partial<Record<TargetField, readonly number[]>>>;
}

type Rows = AsyncGenerator<TargetRow, void, undefined>;

const readers: Readonly<Record<string, (path: string) => Rows>> = {
	".npz": npzRows,
	".parquet": parquetRows,
	".jsonl": jsonRows,
};

/**
 * The rows of a file of soft targets: arrays of an `.npz` archive (row k of each), columns of a `.parquet` table (lists of
 * numbers), or the objects of a `.jsonl` file, one a line. The ids are in `id` or `ids`.
 *
 * @throws LimbeckError (`data`) for a file that is missing, damaged or of another kind.
 */
export function readTargetRows(path: string): Rows {
	const read = readers[extname(path).toLowerCase()];
	if (read !== undefined) return read(path);
	const expected = `a file that ends in ${Object.keys(readers).join(", ")}`;
	throw new LimbeckError("usage", { where: "teacher: file", expected, got: JSON.stringify(path) });
}

const idFields = ["id", "ids"];

async function* npzRows(path: string): Rows {
	const archive = await openNpz(path);
	try {
		const arrays = new Map<string, readonly (readonly unknown[])[]>();
		for (const name of archive.names) {
			if (!isField(name) && !idFields.includes(name)) continue;
			const array = await openNpy(archive.array(name));
			const { where, type, dims } = array;
			const isId = idFields.includes(name);
			if (type.kind !== "number" && !isId) throw new LimbeckError("data", { where, expected: "numbers", got: "text" });
			const width = dims.slice(1).reduce((product, dim) => product * dim, 1);
			const read: (readonly unknown[])[] = [];
			for await (const { bytes, count } of array.rows()) {
				const values = Array.from<unknown>(type.read(bytes));
				const elements = isId ? values : values.map(Number);
				for (let row = 0; row < count; row++) read.push(elements.slice(row * width, (row + 1) * width));
			}
			arrays.set(name, read);
		}
		const lengths = Array.from(arrays.values(), ({ length }) => length);
		const [count = 0] = lengths;
		if (lengths.some((length) => length !== count)) {
			const got = Array.from(arrays, ([name, { length }]) => `${String(length)} of ${name}`).join(", ");
			throw new LimbeckError("data", { where: path, expected: "arrays of as many rows", got });
		}
		for (let row = 0; row < count; row++) {
			const cells = Array.from(arrays, ([name, rows]) => {
				const values = rows[row] ?? [];
				return [name, idFields.includes(name) ? values[0] : values] as const;
			});
			yield rowOf(Object.fromEntries(cells), `${path}: row ${String(row)}`);
		}
	} finally {
		archive.close();
	}
}

async function* parquetRows(path: string): Rows {
	const { openParquet } = await import("../../data/formats/parquet.js");
	const table = await openParquet(path);
	const { columns, groups } = table;
	const names = columns.map(({ name }) => name).filter((name) => isField(name) || idFields.includes(name));
	for (const group of groups) {
		const cells = new Map<string, ArrayLike<unknown>>();
		for (const name of names) cells.set(name, await table.read(name, group));
		for (let row = 0; row < group.rowEnd - group.rowStart; row++) {
			const record = Object.fromEntries(Array.from(cells, ([name, column]) => [name, column[row]]));
			yield rowOf(record, `${path}: row ${String(group.rowStart + row)}`);
		}
	}
}

async function* jsonRows(path: string): Rows {
	const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
	let number = 0;
	try {
		for await (const line of lines) {
			number++;
			// A byte-order mark, as editors on Windows write it, is not part of the first line.
			const own = number === 1 ? line.replace(/^\uFEFF/, "") : line;
			if (own.trim() !== "") yield rowOf(parseLine(own, path, number), `${path}: line ${String(number)}`);
		}
	} catch (error) {
		throw error instanceof LimbeckError ? error : missingFile(error, path);
	}
}

function parseLine(line: string, path: string, number: number): Readonly<Record<string, unknown>> {
	const where = `${path}: line ${String(number)}`;
	try {
		const value: unknown = JSON.parse(line);
		if (isRecord(value)) return value;
	} catch (cause) {
		throw new LimbeckError("data", { where, expected: "a JSON object", got: JSON.stringify(line.slice(0, 60)), cause });
	}
	throw new LimbeckError("data", { where, expected: "a JSON object", got: JSON.stringify(line.slice(0, 60)) });
}

function isField(name: string): name is TargetField {
	return targetFields.some((field) => field === name);
}

function rowOf(record: Readonly<Record<string, unknown>>, where: string): TargetRow {
	const fields = targetFields.flatMap((name) => {
		const cell = record[name];
		return cell === undefined ? [] : [[name, numbersOf(cell, name, where)] as const];
	});
	const id = record["id"] ?? record["ids"];
	return { where, fields: Object.fromEntries(fields), ...(id === undefined ? {} : { id: idOf(id, where) }) };
}

function numbersOf(cell: unknown, name: string, where: string): readonly number[] {
	const list: readonly unknown[] | undefined =
		Array.isArray(cell) || ArrayBuffer.isView(cell) ? Array.from(cell as ArrayLike<unknown>) : undefined;
	if (list?.every((value) => typeof value === "number" || typeof value === "bigint") === true) {
		return list.map(Number);
	}
	throw new LimbeckError("data", { where: `${where}: ${name}`, expected: "a list of numbers", got: typeof cell });
}

function idOf(id: unknown, where: string): number {
	const isText = typeof id === "string" && /^\d{1,15}$/.test(id.trim());
	const number = typeof id === "bigint" || isText ? Number(id) : id;
	if (typeof number === "number" && Number.isSafeInteger(number) && number >= 0) return number;
	throw new LimbeckError("data", {
		where: `${where}: id`,
		expected: "a whole number: the row of the sample in the data that it comes from",
		got: typeof id === "string" ? JSON.stringify(id.slice(0, 60)) : String(id),
	});
}
