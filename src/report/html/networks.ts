/** What networks are called in tables and pictures, and their colours. */
import type { Series } from "./plots.js";
import type { Color } from "./style.js";

/** What results call a network, by what tables call it. */
const names: Readonly<Record<string, string>> = {
	"student, distilled": "student",
	"student, alone": "baseline",
	"alone, stopped early": "early-stopped",
	"all generations": "generations",
};

/** What results call the network that tables call so. */
export function nameOf(label: string): string {
	if (label.startsWith("teacher, all")) return "teacher";
	return names[label] ?? label.replace(" ", "-");
}

/** What tables call the network that results call so. */
export function titleOf(name: string): string {
	const known = Object.entries(names).find(([, one]) => one === name);
	return known?.[0] ?? name.replace("-", " ");
}

const otherColors = ["other-1", "other-2", "other-3"] as const satisfies readonly Color[];

/** The same colour for the same network in all pictures. */
export function seriesOf(label: string): Series {
	const name = nameOf(label);
	const known = (["teacher", "student", "baseline"] as const).find((role) => name.startsWith(role));
	return { label, color: known ?? otherColors[name.length % otherColors.length] ?? "other-1" };
}
