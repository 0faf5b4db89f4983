/**
 * What a Parquet file says of sizes, checked before hyparquet believes it: a run of a few bytes may claim 2³⁰ values, and
 * would get the time and memory for them.
 */
import type { AsyncBuffer, ColumnMetaData, FileMetaData, RowGroup, SchemaTree } from "hyparquet";
import { parquetSchema } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getTreePath, isFlatColumn } from "hyparquet/src/schema.js";
import { readVarInt } from "hyparquet/src/thrift.js";
import { compressors } from "hyparquet-compressors";

/** A place in bytes. */
interface Reader {
	readonly view: DataView;
	offset: number;
}

/** Values that a byte of a file may stand for, on the average: columns of one value take next to nothing. */
const valuesAByte = 1024;
/** Bytes that a page of one byte may have when it is unpacked, and those that any may have besides. */
const [mostPacked, smallPage] = [1024, 2 ** 25];
/** Values that a run may go on for behind the last one: writers fill groups of eight up. */
const slack = 512;

function ensure(holds: boolean, what: string): void {
	if (!holds) throw new RangeError(what);
}

/** The most values that a file of so many bytes may hold in a column. */
export function mostValues(fileBytes: number): number {
	return valuesAByte * fileBytes;
}

/** Checks the sizes of lists and texts in the footer. */
export async function checkFooter(file: AsyncBuffer): Promise<void> {
	const { byteLength } = file;
	ensure(byteLength >= 12, "a file that is too short");
	const tail = new DataView(await file.slice(byteLength - 8, byteLength));
	const length = tail.getUint32(0, true);
	ensure(length <= byteLength - 8, "a footer that is longer than the file");
	skipStruct({ view: new DataView(await file.slice(byteLength - 8 - length, byteLength - 8)), offset: 0 }, 0);
}

/** Kinds of values in Thrift's compact protocol. */
const [stop, byte, double, binary, list, struct] = [0, 3, 7, 8, 9, 12];
const deepest = 64;

/** Goes past a structure of Thrift's. */
function skipStruct(reader: Reader, depth: number): void {
	ensure(depth < deepest, "structures inside structures");
	for (;;) {
		const head = reader.view.getUint8(reader.offset++);
		if ((head & 0x0f) === stop) return;
		if (head >> 4 === 0) readVarInt(reader);
		skipValue(reader, head & 0x0f, depth);
	}
}

function skipValue(reader: Reader, type: number, depth: number): void {
	const left = (): number => reader.view.byteLength - reader.offset;
	if (type < byte) return;
	if (type === byte) reader.offset++;
	else if (type < double) readVarInt(reader);
	else if (type === double) reader.offset += 8;
	else if (type === struct) skipStruct(reader, depth + 1);
	else if (type === binary) {
		const length = readVarInt(reader);
		ensure(length >= 0 && length <= left(), "a text that is longer than the file");
		reader.offset += length;
	} else {
		ensure(type === list && depth < deepest, `Thrift's type ${String(type)}`);
		const head = reader.view.getUint8(reader.offset++);
		const length = head >> 4 === 15 ? readVarInt(reader) : head >> 4;
		ensure(length >= 0 && length <= left(), "a list that is longer than the file");
		const element = head & 0x0f;
		// In a list, booleans take a byte.
		for (let i = 0; i < length; i++) skipValue(reader, element < byte ? byte : element, depth + 1);
	}
}

/** A part of a column: that in one row group. */
interface Chunk {
	readonly column: ColumnMetaData;
	readonly path: SchemaTree[];
	/** Of the row group. */
	readonly rows: number;
	readonly fileBytes: number;
}

/**
 * Checks all pages of a column in the row group that begins with a row.
 *
 * @throws RangeError that names what is wrong.
 */
export async function checkPages(
	file: AsyncBuffer,
	metadata: FileMetaData,
	rowStart: number,
	name: string,
): Promise<void> {
	const { columns, rows } = groupAt(metadata, rowStart);
	const tree = parquetSchema(metadata);
	for (const { meta_data: column } of columns) {
		if (column?.path_in_schema[0] !== name) continue;
		const [data, dictionary] = [Number(column.data_page_offset), Number(column.dictionary_page_offset ?? 0n)];
		const begin = dictionary > 0 && dictionary < data ? dictionary : data;
		const end = begin + Number(column.total_compressed_size);
		ensure(begin >= 0 && begin <= end && end <= file.byteLength, "a column outside the file");
		const reader = { view: new DataView(await file.slice(begin, end)), offset: 0 };
		const path = getTreePath(tree, column.path_in_schema);
		checkChunk(reader, { column, path, rows, fileBytes: file.byteLength });
	}
}

/** The row group that begins with a row. */
function groupAt(
	{ row_groups: groups }: FileMetaData,
	rowStart: number,
): { readonly columns: RowGroup["columns"]; readonly rows: number } {
	let begin = 0;
	for (const { columns, num_rows: count } of groups) {
		const rows = Number(count);
		if (begin === rowStart && rows > 0) return { columns, rows };
		begin += rows;
	}
	throw new RangeError(`no row group at row ${String(rowStart)}`);
}

