/** One piece of memory, as all the numbers that a file of targets holds. Typed arrays are little-endian wherever Node runs. */
export interface Memory {
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly halves: Uint16Array<ArrayBuffer>;
	readonly words: Uint32Array<ArrayBuffer>;
	readonly floats: Float32Array<ArrayBuffer>;
	readonly doubles: Float64Array<ArrayBuffer>;
}

/** Memory of so many bytes or a few more. */
export function memoryOf(bytes: number): Memory {
	const buffer = new ArrayBuffer(8 * Math.ceil(bytes / 8));
	return {
		bytes: new Uint8Array(buffer),
		halves: new Uint16Array(buffer),
		words: new Uint32Array(buffer),
		floats: new Float32Array(buffer),
		doubles: new Float64Array(buffer),
	};
}
