/** The figures of studies as SVG, with their legends: for a page, and as files by themselves. */
import * as Plot from "@observablehq/plot";
import { Html, html } from "../../report/html/html.js";
import { draw } from "../../report/html/plots.js";
import { type Color, colorOf } from "../../report/html/style.js";
import type { Axis, Line, Point, StudyFigure } from "./study.js";

const size = { width: 720, height: 380 };
/** Columns of the legend's letters, in pixels: a sans serif at 12 px is about so wide. */
const letter = 6.7;
const rowHeight = 20;
/** 160, where `~g` says 1.6e+2. */
const decimal = "~r";

/** In turn. */
const series: readonly Color[] = ["teacher", "student", "other-2", "other-1", "other-3", "baseline", "wrong"];

const lineColor = (index: number): string => colorOf(series[index % series.length] ?? "teacher");

/** A figure with its legend above it. */
export function chart(figure: StudyFigure): Html {
	const { keys, height } = legend(figure.lines);
	const [width, whole] = [size.width, size.height + height];
	const { text } =
		html`<svg role="img" aria-label="${figure.title}" viewBox="0 0 ${width} ${whole}" width="${width}" height="${
			whole
		}" font-family="system-ui, sans-serif" font-size="12">${keys}<g transform="translate(0,${height})">${drawing(figure)}</g></svg>`;
	return new Html(text, [{ title: figure.title, svg: text }]);
}

function legend(lines: readonly Line[]): { readonly keys: readonly Html[]; readonly height: number } {
	let [x, row] = [12, 0];
	const keys = lines.map(({ label }, k) => {
		const width = 26 + letter * label.length;
		if (x > 12 && x + width > size.width) [x, row] = [12, row + 1];
		const at = { x, y: row * rowHeight + 8 };
		x += width;
		return html`<rect x="${at.x}" y="${at.y}" width="10" height="10" rx="2" fill="${lineColor(k)}"/><text x="${
			at.x + 15
		}" y="${at.y + 9}" fill="currentColor">${label}</text>`;
	});
	return { keys, height: (row + 1) * rowHeight + 6 };
}

function drawing({ title, x, y, lines, level }: StudyFigure): Html {
	const categories = x.scale === "categories";
	const names = [...new Set(lines.flatMap(({ points }) => points.map((point) => point.x)))];
	const longest = Math.max(...names.map((name) => String(name).length));
	const slanted = categories && longest * letter > size.width / names.length;
	return draw(title, {
		...size,
		marginLeft: 60,
		marginRight: 24,
		marginTop: 28,
		marginBottom: slanted ? 30 + (longest * letter) / 2 : categories ? 46 : 40,
		x: categories
			? {
					type: "point",
					domain: names,
					label: x.label,
					labelAnchor: "center",
					labelArrow: "none",
					padding: 0.5,
					tickRotate: slanted ? -30 : 0,
				}
			: {
					type: scaleOf(x),
					label: x.label,
					labelAnchor: "center",
					labelArrow: "none",
					nice: x.scale === "linear",
					ticks: 8,
					tickFormat: decimal,
				},
		y: { type: scaleOf(y), label: y.label, grid: true, nice: y.scale === "linear", ticks: 6, tickFormat: decimal },
		marks: [
			...(level === undefined
				? []
				: [Plot.ruleY([level], { stroke: "currentColor", strokeDasharray: "4 3", strokeOpacity: 0.5 })]),
			...lines.flatMap(({ points, apart = categories }, k) => marksOf(points, lineColor(k), apart)),
		],
	});
}

const scaleOf = ({ scale }: Axis): "linear" | "log" => (scale === "log" ? "log" : "linear");

function marksOf(points: readonly Point[], color: string, apart: boolean): readonly Plot.Markish[] {
	return [
		...(apart ? [] : [Plot.line(points, { x: "x", y: "y", stroke: color, strokeWidth: 1.8 })]),
		Plot.ruleX(
			points.filter(({ std }) => std !== undefined),
			{
				x: "x",
				y1: ({ y, std = 0 }: Point) => y - std,
				y2: ({ y, std = 0 }: Point) => y + std,
				stroke: color,
				strokeOpacity: 0.55,
				strokeWidth: 1.5,
			},
		),
		Plot.dot(points, { x: "x", y: "y", r: 3.5, fill: color }),
	];
}
