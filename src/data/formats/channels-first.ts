/** Copies one sample `[…, channels]` as `[channels, …]`. */
export function channelsFirst(
	from: ArrayLike<number>,
	to: Uint8Array | Float32Array | Float64Array,
	channels: number,
): void {
	const count = from.length / channels;
	for (let channel = 0; channel < channels; channel++) {
		for (let i = 0; i < count; i++) to[channel * count + i] = from[i * channels + channel] ?? 0;
	}
}
