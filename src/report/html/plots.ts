/** Pictures of a report, as SVG: drawn by Observable Plot, in colours that the page names. */
import * as Plot from "@observablehq/plot";
// The same in one file, which loads in a third of the time.
import { parseHTML } from "linkedom/worker";
import type { ReliabilityBin } from "../../metrics/index.js";
import type { StepRecord } from "../../pipeline/records.js";
import type { Sized } from "../columns.js";
import type { Series } from "../networks.js";
import { Html } from "./html.js";
import { type Color, colorOf } from "./style.js";

/** A point of a curve. */
export interface CurvePoint {
	readonly series: Series;
	/** Which curve it is on; several networks may be one series. */
	readonly line: string;
	readonly epoch: number;
	readonly value: number;
}

// Types of a browser's documents are not ours to have; linkedom's is one that Plot draws in.
const { document } = parseHTML("<html><body></body></html>") as { readonly document: unknown };

const faint = colorOf("faint");

/** Options that all pictures share; `title` is what a screen reader says. */
export function draw(title: string, options: Plot.PlotOptions): Html {
	const shared = {
		width: 640,
		height: 300,
		marginLeft: 56,
		marginBottom: 36,
		// linkedom leaves it in attributes as it is, where HTML may have it and XML may not.
		ariaLabel: title.replaceAll("<", "‹"),
		style: { fontSize: "12px" },
		document,
	};
	const svg: unknown = Plot.plot({ ...shared, ...options });
	// Plot puts text in as text.
	const { outerHTML } = svg as { readonly outerHTML: string };
	return new Html(outerHTML, [{ title, svg: outerHTML }]);
}

/** Curves over the epochs; the legend beside the picture says whose they are. */
export function curves(title: string, points: readonly CurvePoint[], label: string, scale: "linear" | "log"): Html {
	const lines = new Map(points.map(({ line, series }) => [line, colorOf(series.color)]));
	return draw(title, {
		marginLeft: 52,
		x: { label: "epoch", labelAnchor: "center", labelArrow: "none" },
		// 0.1, not 100m.
		y: { label, type: scale, grid: true, nice: true, ...(scale === "log" ? { ticks: 4, tickFormat: "~g" } : {}) },
		marks: Array.from(lines, ([name, stroke]) => {
			const own = points.filter(({ line }) => line === name);
			const at = { x: "epoch", y: "value" };
			// A line through one point cannot be seen.
			return own.length === 1
				? Plot.dot(own, { ...at, fill: stroke })
				: Plot.line(own, { ...at, stroke, strokeWidth: 1.8 });
		}),
	});
}

/** How often a network is right, by how sure it is: on the diagonal where it may be believed. */
export function reliability(title: string, bins: readonly ReliabilityBin[], color: Color): Html {
	return draw(title, {
		width: 260,
		height: 240,
		marginLeft: 44,
		x: { domain: [0, 1], label: "confidence", labelAnchor: "center", labelArrow: "none", ticks: 5 },
		y: { domain: [0, 1], label: "accuracy", ticks: 5, grid: true },
		marks: [
			Plot.link([0], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: faint, strokeDasharray: "4 3" }),
			Plot.link(bins, {
				x1: "confidence",
				x2: "confidence",
				y1: "confidence",
				y2: "accuracy",
				stroke: colorOf(color),
				strokeOpacity: 0.5,
			}),
			Plot.dot(bins, { x: "confidence", y: "accuracy", r: "count", fill: colorOf(color), fillOpacity: 0.7 }),
		],
		r: { range: [2, 10] },
	});
}

/** A network by its size and errors. */
export interface SizedNetwork extends Sized {
	readonly series: Series;
}

/** Errors against bytes: what deployment gains. */
export function sizes(title: string, networks: readonly SizedNetwork[]): Html {
	const kilobytes = ({ bytes }: SizedNetwork): number => bytes / 1000;
	return draw(title, {
		marginRight: 120,
		height: 260,
		x: { type: "log", label: "size, kB", labelAnchor: "center", nice: true, ticks: 4, tickFormat: "~s" },
		y: { label: "test errors", grid: true, nice: true, zero: false },
		marks: [
			Plot.ruleX(networks, {
				x: kilobytes,
				y1: ({ errors, std = 0 }: SizedNetwork) => errors - std,
				y2: ({ errors, std = 0 }: SizedNetwork) => errors + std,
				stroke: ({ series }: SizedNetwork) => colorOf(series.color),
			}),
			Plot.dot(networks, {
				x: kilobytes,
				y: "errors",
				r: 5,
				fill: ({ series }: SizedNetwork) => colorOf(series.color),
			}),
			Plot.text(networks, {
				x: kilobytes,
				y: labelHeights(networks),
				dx: 10,
				textAnchor: "start",
				fill: "currentColor",
				text: ({ series }: SizedNetwork) => series.label,
			}),
		],
		color: { type: "identity" },
	});
}

