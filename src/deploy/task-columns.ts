/** What tables tell of exported models of another task than classification. */
import { type FigureName, figureKinds, figureNames, figureText } from "../tasks/figures.js";
import { taskOf } from "../tasks/index.js";
import type { ExportedModel, ExportReport } from "./report.js";

/** A column of a table of exported models. */
export interface ModelColumn {
	readonly heading: string;
	readonly cell: (model: ExportedModel) => string;
}

/** The task's figures on the test split, and how like float32 models are, there and on the validation split. */
export function taskColumns({ task, models }: Pick<ExportReport, "task" | "models">): readonly ModelColumn[] {
	const { measures } = taskOf({ task });
	const likeness = figureNames.filter(
		(name) => !measures.includes(name) && models.some(({ validation }) => validation[name] !== undefined),
	);
	return [
		...measures.map((name) => column(figureKinds[name].title, name, "test")),
		...likeness.flatMap((name) => [
			column(likenessTitle(name), name, "test"),
			column(`${likenessTitle(name)}, validation`, name, "validation"),
		]),
	];
}

function column(heading: string, name: FigureName, split: "test" | "validation"): ModelColumn {
	return {
		heading,
		cell(model) {
			const value = model[split][name];
			return value === undefined ? "–" : figureText(name, value);
		},
	};
}

/** What a figure of likeness to a teacher is called where that is the float32 model. */
function likenessTitle(name: FigureName): string {
	const { title, as } = figureKinds[name];
	return as === "percent" ? "as float32" : title.replace("teacher", "float32");
}
