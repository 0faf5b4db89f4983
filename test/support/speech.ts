/** Sound and files of sound for tests. */
import type { Audio } from "../../src/speech/wav.js";

/** How a wav file is written. */
export interface WavForm {
	readonly code: 1 | 3;
	readonly bits: number;
	readonly rate: number;
	readonly channels: number;
}

/** A wav file of samples in [−1, 1), `[frames, channels]`. */
export function encodeWav(samples: readonly number[], { code, bits, rate, channels }: WavForm): Uint8Array {
	const bytes = bits / 8;
	const out = Buffer.alloc(44 + samples.length * bytes);
	out.write("RIFF", 0);
	out.writeUInt32LE(out.length - 8, 4);
	out.write("WAVEfmt ", 8);
	out.writeUInt32LE(16, 16);
	out.writeUInt16LE(code, 20);
	out.writeUInt16LE(channels, 22);
	out.writeUInt32LE(rate, 24);
	out.writeUInt32LE(rate * channels * bytes, 28);
	out.writeUInt16LE(channels * bytes, 32);
	out.writeUInt16LE(bits, 34);
	out.write("data", 36);
	out.writeUInt32LE(samples.length * bytes, 40);
	for (const [i, sample] of samples.entries()) {
		const at = 44 + i * bytes;
		if (code === 3 && bytes === 4) out.writeFloatLE(sample, at);
		else if (code === 3) out.writeDoubleLE(sample, at);
		else if (bits === 8) out.writeUInt8(Math.round(sample * 128) + 128, at);
		else out.writeIntLE(Math.round(sample * 2 ** (bits - 1)), at, bytes);
	}
	return out;
}

/** A sound of tones one after the other. */
export function tones(rate: number, parts: readonly { readonly hz: number; readonly ms: number }[]): Audio {
	const samples = parts.flatMap(({ hz, ms }) =>
		Array.from({ length: Math.round((rate * ms) / 1000) }, (_, i) => 0.3 * Math.sin((2 * Math.PI * hz * i) / rate)),
	);
	return { rate, samples: Float32Array.from(samples) };
}
