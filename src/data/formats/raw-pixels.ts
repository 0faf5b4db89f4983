/** Pixels of eight bits, row after row from the top: `[height, width, channels]`. */
export interface RawPixels {
	readonly width: number;
	readonly height: number;
	/** 1 grey, 2 grey and alpha, 3 colours, 4 colours and alpha. */
	readonly channels: 1 | 2 | 3 | 4;
	readonly data: Uint8Array;
}

/** What each channel of pixels is made of. */
type Layers = Omit<RawPixels, "data"> & { readonly data: Uint8Array | Float32Array };

/** Pixels without their last channel. */
export function withoutLastBand<Pixels extends Layers>(pixels: Pixels): Pixels {
	const { channels, data } = pixels;
	const left = (channels - 1) as RawPixels["channels"]; // Of two or four channels.
	const kept = data.filter((_, at) => at % channels < left);
	return { ...pixels, channels: left, data: kept };
}

/** Red, green and blue for each pixel as grey, in place of them: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). */
export function greyOf(colours: Uint8Array): Uint8Array {
	const grey = new Uint8Array(colours.length / 3);
	for (let pixel = 0; pixel < grey.length; pixel++) {
		const [red = 0, green = 0, blue = 0] = [colours[3 * pixel], colours[3 * pixel + 1], colours[3 * pixel + 2]];
		grey[pixel] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
	}
	return grey;
}
