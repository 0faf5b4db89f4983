/** The int8 form of a model: tried with several ranges, and the one that agrees best on the validation split. */
import type { AnyDataSet } from "../data/data-set.js";
import { openSamples } from "../data/open-samples.js";
import type { OnnxModel } from "../onnx/model.js";
import { normalizer } from "../predict/normalizer.js";
import type { Runtime } from "../runtime/runtime.js";
import { type Figures, figureKinds, figureNames } from "../tasks/figures.js";
import { taskOf } from "../tasks/index.js";
import { createPredictor } from "../train/predict.js";
import { offsetsOf, storedPreprocessing } from "../train/stored-preprocessing.js";
import { distributionsOf, rangeOf } from "./calibrate.js";
import { foldBatchNorms } from "./fold-batch-norm.js";
import { planQuantization, toInt8, type WeightBits } from "./int8.js";

/** How a model was quantised. */
export interface Quantization {
	/** Share of a value's elements that its range holds: 1 is min-max, less cuts outliers off. */
	readonly share: number;
	readonly weightBits: WeightBits;
	/** Operators with int8 weights. */
	readonly operators: number;
}

/** A quantised model, and how it was made. */
export interface Quantized {
	readonly model: OnnxModel;
	readonly quantization: Quantization;
}

const candidates = [1, 0.9999, 0.999].flatMap((share) =>
	([7, 8] as const).map((weightBits) => ({ share, weightBits })),
);

/**
 * Quantises a model. Ranges come from training samples; of all candidates the one is taken that is most like the float32
 * model on the validation samples, by the first figure that the task has for that (the share of equal classes, the
 * distance of numbers), of equals that with 7-bit weights, then by the next figure, such as KL.
 *
 * @param float32 - as `deployable` makes it; takes normalised samples.
 * @returns `undefined` where nothing in the model can be quantised.
 */
export async function quantize(
	runtime: Runtime,
	float32: OnnxModel,
	data: AnyDataSet,
	threads: number | undefined,
): Promise<Quantized | undefined> {
	const folded = foldBatchNorms(float32);
	const plan = planQuantization(folded);
	if (plan.weighted.length === 0) return undefined;
	const watched = [...new Set(plan.values.values())];
	const distributions = await distributionsOf(runtime, folded, watched, {
		train: data.train,
		sampleShape: data.sampleShape,
		normalized: normalizer(
			storedPreprocessing(data.normalization, offsetsOf(data.train.samples), data.sampleShape),
			data.sampleShape,
		),
		...(threads === undefined ? {} : { threads }),
	});
	const wanted = await answersOf(runtime, float32, data, threads);
	const tried = [];
	for (const candidate of candidates) {
		const ranges = new Map(Array.from(distributions, ([name, one]) => [name, rangeOf(one, candidate.share)] as const));
		const model = toInt8(folded, plan, ranges, candidate.weightBits);
		const answers = await answersOf(runtime, model, data, threads);
		tried.push({ model, candidate, likeness: taskOf(data).fidelity(answers, wanted, data.classes.length) });
	}
	const [best] = tried.sort((a, b) => {
		const [first = 0, ...others] = likenessOrder(a.likeness, b.likeness);
		return first || a.candidate.weightBits - b.candidate.weightBits || (others.find((one) => one !== 0) ?? 0);
	});
	return best && { model: best.model, quantization: { ...best.candidate, operators: plan.weighted.length } };
}

/** How two networks are ordered by each figure of how like another they are, the better first. */
function likenessOrder(a: Figures, b: Figures): readonly number[] {
	return figureNames.flatMap((name) => {
		const [one, other] = [a[name], b[name]];
		if (one === undefined || other === undefined) return [];
		return [figureKinds[name].better === "more" ? other - one : one - other];
	});
}

/** A shipped model's answers on the validation split, `[count, classes]`. */
export async function answersOf(
	runtime: Runtime,
	model: OnnxModel,
	{ sampleShape, normalization, classes, validation }: AnyDataSet,
	threads: number | undefined,
): Promise<Float32Array> {
	const predictor = await createPredictor(runtime, model, {
		sampleShape,
		normalization,
		classes: classes.length,
		where: "the exported model",
		openSamples,
		...(threads === undefined ? {} : { threads }),
	});
	try {
		return await predictor.logits(validation);
	} finally {
		await predictor.release();
	}
}
