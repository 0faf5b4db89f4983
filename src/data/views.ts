/** Samples in the views in which training sees them, and the numbers of those that are fixed. */
import { LimbeckError } from "../errors.js";
import { elementCount } from "../onnx/tensor.js";
import type { Normalization, SampleSet, SampleShape } from "./data-set.js";
import { allocate, type OpenSamples, openMemory, type SampleData } from "./samples.js";
import {
	type Augmentation,
	fixedViews,
	mixupOf,
	prepareViews,
	showsAsStored,
	type TransformOptions,
	usesBlank,
	viewTransforms,
} from "./transforms/index.js";

/** Copies samples in their views. */
export interface Viewer {
	/**
	 * @param indices - `[length]`, which samples.
	 * @param counterOf - what the randomness of element `i` is drawn with: its position in the stream of samples, or its
	 * {@link viewCounter}.
	 * @param out - `[length, …sampleShape]`, of the samples' type.
	 */
	readonly write: (indices: Uint32Array, counterOf: (i: number) => number, out: SampleData) => void;
	/** Closes the file of samples, if there is one. */
	readonly close: () => void;
}

/** What views are made of, besides the samples. */
export interface ViewOptions extends Augmentation {
	readonly sampleShape: SampleShape;
	/** What a view's blanks are: the mean; zero where absent. */
	readonly normalization?: Normalization;
	/** The run's. */
	readonly seed: number;
}

/**
 * Opens samples to be copied in their views.
 *
 * @throws LimbeckError `usage` for augmentation that does not fit the samples, and what `openSamples` throws.
 */
export function openViews(options: ViewOptions, set: SampleSet, openSamples: OpenSamples = openMemory): Viewer {
	const { sampleShape } = options;
	const { samples } = set;
	const size = elementCount(sampleShape);
	const makeView = prepareViews({ ...options, type: samples.type });
	const reader = openSamples(set, sampleShape);
	const close = (): void => {
		reader.close();
	};
	if (makeView === undefined) {
		return {
			close,
			write: (indices, _, out) => {
				reader.read(indices, out);
			},
		};
	}
	// Places are made once and moved along: small networks wait for every object.
	const read = allocate(samples, samples.kind === "memory" ? 0 : size);
	const source = { data: samples.kind === "memory" ? samples.data : read, at: 0 };
	const write: Viewer["write"] = (indices, counterOf, out) => {
		const target = { data: out, at: 0 };
		for (let i = 0; i < indices.length; i++) {
			if (samples.kind === "memory") source.at = (indices[i] ?? 0) * size;
			else reader.read(indices.subarray(i, i + 1), read);
			target.at = i * size;
			makeView(counterOf(i), source, target);
		}
	};
	return { close, write };
}

/**
 * What the randomness of a fixed view is drawn with: with the seed of views, it says all of the view. Neither order nor
 * epoch nor the number of samples or views matters, so a sample keeps its views when there are more.
 */
export function viewCounter(sample: number, view: number): number {
	return view * 2 ** 32 + sample;
}

/** The views `[length]` that positions of the stream of samples show: epoch e shows view e mod `views` of every sample. */
export function viewsAt(firstPosition: number, length: number, count: number, views: number): Uint32Array<ArrayBuffer> {
	const out = new Uint32Array(length);
	for (let done = 0; done < length; ) {
		const epoch = Math.floor((firstPosition + done) / count);
		const end = Math.min(length, (epoch + 1) * count - firstPosition);
		out.fill(epoch % views, done, end);
		done = end;
	}
	return out;
}

/** Reads one fixed view of samples after samples, to ask a teacher about them; close it. */
export interface ViewReader {
	/** View `view` of samples `first` … `first + length − 1`: `[length, …sampleShape]`. */
	readonly read: (view: number, first: number, length: number) => SampleData;
	/** Closes the file of samples, if there is one. */
	readonly close: () => void;
}

/**
 * Opens the fixed views of samples; where nothing augments them, view 0 is the samples themselves.
 *
 * @throws LimbeckError as {@link fixedViewsOf} does, for augmentation that does not fit the samples, and what `openSamples` throws.
 */
export function openFixedViews(
	options: Omit<ViewOptions, "seed">,
	set: SampleSet,
	openSamples: OpenSamples = openMemory,
): ViewReader {
	fixedViewsOf(options);
	const viewer = openViews({ ...options, seed: 0 }, set, openSamples);
	return {
		close: viewer.close,
		read(view, first, length) {
			const indices = Uint32Array.from({ length }, (_, i) => first + i);
			const out = allocate(set.samples, length * elementCount(options.sampleShape));
			viewer.write(indices, (i) => viewCounter(first + i, view), out);
			return out;
		},
	};
}

/**
 * How many views each sample has, all of them known before training: 1 where samples are shown as they are stored.
 *
 * @throws LimbeckError `usage` where a teacher's answers cannot be stored: batches are mixed, or every position shows a
 * fresh view.
 */
export function fixedViewsOf(augmentation: Augmentation): number {
	if (mixupOf(augmentation) !== undefined) {
		throw new LimbeckError("usage", {
			where: "augment: mixup",
			expected: "samples whose answers can be stored",
			got: "batches that are mixed anew at every step",
			hint: "Leave mixup out, or do without stored targets.",
		});
	}
	if (showsAsStored(augmentation)) return 1;
	const views = fixedViews(augmentation);
	if (views !== undefined) return views;
	throw new LimbeckError("usage", {
		where: "views",
		expected: "a number of views, to store the answers to each",
		got: "a fresh view at every position",
		hint: "Set views beside augment, such as views=8.",
	});
}

/** All that says what fixed view `v` of a sample looks like, besides the sample and `v`: plain data. */
export interface ViewForm {
	/** Absent where samples are shown as they are stored. */
	readonly seed?: number;
	readonly transforms: readonly TransformOptions[];
	/** What a blank is, where views depend on it. */
	readonly blank?: Normalization["mean"];
}

/** The normal form of augmentation with fixed views: equal where the views are equal, however it was written. */
export function viewForm(augmentation: Augmentation, { mean }: Normalization): ViewForm {
	const list = viewTransforms(augmentation);
	if (list.length === 0) return { transforms: [] };
	const blank = usesBlank(list) ? { blank: mean } : {};
	return { seed: augmentation.viewSeed ?? 0, transforms: list, ...blank };
}
