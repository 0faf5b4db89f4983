/** What is read of a run's report.json, which may come from anybody. */
import { z } from "zod";
import { type DataChoice, dataOptions } from "../data/options.js";
import { readTextIfThere } from "../files.js";
import { parseContent } from "../options.js";
import { type FigureName, figureNames } from "../tasks/figures.js";

/** Every figure that a network may have. */
const anyFigures = Object.fromEntries(figureNames.map((name) => [name, z.number().optional()])) as Readonly<
	Record<FigureName, z.ZodOptional<z.ZodNumber>>
>; // fromEntries forgets which names there are.

const figures = z.looseObject({
	...anyFigures,
	parameters: z.number(),
	bytes: z.number(),
});

/** Parsing takes any depth of nesting, writing does not; a card shows the recipe. */
function canBeWritten(value: unknown): boolean {
	try {
		return JSON.stringify(value).length > 0;
	} catch {
		return false;
	}
}

const reportSchema = z.looseObject({
	schema: z.literal(1),
	created: z.string(),
	recipe: z.looseObject({ data: dataOptions }).refine(canBeWritten, "nested too deeply"),
	seeds: z.array(z.number()).min(1),
	data: z.looseObject({ train: z.number(), validation: z.number(), test: z.number() }),
	teacher: figures.optional(),
	baseline: figures.optional(),
	student: figures.optional(),
	network: figures.optional(),
	notes: z.array(z.string()).optional(),
});

/** A run's report, as far as a model card needs it. */
export type RunReport = z.infer<typeof reportSchema>;

/** The data that a run was made with. */
export function dataOf({ recipe }: RunReport): DataChoice {
	return recipe.data;
}

/**
 * Reads a report.json.
 *
 * @returns `undefined` where there is no such file.
 * @throws LimbeckError `data` for one that Limbeck did not write, `file` where it cannot be read.
 */
export async function readRunReport(path: string): Promise<RunReport | undefined> {
	const text = await readTextIfThere(path);
	if (text === undefined) return undefined;
	return parseContent(reportSchema, text, { where: path, expected: "a report of limbeck distill or limbeck train" });
}
