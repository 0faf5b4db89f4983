import { asyncBufferFromFile, parquetScan, parquetSchema, type SchemaTree } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { LimbeckError } from "../../errors.js";
import { fileError } from "../../files.js";
import { isRecord, parsedJson } from "../../json.js";
import { comparedName } from "../../names.js";
import { fileSource } from "./bytes.js";
import { columnNames } from "./column-names.js";
import { checkFooter, checkPages, mostValues } from "./parquet-pages.js";

/** A column of a Parquet file. */
export interface ParquetColumn {
	/** As {@link columnNames} makes it. */
	readonly name: string;
	/** What its cells are; `other` for dates, lists, structures and bytes. */
	readonly kind: "number" | "text" | "boolean" | "other";
}

/** Rows that are stored together. */
export interface RowRange {
	readonly rowStart: number;
	/** Exclusive. */
	readonly rowEnd: number;
}

/** A Parquet file. */
export interface ParquetTable {
	readonly columns: readonly ParquetColumn[];
	readonly count: number;
	/** Columns that pandas wrote as the table's index, by the file's metadata. */
	readonly index: readonly string[];
	/** The row groups, in order. */
	readonly groups: readonly RowRange[];
	/**
	 * The cells of a column in one of the row groups: numbers, bigints, texts or booleans; null where a cell is empty.
	 *
	 * @throws LimbeckError `data` if they cannot be read.
	 */
	read(column: string, group: RowRange): Promise<ArrayLike<unknown>>;
}

/**
 * Opens a Parquet file. A row group is read at a time, and of it the columns that are asked for.
 *
 * @throws LimbeckError `data` if there is no such file, it is not Parquet or damaged, or columns share a name.
 */
export async function openParquet(path: string): Promise<ParquetTable> {
	const { size } = await fileSource(path);
	const damaged = (cause: unknown): never => {
		if (cause instanceof Error && "code" in cause) throw fileError(cause, path);
		const got = cause instanceof Error ? cause.message : String(cause);
		throw new LimbeckError("data", { where: path, expected: "a whole Parquet file", got, cause });
	};
	const file = await asyncBufferFromFile(path);
	await checkFooter(file).catch(damaged);
	// Whole columns are read: an index of pages would say no more than where else to look.
	const scan = await parquetScan({ file, compressors, useOffsetIndex: false }).catch(damaged);
	const { metadata, ranges } = scan;
	const count = Number(metadata.num_rows);
	checkCount(path, count, ranges, size);
	const columns = parquetSchema(metadata).children.map(columnOf);
	// By hyparquet's types there is always one; a hostile file leaves it out.
	if (columns.some(({ name }) => (name as string | undefined) === undefined)) damaged("a column without a name");
	const written = columns.map(({ name }) => name);
	const names = columnNames(written, path, "Rename one of them, or leave one out, and write the file again.");
	const named = (index: string): string => names[written.indexOf(index)] ?? comparedName(index);
	return {
		columns: columns.map(({ kind }, at) => ({ name: names[at] ?? "", kind })),
		count,
		index: pandasIndex(metadata.key_value_metadata?.find(({ key }) => key === "pandas")?.value).map(named),
		groups: ranges,
		async read(name, group) {
			const column = written[names.indexOf(name)] ?? name;
			await checkPages(file, metadata, group.rowStart, column).catch(damaged);
			const cells: ArrayLike<unknown> = await scan.readColumn({ column, ...group }).catch(damaged);
			const length = group.rowEnd - group.rowStart;
			if (cells.length !== length) damaged(`${String(cells.length)} of ${String(length)} rows in column ${column}`);
			return cells;
		},
	};
}

/** The index columns that pandas names: texts; an index that only counts is no column, but an object. */
function pandasIndex(text: string | undefined): readonly string[] {
	const pandas = text === undefined ? undefined : parsedJson(text);
	const columns: unknown = isRecord(pandas) ? pandas["index_columns"] : undefined;
	return Array.isArray(columns) ? columns.filter((column) => typeof column === "string") : [];
}

/** A number of rows that no file of that size could hold is a lie. */
function checkCount(where: string, count: number, ranges: readonly RowRange[], size: number): void {
	const last = ranges.at(-1)?.rowEnd ?? 0;
	if (Number.isSafeInteger(count) && last === count && count <= mostValues(size)) return;
	const expected = `at most ${String(mostValues(size))} rows, as many as its row groups hold`;
	throw new LimbeckError("data", { where, expected, got: `${String(count)} in ${String(size)} bytes` });
}

const numberTypes = new Set(["INT32", "INT64", "FLOAT", "DOUBLE"]);
/** Annotations that make dates, decimals and the like out of numbers. */
const plainNumbers = /^(U?INT_\d+|DECIMAL)$/;
const plainTexts = new Set(["UTF8", "ENUM"]);

function columnOf({ children, element }: SchemaTree): ParquetColumn {
	const { name, type = "", converted_type: converted, logical_type: logical, repetition_type: repetition } = element;
	const kind = (): ParquetColumn["kind"] => {
		if (children.length > 0 || repetition === "REPEATED") return "other";
		if (type === "BOOLEAN") return "boolean";
		if (converted !== undefined) {
			return plainNumbers.test(converted) ? "number" : plainTexts.has(converted) ? "text" : "other";
		}
		const annotation = logical?.type;
		if (annotation === "STRING" || annotation === "ENUM") return "text";
		if (annotation === "FLOAT16" || annotation === "DECIMAL" || annotation === "INTEGER") return "number";
		return annotation === undefined && numberTypes.has(type) ? "number" : "other";
	};
	return { name, kind: kind() };
}