function checkChunk(reader: Reader, chunk: Chunk): void {
	const end = reader.view.byteLength;
	for (let values = 0; reader.offset < end - 1; ) {
		if (isFlatColumn(chunk.path) && values >= chunk.rows) return;
		skipStruct({ view: reader.view, offset: reader.offset }, 0);
		values += checkPage(reader, chunk, values);
	}
}

/** Checks a page and goes past it. @returns its values. */
function checkPage(reader: Reader, { column, path, rows, fileBytes }: Chunk, before: number): number {
	const header = parquetHeader(reader);
	const { compressed_page_size: packed, uncompressed_page_size: size } = header;
	ensure(packed >= 0 && packed <= reader.view.byteLength - reader.offset, "a page that is longer than its column");
	ensure(size >= 0 && size <= smallPage + mostPacked * packed, `a page of ${String(size)} bytes`);
	const bytes = new Uint8Array(reader.view.buffer, reader.view.byteOffset + reader.offset, packed);
	reader.offset += packed;
	const { dictionary_page_header: dictionary, data_page_header: v1, data_page_header_v2: v2 } = header;
	const most = isFlatColumn(path) ? rows - before : mostValues(fileBytes);
	const checked = (count: number): number => {
		ensure(count >= 0 && count <= most, `a page of ${String(count)} values`);
		return count;
	};
	if (header.type === "DICTIONARY_PAGE") {
		const count = dictionary?.num_values ?? 0;
		ensure(count >= 0 && count <= 8 * size, `a dictionary of ${String(count)} values`);
		return 0;
	}
	if (header.type === "DATA_PAGE" && v1 !== undefined) {
		const page = readerOf(decompressPage(bytes, size, column.codec, compressors));
		const count = checked(v1.num_values);
		if (path.length > 1) checkLevels(page, getMaxRepetitionLevel(path), count);
		checkLevels(page, getMaxDefinitionLevel(path), count);
		checkValues(page, v1.encoding, column.type, count);
		return count;
	}
	if (header.type === "DATA_PAGE_V2" && v2 !== undefined) {
		const count = checked(v2.num_values);
		const [repetition, definition] = [v2.repetition_levels_byte_length, v2.definition_levels_byte_length];
		ensure(repetition >= 0 && definition >= 0 && repetition + definition <= packed, "levels longer than their page");
		ensure(v2.num_nulls >= 0 && v2.num_nulls <= count && v2.num_rows >= 0, "more nulls than values");
		const levels = readerOf(bytes);
		checkRuns(levels, bitsOf(getMaxRepetitionLevel(path)), count, repetition);
		levels.offset = repetition;
		checkRuns(levels, bitsOf(getMaxDefinitionLevel(path)), count, repetition + definition);
		const rest = bytes.subarray(repetition + definition);
		const plain = v2.is_compressed === false;
		ensure(plain || size >= repetition + definition, "levels longer than their page");
		const page = plain ? rest : decompressPage(rest, size - repetition - definition, column.codec, compressors);
		checkValues(readerOf(page), v2.encoding, column.type, count);
		return count;
	}
	throw new RangeError(`a page of type ${header.type}`);
}

function readerOf(bytes: Uint8Array): Reader {
	return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
}

const bitsOf = (largest: number): number => 32 - Math.clz32(largest);

/** Levels that begin with their length in bytes. */
function checkLevels(page: Reader, largest: number, count: number): void {
	if (largest === 0) return;
	const length = page.view.getUint32(page.offset, true);
	page.offset += 4;
	const end = page.offset + length;
	ensure(end <= page.view.byteLength, "levels longer than their page");
	checkRuns(page, bitsOf(largest), count, page.view.byteLength);
	page.offset = end;
}

function checkValues(page: Reader, encoding: string, type: string, count: number): void {
	const left = page.view.byteLength - page.offset;
	if (encoding.endsWith("DICTIONARY") || encoding === "RLE") {
		if (count === 0 || left === 0) return;
		const isBoolean = type === "BOOLEAN";
		const bits = isBoolean ? 1 : page.view.getUint8(page.offset++);
		// Runs of booleans begin with their length.
		if (isBoolean) page.offset += 4;
		ensure(bits <= 32, `indices of ${String(bits)} bits`);
		if (bits > 0) checkRuns(page, bits, count, page.view.byteLength);
	} else if (encoding.startsWith("DELTA")) {
		const [block, parts] = [readVarInt(page), readVarInt(page)];
		ensure(block > 0 && parts > 0 && parts <= block && block <= 2 ** 20, "blocks of differences that make no sense");
	} else if (encoding === "BYTE_STREAM_SPLIT")
		ensure(count <= left, `${String(count)} values in ${String(left)} bytes`);
}

/** Goes through runs, as hyparquet does, without writing what they stand for. */
function checkRuns(page: Reader, bits: number, count: number, end: number): void {
	if (bits === 0) return;
	for (let seen = 0; seen < count && page.offset < end; ) {
		const header = readVarInt(page);
		const isPacked = (header & 1) === 1;
		const run = isPacked ? (header >>> 1) * 8 : header >>> 1;
		ensure(run <= count - seen + slack, `a run of ${String(run)} values where ${String(count - seen)} are left`);
		page.offset += isPacked ? Math.ceil((run * bits) / 8) : (bits + 7) >> 3;
		seen += run;
	}
}
