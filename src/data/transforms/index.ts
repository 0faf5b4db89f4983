import type { z } from "zod";
import { entryChoice } from "../../choices.js";
import { LimbeckError } from "../../errors.js";
import { elementCount } from "../../onnx/tensor.js";
import { randomStream } from "../../random.js";
import type { Normalization, SampleShape, Samples } from "../data-set.js";
import { allocate } from "../samples.js";
import { crop } from "./crop.js";
import { cutout } from "./cutout.js";
import { flip } from "./flip.js";
import { jitter } from "./jitter.js";
import { type MixupOptions, mixup } from "./mixup.js";
import type { BatchTransform, ImageShape, MakeView, Place, ViewTransform } from "./transform.js";

/** Every augmentation by name. */
export const transforms = { jitter, crop, flip, cutout, mixup } as const satisfies Record<
	string,
	ViewTransform<z.ZodType> | BatchTransform<z.ZodType>
>;

/** One augmentation as a recipe writes it. */
export const transformOptions = entryChoice(transforms);

/** The name of an augmentation with its options. */
export type TransformOptions = z.infer<typeof transformOptions>;

/** What augments the samples of a run. */
export interface Augmentation {
	/** In short for the augmentation `jitter` by so many pixels, before the list; none at 0. */
	readonly jitter: number;
	/** Applied in turn. */
	readonly augment?: readonly TransformOptions[];
	/** How many views each sample has, the same in every epoch; a fresh one at every position where absent. */
	readonly views?: number | undefined;
	/** What fixed views are drawn from, in place of the run's seed; 0 where absent. */
	readonly viewSeed?: number | undefined;
}

/** All augmentations in turn, with {@link jitter} where the short form stands for it. */
function augmentationsOf({ jitter: pixels, augment = [] }: Augmentation): readonly TransformOptions[] {
	return pixels === 0 ? augment : [{ name: "jitter", pixels }, ...augment];
}

/** Whether every epoch shows the samples as they are stored. */
export function showsAsStored(augmentation: Augmentation): boolean {
	return augmentationsOf(augmentation).length === 0;
}

/** Whether samples are changed one by one, in the loader. */
export function augmentsViews(augmentation: Augmentation): boolean {
	return viewTransforms(augmentation).length > 0;
}

/** How many views each sample has where they are fixed; `undefined` where views are fresh, or none are made. */
export function fixedViews(augmentation: Augmentation): number | undefined {
	return augmentsViews(augmentation) ? augmentation.views : undefined;
}

/** What changes samples one by one, in turn: all but what mixes batches. */
export function viewTransforms(augmentation: Augmentation): readonly TransformOptions[] {
	return augmentationsOf(augmentation).filter(({ name }) => transforms[name].kind === "view");
}

/** Whether views depend on what a blank is. */
export function usesBlank(views: readonly TransformOptions[]): boolean {
	return views.some(({ name }) => "usesBlank" in transforms[name]);
}

/** What mixes the batches of a run, if anything. */
export function mixupOf({ augment = [] }: Pick<Augmentation, "augment">): MixupOptions | undefined {
	return augment.find((one) => one.name === "mixup");
}

/** What views are made of. */
export interface ViewSource extends Augmentation {
	readonly sampleShape: SampleShape;
	readonly type: Samples["type"];
	/** What a blank is: the mean; zero where absent. */
	readonly normalization?: Normalization;
	/** The run's; fixed views are drawn from `viewSeed`. */
	readonly seed: number;
}

/**
 * All augmentations of single samples, one after the other; `undefined` where there is none.
 *
 * @throws LimbeckError `usage` for samples that are no images, or options that do not fit them.
 */
export function prepareViews(source: ViewSource): MakeView | undefined {
	const seed = fixedViews(source) === undefined ? source.seed : (source.viewSeed ?? 0);
	const views = viewTransforms(source);
	if (views.length === 0) return undefined;
	const task = { shape: imageShapeOf(source), blank: blankOf(source) };
	const steps = views.map((options, index) => {
		const before = views.slice(0, index).filter(({ name }) => name === options.name).length;
		const stream = randomStream(seed, before === 0 ? options.name : `${options.name}/${String(before)}`);
		// The name picks the entry whose options these are; TypeScript cannot pair them through the table.
		return (transforms[options.name] as ViewTransform<z.ZodType>).prepare(options, { ...task, stream });
	});
	return inTurn(steps, source);
}

/** One step after the other, over two images of scratch. */
function inTurn(steps: readonly MakeView[], { type, sampleShape }: ViewSource): MakeView {
	const [first, ...rest] = steps;
	const last = rest.pop();
	if (first === undefined || last === undefined) return first ?? (() => undefined);
	const image = (): Place => ({ data: allocate({ type }, elementCount(sampleShape)), at: 0 });
	const scratch = [image(), image()] as const;
	return (position, source, target) => {
		let [from, to] = scratch;
		first(position, source, from);
		for (const step of rest) {
			step(position, from, to);
			[from, to] = [to, from];
		}
		last(position, from, target);
	};
}

function imageShapeOf({ sampleShape }: ViewSource): ImageShape {
	const [channels, height, width, ...rest] = sampleShape;
	if (channels !== undefined && height !== undefined && width !== undefined && rest.length === 0) {
		return [channels, height, width];
	}
	throw new LimbeckError("usage", {
		where: "augment",
		expected: "images, [channels, height, width]",
		got: `samples [${sampleShape.join()}]`,
		hint: "Set jitter to 0 and leave augment out; mixup alone works with any samples.",
	});
}

function blankOf({
	normalization: { mean } = { mean: 0, std: 1 },
	type,
	sampleShape: [channels = 1],
}: ViewSource): readonly number[] {
	const means = typeof mean === "number" ? Array<number>(channels).fill(mean) : mean;
	return type === "uint8" ? means.map((value) => Math.round(255 * value)) : means;
}
