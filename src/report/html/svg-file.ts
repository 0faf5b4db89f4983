/** Plots as files: SVG that needs no page around it. */
import type { Drawing } from "./html.js";
import { type Color, palette } from "./style.js";

/** A file, to be put somewhere. */
export interface PlotFile {
	readonly name: string;
	readonly text: string;
}

/** The plots of a page, a file each: `03-training-loss.svg` is the third. */
export function plotFiles(drawings: readonly Drawing[]): readonly PlotFile[] {
	return drawings.map(({ title, svg }, k) => {
		const words = title
			.toLowerCase()
			.replaceAll(/[^a-z0-9]+/g, "-")
			.replaceAll(/^-|-$/g, "")
			.slice(0, 60);
		return { name: `${String(k + 1).padStart(2, "0")}-${words}.svg`, text: standalone(svg) };
	});
}

/** Characters that XML has no way to write. */
const controls = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/**
 * Where a page names its colours, a file has those of the light look, which every program knows, and a style that changes
 * them where the reader wants it dark.
 */
function standalone(svg: string): string {
	const used = new Set(Array.from(svg.matchAll(/var\(--([\w-]+)\)/g), ([, name]) => name));
	const colors = Object.entries(palette).filter(([name]) => used.has(name));
	const dark = colors.map(([, [light, other]]) => {
		return `[fill="${light}"] { fill: ${other}; } [stroke="${light}"] { stroke: ${other}; }`;
	});
	const [ink, paper] = [palette.ink, palette.paper];
	const style = `svg { color: ${ink[0]}; background: ${paper[0]}; font-family: system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { svg { color: ${ink[1]}; background: ${paper[1]}; } ${dark.join(" ")} }`;
	const plain = svg.replaceAll(/var\(--([\w-]+)\)/g, (_, name: string) => palette[name as Color][0]);
	const start = plain.indexOf(">") + 1;
	const opening = plain.slice(0, start).replace(/ xmlns(:xlink)?="[^"]*"/g, "");
	const spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
	const body = plain.slice(start).replaceAll("&nbsp;", "&#160;").replaceAll(controls, "");
	return `${opening.replace("<svg", `<svg ${spaces}`)}<style>${style}</style>${body}\n`;
}
