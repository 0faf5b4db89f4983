/** What networks are called in tables and pictures, and their colours: decided here, by role and place. */
import type { Color } from "./html/style.js";

/** A network in pictures: what it is called, and its colour. */
export interface Series {
	readonly label: string;
	readonly color: Color;
}

const otherColors = ["other-1", "other-2", "other-3", "other-4", "other-5"] as const satisfies readonly Color[];

/** A colour of those that belong to no role. @param place - counted from 0; colours come again after the last. */
export function otherColor(place: number): Color {
	return otherColors[place % otherColors.length] ?? otherColors[0];
}

interface Titled {
	readonly title: string;
	/** @param place - of several of that role, counted from 1; 0 for the only one. */
	readonly color: (place: number) => Color;
}

/** Every role, by what results call it. */
const roles: Readonly<Record<string, Titled>> = {
	teacher: { title: "teacher", color: () => "teacher" },
	student: { title: "student, distilled", color: () => "student" },
	baseline: { title: "student, alone", color: () => "baseline" },
	"early-stopped": { title: "alone, stopped early", color: () => otherColor(0) },
	generations: { title: "all generations", color: () => otherColor(1) },
	assistant: { title: "assistant", color: (place) => otherColor(place + 1) },
	generation: { title: "generation", color: (place) => otherColor(place + 2) },
	network: { title: "network", color: () => "student" },
};

/** Role and place of what results call `generation-2`. */
function partsOf(name: string): { readonly role: Titled | undefined; readonly place: number } {
	const [, role = name, place = "0"] = /^(.*?)(?:-(\d+))?$/.exec(name) ?? [];
	return { role: Object.hasOwn(roles, role) ? roles[role] : undefined, place: Number(place) };
}

/** Whether results call a network of a known role so. */
export function isRole(name: string): boolean {
	return partsOf(name).role !== undefined;
}

/** What tables call the network that results call so. */
export function titleOf(name: string): string {
	const { role, place } = partsOf(name);
	return role === undefined ? name : `${role.title}${place === 0 ? "" : ` ${String(place)}`}`;
}

/** The same colour for the same network in all pictures. @param label - what it is called there, where not as in tables. */
export function seriesOf(name: string, label = titleOf(name)): Series {
	const { role, place } = partsOf(name);
	return { label, color: role?.color(place) ?? otherColor(place) };
}
