/** Soft targets from a file: any model behind any interface can teach. */
import type { DataSet, Split } from "../../data/data-set.js";
import { LimbeckError } from "../../errors.js";
import type { Notice } from "../../notices.js";
import {
	type Answers,
	checkAnswers,
	type FoundForm,
	formAt,
	formOfValues,
	formUnlike,
	logitsOfRows,
	type OutputForm,
} from "../../predict/output-form.js";
import { settingOf } from "../../predict/setting.js";
import { selectOutputs } from "../../train/class-order.js";
import type { StoredTargets } from "../../train/teacher.js";
import type { TargetsTeacher } from "./options.js";
import { readTargetRows, type TargetField, type TargetRow } from "./target-files.js";
import { topKForm, topKLogits } from "./top-k.js";

/** How options of soft targets are set: they are a recipe's only teacher. */
export const targetsSetting = settingOf("teacher");

/** What the name of a field says its numbers are. */
const formOfField: Readonly<Partial<Record<TargetField, OutputForm>>> = {
	logits: "logits",
	probabilities: "probabilities",
	logProbabilities: "log-probabilities",
};

const valueFields = ["logits", "probabilities", "logProbabilities", "values"] as const;

/**
 * Reads soft targets and puts them in the order of the training samples, and of the validation samples where these have
 * no labels. With ids, a row is for the sample of that row
 * of the data that the training samples were taken from (see `Split.origin`); without them there is a row for each
 * training sample, in the order of the training split, or a row for each of all rows that they were taken from.
 *
 * Probabilities become log max(p, 10⁻¹²). Top-k targets, `indices` with as many numbers beside them, leave a mass
 * 1 − Σ p: spread evenly over the other classes, or dropped, which leaves the others 10⁻¹².
 *
 * @throws LimbeckError (`data`, `model`, `usage`) for targets of other data, of other classes, that are not finite or
 * do not sum to one, by the row.
 */
export async function readTargets(options: TargetsTeacher, data: DataSet): Promise<StoredTargets> {
	const { file } = options;
	const rows: TargetRow[] = [];
	for await (const row of readTargetRows(file)) rows.push(row);
	const train = align(rows, data.train, "training", file);
	const validation = data.unlabelled === true ? align(rows, data.validation, "validation", file) : undefined;
	const field = fieldOf(rows, file);
	const isTopK = rows[0]?.fields.indices !== undefined;
	const width = isTopK ? undefined : widthOf(rows, field, data.classes.length, file);
	const values = rows.map((row) => valuesOf(row, field, width));
	const { found, notices } = formOf(options, field, values, width);
	const outputs = width === undefined ? outputsOfTopK(options, rows, data.classes.length) : Math.max(2, width);
	const names = options.classes === undefined ? {} : { names: options.classes };
	const select = selectOutputs(
		{ ...names, ...(options.select === undefined ? {} : { select: options.select }) },
		outputs,
		data.classes,
		file,
		targetsSetting,
	);
	const logitsOf = (aligned: Uint32Array): Float32Array => {
		const logits = new Float32Array(aligned.length * data.classes.length);
		for (const [sample, at] of aligned.entries()) {
			const row = rows[at];
			const own = values[at] ?? [];
			if (row === undefined) continue;
			const all = isTopK
				? topKLogits(row, own, { form: found.form, remaining: options.remaining, outputs })
				: [...logitsOfRows({ data: Float32Array.from(own), width: own.length }, found.form)];
			logits.set(select === undefined ? all : select.map((index) => all[index] ?? 0), sample * data.classes.length);
		}
		return logits;
	};
	return {
		where: file,
		logits: logitsOf(train),
		...found,
		...(notices.length === 0 ? {} : { notices }),
		...(validation === undefined ? {} : { validation: logitsOf(validation) }),
	};
}

/**
 * The classes of a file of soft targets, in the data's order: those that the recipe names, else `0`, `1` and so on.
 *
 * @returns `undefined` where nobody says how many they are, as in top-k targets.
 * @throws LimbeckError (`data`) for a file that is missing, damaged or of another kind.
 */
