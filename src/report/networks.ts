/** What networks are called in results, tables and pictures, and their colours: decided once, by role and place. */
import type { Color } from "./html/style.js";

/** Which of a run's networks: its role and, of several in that role, which, counted from 1; or its own name. */
export interface NetworkPart {
	readonly role?: string | undefined;
	readonly member?: number | undefined;
	readonly network?: string | undefined;
}

/** What results call a network: `early-stopped`, `generation-2`. Its file is called like it. */
export function networkName({ role = "network", member, network }: NetworkPart): string {
	const name = network ?? role.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
	return member === undefined ? name : `${name}-${String(member)}`;
}

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

/** What networks of one role are called, and their colour. */
export interface Look {
	/** One of them; where there are several, its place follows. */
	readonly title: string;
	/** All of them, where pictures do not tell them apart. */
	readonly all?: string;
	/** Of all, or by the place among several, counted from 1; 0 for the only one. */
	readonly color: Color | ((place: number) => Color);
}

/** How a workflow's networks are shown, by what results call them. */
export interface NetworkLooks {
	/** What tables call a network. */
	readonly titleOf: (name: string) => string;
	/** The same colour for the same network in all pictures. @param label - what it is called there, where not as here. */
	readonly seriesOf: (name: string, label?: string) => Series;
	/** The length of the longest title, without places. */
	readonly width: number;
}

/** @param looks - by what results call the only network of a role, or any of several but for its place. */
export function networkLooks(looks: Readonly<Record<string, Look>>): NetworkLooks {
	const titleOf = (name: string): string => {
		const { look, place } = partsOf(looks, name);
		if (look === undefined) return name;
		return place === 0 ? (look.all ?? look.title) : `${look.title} ${String(place)}`;
	};
	return {
		titleOf,
		seriesOf(name, label) {
			const { look, place } = partsOf(looks, name);
			const { color = otherColor(place) } = look ?? {};
			return {
				label: label ?? look?.all ?? titleOf(name),
				color: typeof color === "function" ? color(place) : color,
			};
		},
		width: Math.max(0, ...Object.values(looks).map(({ title }) => title.length)),
	};
}

/** Role and place of what results call `generation-2`; of `distilled-T2`, a temperature that was tried, the role. */
function partsOf(
	looks: Readonly<Record<string, Look>>,
	name: string,
): { readonly look: Look | undefined; readonly place: number } {
	const [, role = name, place = "0"] = /^(.*?)(?:-(?:(\d+)|T[\d.]+))?$/.exec(name) ?? [];
	return { look: Object.hasOwn(looks, role) ? looks[role] : undefined, place: Number(place) };
}