/** Where labels stand, in errors: beside their points, but a line above another that they would cover. */
function labelHeights(networks: readonly SizedNetwork[]): readonly number[] {
	const extent = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
	// Of the picture's 640 by 260 pixels, so many are between the axes; a line has 14, a letter 7.
	const line = (14 / 190) * extent(networks.flatMap(({ errors, std = 0 }) => [errors - std, errors + std]));
	const letter = (7 / 450) * extent(networks.map(({ bytes }) => Math.log(bytes)));
	const placed: { readonly from: number; readonly to: number; readonly at: number }[] = [];
	const heights = new Map<SizedNetwork, number>();
	for (const network of networks.toSorted((a, b) => a.errors - b.errors)) {
		const from = Math.log(network.bytes);
		const to = from + letter * (network.series.label.length + 2);
		const near = placed.filter((other) => other.from <= to && from <= other.to);
		// From the lowest up, so that one pass finds what is free.
		const at = near.reduce((height, other) => (height < other.at + line ? other.at + line : height), network.errors);
		placed.push({ from, to, at });
		heights.set(network, at);
	}
	return networks.map((network) => heights.get(network) ?? network.errors);
}

/** A class, and the share that a network gives it. */
export interface ClassShare {
	readonly name: string;
	readonly share: number;
}

/** A distribution over classes as bars. */
export function distribution(title: string, shares: readonly ClassShare[], color: Color): Html {
	const longest = Math.max(...shares.map(({ name }) => name.length));
	const marginLeft = Math.min(110, 12 + 7 * longest);
	return draw(title, {
		width: 130 + marginLeft,
		height: 20 * shares.length + 4,
		marginLeft,
		marginRight: 44,
		marginTop: 2,
		marginBottom: 2,
		x: { domain: [0, 1], axis: null },
		y: { domain: shares.map(({ name }) => name), label: null, tickSize: 0 },
		marks: [
			Plot.barX(shares, { x: "share", y: "name", fill: colorOf(color), insetTop: 2, insetBottom: 2 }),
			Plot.text(shares, {
				x: "share",
				y: "name",
				dx: 4,
				textAnchor: "start",
				fill: "currentColor",
				text: ({ share }: ClassShare) => shareText(share),
			}),
		],
	});
}

/** A share in per cent, and not 0 where it is none. */
function shareText(share: number): string {
	if (share >= 0.0995) return `${(100 * share).toFixed(0)} %`;
	return share >= 0.000_95 ? `${(100 * share).toFixed(1)} %` : share.toExponential(0);
}

/** The confusion matrix; colour goes by the share of the row, so that rare errors are seen. */
export function confusion(title: string, matrix: readonly (readonly number[])[], classes: readonly string[]): Html {
	const cells = matrix.flatMap((row, label) => {
		const all = row.reduce((sum, count) => sum + count, 0);
		return row.flatMap((count, predicted) =>
			count === 0
				? []
				: [
						{
							label,
							predicted,
							count,
							share: count / all,
							title: `${classes[label] ?? ""} taken for ${classes[predicted] ?? ""}: ${String(count)}`,
						},
					],
		);
	});
	const few = matrix.length <= 20;
	const long = few && classes.some(({ length }) => length > 3);
	const [size, margin] = few ? [520, long ? 90 : 50] : [600, 30];
	const names = (index: number): string => (few ? (classes[index] ?? "") : "");
	return draw(title, {
		width: size,
		height: size,
		marginLeft: margin,
		marginTop: long ? 70 : 40,
		marginBottom: 10,
		x: {
			type: "band",
			domain: matrix.keys(),
			axis: "top",
			label: "predicted",
			tickFormat: names,
			tickRotate: long ? -45 : 0,
			tickSize: 0,
		},
		y: { type: "band", domain: matrix.keys(), label: "true", tickFormat: names, tickSize: 0 },
		marks: [
			Plot.cell(cells, {
				x: "predicted",
				y: "label",
				title: "title",
				inset: few ? 0.5 : 0,
				fill: ({ label, predicted }: (typeof cells)[number]) => colorOf(label === predicted ? "right" : "wrong"),
				fillOpacity: ({ share }: (typeof cells)[number]) => 0.08 + 0.92 * Math.sqrt(share),
			}),
			...(few
				? [
						Plot.text(cells, {
							x: "predicted",
							y: "label",
							text: "count",
							fontSize: 11,
							fill: ({ share }: (typeof cells)[number]) => (share > 0.3 ? colorOf("paper") : "currentColor"),
						}),
					]
				: []),
		],
		color: { type: "identity" },
		opacity: { type: "identity" },
	});
}

