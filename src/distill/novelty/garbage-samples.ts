/** Whole sets of samples that are of no class: made from real ones, or taken from other data. */
import type { SampleSet, SampleShape } from "../../data/data-set.js";
import { dataSetOf } from "../../data/index.js";
import { readSamples } from "../../data/open-samples.js";
import type { DataChoice } from "../../data/options.js";
import { allocate, inMemory, type MemorySamples } from "../../data/samples.js";
import { LimbeckError } from "../../errors.js";
import { elementCount } from "../../onnx/tensor.js";
import { permutation, randomStream } from "../../random.js";
import { type GarbageKind, garbage, garbageKinds, garbageStream } from "./garbage.js";

/** What garbage is made from. */
export interface RealSamples {
	readonly set: SampleSet;
	readonly sampleShape: SampleShape;
	/** Their split, which names the random numbers. */
	readonly split: "validation" | "test";
	/** The rows that it is made from. */
	readonly rows: readonly number[];
}

/** Garbage, and of which kind each sample is. */
export interface GarbageSet<Kind> {
	readonly set: SampleSet;
	readonly kinds: readonly Kind[];
}

/** So many samples have one of each kind of garbage. */
const garbageShare = 30;

/** Garbage of each kind, a thirtieth of the samples' number, kind after kind. */
export function garbageFrom({ set, sampleShape, split, rows }: RealSamples, seed: number): GarbageSet<GarbageKind> {
	const size = elementCount(sampleShape);
	const each = shareOf(set.count);
	const real = readSamples(set, sampleShape, Uint32Array.from(rows.slice(0, each)));
	const used = Math.min(each, rows.length);
	const kinds = garbageKinds.flatMap((kind) => Array<GarbageKind>(each).fill(kind));
	const data = allocate(real, kinds.length * size);
	const [least, greatest] = rangeOf(real);
	let at = 0;
	for (const kind of garbageKinds) {
		const stream = garbageStream(seed, split, kind);
		for (let index = 0; index < each; index++, at++) {
			const from = (index % used) * size;
			const sample = real.data.subarray(from, from + size);
			garbage[kind]({ sample, least, greatest }, stream, index, data.subarray(at * size, (at + 1) * size));
		}
	}
	return { set: { count: kinds.length, samples: inMemory(data, real) }, kinds };
}

/**
 * Pictures of other data, in the middle of a sample of this shape: cut, or with zeros around them; their grey in each
 * channel, where these data have one channel and those three or the other way round. They are drawn from the validation
 * split, a thirtieth of the number of samples that they join.
 *
 * @param among - the samples that they join, `sampleShape` each.
 * @throws LimbeckError (`usage`) where either are no pictures of bytes.
 */
export async function foreignSamples(
	choice: DataChoice,
	among: SampleSet,
	sampleShape: SampleShape,
	seed: number,
): Promise<GarbageSet<"foreign">> {
	const { validation, sampleShape: own } = await dataSetOf(choice).load(choice);
	const count = Math.min(shareOf(among.count), validation.count);
	const chosen = permutation(randomStream(seed, "novelty/foreign"), 0, validation.count).subarray(0, count);
	const read = readSamples(validation, own, chosen);
	if (read.type !== "uint8" || own.length !== 3 || sampleShape.length !== 3) {
		const [expected, got] = ["pictures of bytes, for data that are such", `${choice.name}, [${own.join(", ")}]`];
		throw new LimbeckError("usage", { where: "foreign", expected, got });
	}
	const size = elementCount(sampleShape);
	const data = new Uint8Array(count * size);
	for (let at = 0; at < count; at++) {
		const picture = read.data.subarray(at * elementCount(own), (at + 1) * elementCount(own));
		fit(picture, own, data.subarray(at * size, (at + 1) * size), sampleShape);
	}
	return { set: { count, samples: inMemory(data) }, kinds: Array<"foreign">(count).fill("foreign") };
}

/** @param from, to - `[channels, height, width]`. */
function fit(picture: Uint8Array, from: SampleShape, out: Uint8Array, to: SampleShape): void {
	const [channels = 1, height = 1, width = 1] = from;
	const [outChannels = 1, outHeight = 1, outWidth = 1] = to;
	const [top, left] = [Math.floor((height - outHeight) / 2), Math.floor((width - outWidth) / 2)];
	for (let y = Math.max(0, -top); y < Math.min(outHeight, height - top); y++) {
		for (let x = Math.max(0, -left); x < Math.min(outWidth, width - left); x++) {
			const values = Array.from(
				{ length: channels },
				(_, c) => picture[(c * height + y + top) * width + x + left] ?? 0,
			);
			const grey = Math.round(values.reduce((sum, value) => sum + value, 0) / channels);
			for (let c = 0; c < outChannels; c++) {
				out[(c * outHeight + y) * outWidth + x] = channels === outChannels ? (values[c] ?? 0) : grey;
			}
		}
	}
}

function shareOf(count: number): number {
	return Math.ceil(count / garbageShare);
}

/** Bytes may be anything; other numbers stay within those that there are. */
function rangeOf(samples: MemorySamples): readonly [least: number, greatest: number] {
	if (samples.type === "uint8") return [0, 255];
	let [least, greatest] = [Infinity, -Infinity];
	for (const value of samples.data) [least, greatest] = [Math.min(least, value), Math.max(greatest, value)];
	return [least, greatest];
}
