/** The curve of a training as it goes. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

/** A curve of losses and of errors on validation, by step. */
export interface Curve {
	loss(step: number, loss: number): void;
	errors(step: number, errors: number): void;
	/** Shows the loss of every step, in the place of those told so far. */
	every(losses: Float32Array): void;
	remove(): void;
}

const height = 260;

/* eslint-disable @typescript-eslint/no-unsafe-enum-assignment -- uPlot's enumerations are there in its types alone */
const logarithmic = 3 as uPlot.Scale.Distr;
const right = 1 as uPlot.Axis.Side;
/* eslint-enable @typescript-eslint/no-unsafe-enum-assignment */

/** Of the places of a logarithmic axis, those that get a line. */
function powersOfTen(_: uPlot, places: number[]): (number | null)[] {
	return places.map((place) => (Number.isInteger(Math.log10(place)) ? place : null));
}

/** Draws a curve into an element, in the colours of the page. */
export function curveIn(place: HTMLElement): Curve {
	const style = getComputedStyle(place);
	const colour = (name: string): string => style.getPropertyValue(name);
	const axis = (label: string, more: uPlot.Axis): uPlot.Axis => ({
		label,
		labelSize: 22,
		stroke: colour("--soft"),
		font: "12px system-ui",
		labelFont: "12px system-ui",
		ticks: { stroke: colour("--line"), width: 1 },
		...more,
		grid: { stroke: colour("--line"), width: 1, ...more.grid },
	});
	const widthOf = (): number => Math.max(240, place.clientWidth);
	const plot = new uPlot(
		{
			width: widthOf(),
			height,
			cursor: { drag: { x: false, y: false } },
			scales: { x: { time: false }, loss: { distr: logarithmic }, errors: {} },
			axes: [
				axis("step", { size: 32 }),
				axis("loss", { scale: "loss", size: 56, grid: { filter: powersOfTen } }),
				axis("validation errors", { scale: "errors", side: right, size: 52, grid: { show: false } }),
			],
			series: [
				{ label: "step" },
				{ label: "loss", scale: "loss", stroke: colour("--teacher"), width: 2, spanGaps: true },
				{ label: "errors", scale: "errors", stroke: colour("--student"), width: 2, dash: [6, 4], spanGaps: true },
			],
		},
		[[], [], []],
		place,
	);
	const losses = new Map<number, number>();
	const wrong = new Map<number, number>();
	const show = (): void => {
		const steps = [...new Set([...losses.keys(), ...wrong.keys()])].toSorted((a, b) => a - b);
		const at = (values: ReadonlyMap<number, number>): (number | null)[] =>
			steps.map((step) => values.get(step) ?? null);
		plot.setData([steps, at(losses), at(wrong)]);
	};
	const fit = new ResizeObserver(() => {
		plot.setSize({ width: widthOf(), height });
	});
	fit.observe(place);
	return {
		loss(step, loss) {
			losses.set(step, loss);
			show();
		},
		errors(step, errors) {
			wrong.set(step, errors);
			show();
		},
		every(all) {
			losses.clear();
			for (const [k, loss] of all.entries()) losses.set(k + 1, loss);
			show();
		},
		remove() {
			fit.disconnect();
			plot.destroy();
		},
	};
}
