/** The drawing area. */
import { type Grey, side } from "./center.js";

/** Pixels of a stroke: as wide as MNIST's once the digit is 20 pixels high. */
const strokeWidth = 22;

/** A canvas that is drawn on. */
export interface Pad {
	/** What is drawn, white on black. */
	read(): Grey;
	clear(): void;
	/** Shows a digit of 28 × 28 pixels. */
	show(digit: Uint8Array): void;
}

/**
 * Lets a canvas be drawn on with mouse, pen and finger.
 *
 * @param onChange - called after every change; `ended` at the end of a stroke.
 */
export function drawOn(canvas: HTMLCanvasElement, onChange: (ended: boolean) => void): Pad {
	const context = canvas.getContext("2d", { willReadFrequently: true });
	if (context === null) throw new TypeError("expected a canvas with a 2d context, got none");
	const { width, height } = canvas;
	context.lineWidth = strokeWidth;
	context.lineCap = context.lineJoin = "round";
	context.strokeStyle = "#fff";
	const clear = (): void => {
		context.fillStyle = "#000";
		context.fillRect(0, 0, width, height);
	};
	clear();
	let last: readonly [number, number] | undefined;
	const place = ({ clientX, clientY }: MouseEvent): readonly [number, number] => {
		const { left, top, width: shown } = canvas.getBoundingClientRect();
		return [((clientX - left) * width) / shown, ((clientY - top) * width) / shown];
	};
	const draw = (to: readonly [number, number]): void => {
		const from = last ?? to;
		context.beginPath();
		context.moveTo(...from);
		context.lineTo(...to);
		context.stroke();
		last = to;
	};
	canvas.addEventListener("pointerdown", (event) => {
		if (event.button !== 0) return;
		canvas.setPointerCapture(event.pointerId);
		draw(place(event));
		onChange(false);
	});
	canvas.addEventListener("pointermove", (event) => {
		if (last === undefined) return;
		const events = event.getCoalescedEvents();
		for (const each of events.length === 0 ? [event] : events) draw(place(each));
		onChange(false);
	});
	const end = (): void => {
		if (last === undefined) return;
		last = undefined;
		onChange(true);
	};
	canvas.addEventListener("pointerup", end);
	canvas.addEventListener("pointercancel", end);
	return {
		read() {
			const { data } = context.getImageData(0, 0, width, height);
			return { width, height, ink: Uint8Array.from({ length: width * height }, (_, i) => data[4 * i] ?? 0) };
		},
		clear() {
			clear();
			onChange(true);
		},
		show(digit) {
			clear();
			paint(context, digit, width / side);
			onChange(true);
		},
	};
}

/** Paints a grey picture of 28 × 28, each pixel so many wide. */
export function paint(context: CanvasRenderingContext2D, digit: Uint8Array, scale: number): void {
	digit.forEach((value, at) => {
		context.fillStyle = `rgb(${value} ${value} ${value})`;
		context.fillRect((at % side) * scale, Math.floor(at / side) * scale, scale, scale);
	});
}
