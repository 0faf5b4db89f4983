import type { Notice } from "../../notices.js";
import { type CsvFormat, type CsvTable, openCsv } from "../formats/csv.js";
import { type DecimalMark, numberIn } from "../formats/numbers.js";
import { type ColumnChoice, candidateColumns, comparedChoice, featureColumns, lacksLabels } from "./columns.js";
import { checkHeader } from "./csv-header.js";
import { decimalMark, surveyCsv } from "./csv-survey.js";
import { sampleShapeOf } from "./shape.js";
import type { Source } from "./source.js";

/** How samples lie in a table of text. */
export interface CsvOptions extends CsvFormat, ColumnChoice {
	/** What stands between whole and fraction; found where absent. */
	readonly decimal?: DecimalMark | undefined;
	readonly shape?: readonly number[] | undefined;
}

/** A source, and its features' names. */
export interface TableSource {
	readonly source: Source;
	readonly features: readonly string[];
}

/**
 * The rows of a text file as samples. All rows are read once to find what the columns are.
 *
 * @throws LimbeckError as {@link openCsv} and {@link featureColumns} do; `data` for a row without a label and for cells
 * that are no numbers, with line and column.
 */
export async function csvSource(path: string, choice: CsvOptions): Promise<TableSource> {
	const options = comparedChoice(choice);
	const table = await openCsv(path, options);
	await checkHeader(table, options, path);
	const candidates = candidateColumns(table.columns, options, path);
	const labels = lacksLabels(options) ? undefined : options;
	const group = options.group !== undefined && table.columns.includes(options.group) ? options.group : undefined;
	const survey = await surveyCsv(table, { where: path, candidates, labels, group });
	const { groups } = survey;
	const { features, notices } = featureColumns(table.columns, candidates, survey.finder.rowNames(), options, path);
	const cells = features.map((name) => survey.cells[candidates.indexOf(name)]).filter((one) => one !== undefined);
	const { ignore, header } = options;
	const { decimal, guessed } = await decimalMark(cells, table, { where: path, given: options.decimal, ignore, header });
	const columns = features.map((name) => table.columns.indexOf(name));
	const found = [
		...dialectNotices(table, options, path),
		...(guessed ? [decimalNotice(path)] : []),
		...notices,
		...(options.features === undefined ? survey.finder.notices(features, path) : []),
	];
	const source: Source = {
		where: path,
		type: "float",
		sampleShape: sampleShapeOf([features.length], options.shape, path),
		...(options.header ? { features } : {}),
		labels: () => Promise.resolve(survey.labels),
		...(groups === undefined ? {} : { groups: () => Promise.resolve(groups) }),
		async *blocks() {
			let first = 0;
			for await (const rows of table.rows()) {
				const data = new Float64Array(rows.length * columns.length);
				for (const [i, row] of rows.entries()) parseRow(row, columns, decimal, data, i * columns.length);
				yield { first, data };
				first += rows.length;
			}
		},
		placeOf: async (row, element) =>
			`${path}: line ${String(await table.lineOf(row))}, column ${features[element] ?? ""}`,
		notices: () => found,
		close: () => undefined,
	};
	return { source, features };
}

/** Parses a row's cells, all of which are numbers. */
function parseRow(
	row: readonly string[],
	columns: readonly number[],
	decimal: DecimalMark,
	out: Float64Array,
	at: number,
): void {
	for (let i = 0; i < columns.length; i++) out[at + i] = numberIn(row[columns[i] ?? 0] ?? "", decimal);
}

function decimalNotice(path: string): Notice {
	const text = `Commas in the numbers of ${path} are read as decimal: 1,5 is one and a half.`;
	return { code: "decimal-comma", text, hint: "To say it yourself, set data.decimal." };
}

const separatorNames: Readonly<Partial<Record<string, string>>> = { "\t": "tabs", " ": "spaces" };

/** What was guessed and passed over in how the file is written. */
function dialectNotices(table: CsvTable, options: CsvOptions, path: string): readonly Notice[] {
	const { delimiter, skippedLines } = table.dialect;
	const usual = path.toLowerCase().endsWith(".tsv") ? "\t" : ",";
	const name = separatorNames[delimiter] ?? JSON.stringify(delimiter);
	const code = "passed-over";
	return [
		...(options.delimiter !== undefined || delimiter === usual
			? []
			: [
					{
						code: "separator",
						text: `Cells of ${path} are separated by ${name}.`,
						hint: "To say it yourself, set data.delimiter.",
					},
				]),
		...(skippedLines === 0 ? [] : [{ code, text: `The first line of ${path} names the separator; it is no row.` }]),
	];
}