/** When each step ran, and what was found in the store. */
export function timeline(title: string, steps: readonly StepRecord[]): Html {
	const end = Math.max(1, ...steps.map(({ began = 0, seconds = 0 }) => began + seconds));
	const ran = steps.filter(({ began }) => began !== undefined);
	const found = steps.filter(({ state }) => state === "cached");
	return draw(title, {
		height: 24 * steps.length + 44,
		marginLeft: 190,
		marginRight: 70,
		x: { domain: [0, end], label: "seconds", grid: true },
		y: { domain: steps.map(({ label }) => label), label: null, tickSize: 0 },
		marks: [
			Plot.barX(ran, {
				x1: "began",
				y: "label",
				fill: colorOf("teacher"),
				insetTop: 4,
				insetBottom: 4,
				x2: ({ began = 0, seconds = 0 }: StepRecord) => began + seconds,
			}),
			Plot.text(ran, {
				y: "label",
				dx: 5,
				textAnchor: "start",
				fill: "currentColor",
				x: ({ began = 0, seconds = 0 }: StepRecord) => began + seconds,
				text: ({ seconds = 0 }: StepRecord) => `${seconds.toFixed(1)} s`,
			}),
			Plot.text(found, { x: 0, y: "label", dx: 5, textAnchor: "start", fill: "currentColor", text: () => "found" }),
		],
	});
}

/** A net by the temperature of its soft targets. */
export interface TemperaturePoint {
	readonly series: Series;
	readonly temperature: number;
	/** A share of 1. */
	readonly frameAccuracy: number;
}

/** Frame accuracy by temperature. */
export function temperatures(title: string, points: readonly TemperaturePoint[]): Html {
	const stroke = ({ series }: TemperaturePoint): string => colorOf(series.color);
	const right = ({ frameAccuracy }: TemperaturePoint): number => 100 * frameAccuracy;
	return draw(title, {
		height: 240,
		x: { type: "log", label: "temperature", labelAnchor: "center", labelArrow: "none", ticks: 4, tickFormat: "~g" },
		y: { label: "frames right, %", grid: true, nice: true },
		marks: [
			Plot.line(points, { x: "temperature", y: right, z: ({ series }: TemperaturePoint) => series.label, stroke }),
			Plot.dot(points, { x: "temperature", y: right, fill: stroke, r: 4 }),
		],
		color: { type: "identity" },
	});
}

/** A matrix of classes with the classes of each cluster together. */
export interface ClusteredClasses {
	/** In the order of rows and columns. */
	readonly names: readonly string[];
	/** The matrix as a picture's address. */
	readonly image: string;
	/** The first row of each cluster and the one behind its last. */
	readonly groups: readonly { readonly from: number; readonly to: number }[];
}

/** A matrix of classes, a frame around each cluster. */
export function clusters(title: string, { names, image, groups }: ClusteredClasses): Html {
	const count = names.length;
	const few = count <= 40;
	const longest = few ? Math.max(...names.map(({ length }) => length)) : 0;
	const margin = few ? Math.min(130, 14 + 7 * longest) : 12;
	const size = (few ? Math.min(600, 60 + 44 * count) : 600) + margin;
	const at = [...names.keys()];
	const name = (index: number): string => short(names[index] ?? "");
	const label = { textAnchor: "end", fill: "currentColor", fontSize: count > 20 ? 10 : 12 } as const;
	const middle = (index: number): number => index + 0.5;
	return draw(title, {
		width: size,
		height: size,
		marginLeft: margin,
		marginTop: margin,
		marginRight: 12,
		marginBottom: 12,
		x: { domain: [0, count], axis: null },
		y: { domain: [count, 0], axis: null },
		marks: [
			Plot.image([image], {
				x: count / 2,
				y: count / 2,
				width: size - margin - 12,
				height: size - margin - 12,
				src: (address: string) => address,
				preserveAspectRatio: "none",
				imageRendering: "pixelated",
			}),
			Plot.frame({ stroke: faint }),
			Plot.rect(
				groups.filter(({ from, to }) => to > from),
				{ x1: "from", x2: "to", y1: "from", y2: "to", stroke: "currentColor", strokeWidth: 1.2 },
			),
			...(few
				? [
						Plot.text(at, { x: 0, y: middle, dx: -5, ...label, text: name }),
						longest > 2
							? Plot.text(at, { x: middle, y: 0, dy: -5, ...label, rotate: -90, textAnchor: "start", text: name })
							: Plot.text(at, { x: middle, y: 0, dy: -9, ...label, textAnchor: "middle", text: name }),
					]
				: []),
		],
	});
}

/** As much of a name as there is room for beside a matrix. */
const short = (name: string): string => (name.length > 18 ? `${name.slice(0, 17)}…` : name);