export async function targetClasses({ file, classes, select }: TargetsTeacher): Promise<string[] | undefined> {
	const all = classes ?? (await countedOutputs(file));
	if (select !== undefined) return select.map((index) => all?.[index] ?? String(index));
	return all && [...all];
}

async function countedOutputs(file: string): Promise<string[] | undefined> {
	for await (const { fields } of readTargetRows(file)) {
		if (fields.indices !== undefined) return undefined;
		const width = valueFields.map((name) => fields[name]?.length).find((length) => length !== undefined);
		return width === undefined ? undefined : Array.from({ length: width }, (_, index) => String(index));
	}
	return undefined;
}

/** The one field of numbers that every row has. */
function fieldOf(rows: readonly TargetRow[], where: string): TargetField {
	const [first] = rows;
	const present = valueFields.filter((name) => first?.fields[name] !== undefined);
	const [field] = present;
	if (field !== undefined && present.length === 1) return field;
	throw new LimbeckError("data", {
		where,
		expected: "one of logits, probabilities, logProbabilities, or indices with values",
		got: present.length === 0 ? "none of them" : present.join(", "),
	});
}

/** Numbers of a row: one serves two classes. */
function widthOf(rows: readonly TargetRow[], field: TargetField, classes: number, where: string): number {
	const width = rows[0]?.fields[field]?.length ?? 0;
	if (width > 1 || (width === 1 && classes === 2)) return width;
	throw new LimbeckError("data", { where, expected: "two classes or more in a row", got: String(width) });
}

/** @param width - how many there must be; as many as indices where absent. */
function valuesOf({ fields, where }: TargetRow, field: TargetField, width: number | undefined): readonly number[] {
	const wanted = width ?? fields.indices?.length;
	const values = fields[field];
	if (values !== undefined && values.length === wanted) return values;
	throw new LimbeckError("data", {
		where,
		expected: `${String(wanted ?? "some")} ${field}`,
		got: String(values?.length ?? "none"),
	});
}

/** What the numbers are: as set, as their field is called, or as they turn out to be. */
function formOf(
	{ outputs, file }: TargetsTeacher,
	field: TargetField,
	values: readonly (readonly number[])[],
	width: number | undefined,
): { readonly found: FoundForm; readonly notices: readonly Notice[] } {
	const named = formOfField[field];
	const told: FoundForm | undefined =
		outputs !== "auto"
			? { form: outputs, reason: "told" }
			: named && { form: named, reason: `its field is called ${field}` };
	if (width === undefined) return { found: topKForm(values, told, file, outputs !== "auto"), notices: [] };
	const answers = { data: Float32Array.from(values.flat()), width, where: file, setting: targetsSetting };
	const unlike = told && formUnlike(answers, told.form);
	if (told !== undefined && unlike !== undefined) return unlikeForm(answers, told, unlike, outputs !== "auto");
	const found = told ?? formOfValues(answers);
	checkAnswers(answers, found.form, outputs !== "auto");
	return { found: { ...found, form: formAt(width, found.form) }, notices: [] };
}

/**
 * Numbers that look otherwise than their field is called, or than was set: the latter is believed, and percentages are
 * probabilities.
 *
 * @throws LimbeckError (`data`, `model`) for a field by the name of which they would be misread.
 */
function unlikeForm(
	answers: Answers,
	told: FoundForm,
	unlike: FoundForm,
	set: boolean,
): { readonly found: FoundForm; readonly notices: readonly Notice[] } {
	const { where, width } = answers;
	const misnamed = told.form === "probabilities" && unlike.form === "percentages";
	const single = told.form === "probabilities" && unlike.form === "sigmoid" && width === 1;
	if (single) return { found: { ...told, form: formAt(width, told.form) }, notices: [] };
	if (!set && !misnamed && told.form === "logits") {
		throw new LimbeckError("data", {
			where,
			expected: `logits, as ${told.reason}`,
			got: `what looks like ${unlike.form}: ${unlike.reason}`,
			hint: `Use ${targetsSetting("outputs", unlike.form)}, or call the field ${fieldFor(unlike.form)}; if they are logits: ${targetsSetting("outputs", "logits")}.`,
		});
	}
	const found = misnamed ? unlike : told;
	checkAnswers(answers, found.form, set);
	const text = `${where} is read as ${found.form}: ${unlike.reason}, although ${told.reason === "told" ? `outputs is set to ${told.form}` : told.reason}.`;
	return { found, notices: [{ code: "outputs-unlike-form", text }] };
}

