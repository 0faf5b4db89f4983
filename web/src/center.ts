/** Drawings made as MNIST's digits were: in a box of 20 × 20 pixels, its centre of mass in the middle of 28 × 28. */

/** Pixels of a side of what the networks see. */
export const side = 28;
/** Pixels of the longer side of a digit. */
const box = 20;

/** A grey picture, row after row, 0 where there is no ink. */
export interface Grey {
	readonly width: number;
	readonly height: number;
	readonly ink: Uint8Array | Uint8ClampedArray;
}

/**
 * A drawing as the networks want it.
 *
 * Source: LeCun, Cortes, Burges, "The MNIST database": scaled into 20 × 20 with its aspect ratio kept and grey levels
 * from averaging, then placed by its centre of mass.
 *
 * @returns `[28, 28]`; `undefined` where nothing is drawn.
 */
export function centered(drawing: Grey): Uint8Array | undefined {
	const bounds = boundsOf(drawing);
	if (bounds === undefined) return undefined;
	const scale = box / Math.max(bounds.width, bounds.height);
	const width = Math.max(1, Math.round(bounds.width * scale));
	const height = Math.max(1, Math.round(bounds.height * scale));
	const small = averaged(drawing, bounds, width, height);
	const { x, y } = centreOf(small, width, height);
	const [left, top] = [placed(x, width), placed(y, height)];
	const out = new Uint8Array(side * side);
	for (let row = 0; row < height; row++) {
		const from = small.subarray(row * width, (row + 1) * width);
		out.set(
			from.map((value) => Math.min(255, Math.round(value))),
			(top + row) * side + left,
		);
	}
	return out;
}

interface Bounds {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

function boundsOf({ width, height, ink }: Grey): Bounds | undefined {
	let [left, right, top, bottom] = [width, -1, height, -1];
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			if (ink[y * width + x] === 0) continue;
			left = Math.min(left, x);
			right = Math.max(right, x);
			top = Math.min(top, y);
			bottom = y;
		}
	}
	return right < left ? undefined : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** The part of a picture in `bounds`, scaled: each pixel is the mean of the area that it stands for. */
function averaged({ width: stride, ink }: Grey, bounds: Bounds, width: number, height: number): Float32Array {
	const columns = shares(bounds.width, width);
	const rows = shares(bounds.height, height);
	const out = new Float32Array(width * height);
	rows.forEach((row, y) => {
		columns.forEach((column, x) => {
			let sum = 0;
			for (const [j, down] of row) {
				const line = (bounds.y + j) * stride + bounds.x;
				for (const [i, across] of column) sum += (ink[line + i] ?? 0) * down * across;
			}
			out[y * width + x] = sum;
		});
	});
	return out;
}

/** For each of `to` pixels in a line: which of `from` pixels it covers, and the share that each has in it. */
function shares(from: number, to: number): readonly (readonly (readonly [number, number])[])[] {
	const step = from / to;
	return Array.from({ length: to }, (_, k) => {
		const [start, end] = [k * step, (k + 1) * step];
		const first = Math.floor(start);
		const count = Math.min(from, Math.ceil(end)) - first;
		return Array.from({ length: count }, (_, i): readonly [number, number] => {
			const at = first + i;
			return [at, (Math.min(end, at + 1) - Math.max(start, at)) / step];
		});
	});
}

/** The centre of mass, from the left upper corner. */
function centreOf(ink: Float32Array, width: number, height: number): { readonly x: number; readonly y: number } {
	let [sum, x, y] = [0, 0, 0];
	for (let row = 0; row < height; row++) {
		for (let column = 0; column < width; column++) {
			const value = ink[row * width + column] ?? 0;
			sum += value;
			x += value * (column + 0.5);
			y += value * (row + 0.5);
		}
	}
	return { x: x / sum, y: y / sum };
}

/**
 * Where a line of `length` pixels begins so that its centre is in the middle, and all of it inside. In all of MNIST's
 * digits the centre lies in the pixel after the middle, 14 to 15.
 */
function placed(centre: number, length: number): number {
	return Math.max(0, Math.min(side - length, Math.ceil(side / 2 - centre)));
}
