/** Whether the columns of a table name its rows: a value that no other row has says nothing about new rows. */

import type { Notice } from "../../notices.js";
import { settingText } from "../../settings.js";
import { shortList } from "./classes.js";
import { namesNothing, soundsLikeName } from "./columns.js";

/** Looks at the cells of columns, row after row. */
export interface RowNameFinder {
	/** The columns whose cells are still to be shown, by their place among the candidates. */
	readonly open: ReadonlySet<number>;
	/** Takes in the next cell of an open column: a number, or a text that is none. */
	add(column: number, value: unknown): void;
	/** Why columns are taken for names of rows. */
	rowNames(): ReadonlyMap<string, string>;
	/** What should be known of features that look somewhat like names of rows. */
	notices(features: readonly string[], where: string): readonly Notice[];
}

/**
 * Columns are taken for names of rows: those without a name; those that the file's metadata name as its index; and those
 * called `id`, `…_id`, `index` and the like with whole numbers or texts of which no two are equal.
 *
 * @param index - columns that the file's metadata name as its index.
 */
export function createRowNameFinder(names: readonly string[], index: readonly string[] = []): RowNameFinder {
	const columns = names.map((name) => ({ name, cells: createTracker(soundsLikeName(name)) }));
	const open = new Set(names.keys());
	const reasonOf = (name: string, cells: Tracker): string | undefined => {
		if (namesNothing(name)) return "no name";
		if (index.includes(name)) return "the index, by the file's metadata";
		return cells.allDiffer() ? "all values differ" : undefined;
	};
	return {
		open,
		add(column, value) {
			if (columns[column]?.cells.add(value) === false) open.delete(column);
		},
		rowNames: () =>
			new Map(
				columns.flatMap(({ name, cells }) => {
					const reason = reasonOf(name, cells);
					return reason === undefined ? [] : [[name, reason] as const];
				}),
			),
		notices(features, where) {
			const used = columns.filter(({ name }) => features.includes(name));
			const counting = used.filter(({ cells }) => cells.countsRows()).map(({ name }) => name);
			const named = used.filter(({ name, cells }) => soundsLikeName(name) && !cells.allDiffer());
			return [
				...noticeOf(counting, {
					code: "row-numbers",
					text: `${where}: columns that number the rows from first to last are features:`,
				}),
				...noticeOf(
					named.map(({ name }) => name).filter((name) => !counting.includes(name)),
					{
						code: "id-as-feature",
						text: `${where}: columns that are called as names of things are features, for values recur:`,
					},
				),
			];
		},
	};
}

function noticeOf(names: readonly string[], { code, text }: Notice): readonly Notice[] {
	if (names.length === 0) return [];
	const hint = `If they say nothing of new samples: ${settingText("data.ignore", names)} (and what else is left out).`;
	return [{ code, text: `${text} ${shortList(names.map((name) => JSON.stringify(name)))}.`, hint }];
}

/** Rows of a column that are compared with each other: if these all differ, all are taken to. */
const compared = 2 ** 20;
/** Fewer rows in order are a coincidence. */
const fewestCounted = 10;

interface Tracker {
	/** @returns whether more cells are of interest. */
	add(value: unknown): boolean;
	/** Whether all cells seen are whole numbers or texts, two or more, no two equal. */
	allDiffer(): boolean;
	/** Whether the cells are 0, 1, 2 … or 1, 2, 3 …. */
	countsRows(): boolean;
}

/** @param sought - whether it matters that all cells differ. */
function createTracker(sought: boolean): Tracker {
	const seen = new Set<unknown>();
	let [differ, counts, rows, start] = [sought, true, 0, 0];
	return {
		add(value) {
			if (rows === 0) start = Number(value);
			counts &&= (start === 0 || start === 1) && Number(value) === start + rows;
			if (differ && rows < compared) {
				differ = (typeof value !== "number" || Number.isInteger(value)) && !seen.has(value);
				if (differ) seen.add(value);
				else seen.clear();
			}
			rows++;
			return counts || differ;
		},
		allDiffer: () => differ && rows > 1,
		countsRows: () => counts && rows >= fewestCounted,
	};
}