/** The name of a field for numbers of a form. */
function fieldFor(form: OutputForm): TargetField {
	const named = Object.entries(formOfField).find(([, one]) => one === form)?.[0];
	return valueFields.find((field) => field === named) ?? "values";
}

function outputsOfTopK({ classes, select }: TargetsTeacher, rows: readonly TargetRow[], data: number): number {
	if (classes !== undefined) return classes.length;
	if (select === undefined) return data;
	const largest = (list: readonly number[]): number => list.reduce((most, index) => Math.max(most, index), 0);
	return 1 + Math.max(largest(select), largest(rows.map(({ fields }) => largest(fields.indices ?? []))));
}

/** The row of targets for each sample of a split. */
function align(rows: readonly TargetRow[], split: Split, name: "training" | "validation", where: string): Uint32Array {
	const { count, origin } = split;
	const idOf = (sample: number): number => origin?.rows[sample] ?? sample;
	const withIds = rows.filter(({ id }) => id !== undefined).length;
	if (withIds > 0) return byId(rows, split, idOf, name, where);
	if (name === "training" && rows.length === count) return Uint32Array.from(rows.keys());
	if (rows.length === origin?.count) return Uint32Array.from({ length: count }, (_, k) => idOf(k));
	const whole = `${String(origin?.count ?? count)} for all rows that they were taken from`;
	const own = `a row for each of ${String(count)} training samples, in order`;
	throw new LimbeckError("data", {
		where,
		expected: `targets for this data: ${name === "training" ? `${own}, or ` : "validation goes by them, so "}${whole}`,
		got: `${String(rows.length)} rows`,
		hint: "Give each row the id of its sample: its row in the data's own file, counted from 0.",
	});
}

function byId(
	rows: readonly TargetRow[],
	{ count, origin }: Split,
	idOf: (sample: number) => number,
	name: string,
	where: string,
): Uint32Array {
	const places = new Map<number, number>();
	for (const [at, { id, where: place }] of rows.entries()) {
		if (id === undefined || places.has(id)) {
			const got = id === undefined ? "none" : `a second row of id ${String(id)}`;
			throw new LimbeckError("data", { where: place, expected: "an id of its own", got });
		}
		places.set(id, at);
	}
	const ids = Array.from({ length: count }, (_, sample) => idOf(sample));
	const missing = ids.filter((id) => !places.has(id));
	const total = origin?.count ?? count;
	const strangers = [...places.keys()].filter((id) => id >= total);
	const hint = "An id is the row of a sample in the data's own file, counted from 0.";
	if (missing.length > 0) {
		throw new LimbeckError("data", {
			where,
			expected: `targets for this data: one for each of ${String(count)} ${name} samples`,
			got: `${String(rows.length)} rows, none of ${firstOf(missing)}`,
			hint,
		});
	}
	if (strangers.length > 0) {
		throw new LimbeckError("data", {
			where,
			expected: `targets for this data: ids of its ${String(total)} rows, 0 to ${String(total - 1)}`,
			got: `${String(rows.length)} rows, no sample has ${firstOf(strangers)}`,
			hint,
		});
	}
	return Uint32Array.from(ids, (id) => places.get(id) ?? 0);
}

const shownIds = 5;

/** The first of some ids, and how many there are. */
function firstOf(ids: readonly number[]): string {
	if (ids.length === 1) return `id ${String(ids[0])}`;
	const shown = ids.slice(0, shownIds).map(String).join(", ");
	return `ids ${shown}${ids.length > shownIds ? ", …" : ""} (${String(ids.length)} in all)`;
}
