/** The forms in which a model ships, each with what the validation split says of it. */
import type { AnyDataSet } from "../../data/data-set.js";
import { withAnyChannels } from "../../deploy/any-channels.js";
import { isImage, withPreprocessing } from "../../deploy/deployable.js";
import { shippedInFloat16 } from "../../deploy/float16.js";
import { faultOf } from "../../deploy/near-chance.js";
import { answersOf, type Quantization, quantize } from "../../deploy/quantize.js";
import { firstLikeness, type PreprocessPlace, shipFigure } from "../../deploy/report.js";
import { throwIfStopped } from "../../errors.js";
import type { OnnxModel } from "../../onnx/model.js";
import { chosenOf, withChosen } from "../../predict/metadata.js";
import type { Precision } from "../../predict/precisions.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { Figures } from "../../tasks/figures.js";
import { taskOf } from "../../tasks/index.js";
import type { Chosen } from "../../tasks/task.js";

/** How forms are made. */
interface VariantOptions {
	readonly preprocess: PreprocessPlace;
	readonly threads: number;
	readonly signal?: AbortSignal;
}

/** A shipped model, and what the validation split says of it. */
interface Variant {
	readonly precision: Precision;
	readonly model: OnnxModel;
	readonly validation: Figures;
	/** What was chosen for it, by what its own answers are or its source's were; nothing where absent. */
	readonly chosen: Chosen | undefined;
}

/** Every form of a model. */
export interface Variants {
	readonly models: readonly Variant[];
	/** What is wrong with the float32 model itself: see `faultOf`. */
	readonly fault: string | undefined;
	readonly quantization: Quantization | undefined;
}

/**
 * Makes every form of a model: float32, float16 and, where something can be quantised, int8.
 *
 * @param float32 - as `shippable` makes it.
 * @throws LimbeckError (`interrupted`) where the signal is aborted.
 */
export async function variants(
	runtime: Runtime,
	float32: OnnxModel,
	data: AnyDataSet,
	{ threads, preprocess, signal }: VariantOptions,
): Promise<Variants> {
	const quantized = await quantize(runtime, float32, data, threads);
	throwIfStopped(signal, "export");
	const made: readonly (readonly [Precision, OnnxModel])[] = [
		["float32", float32],
		["float16", shippedInFloat16(float32, data.task)],
		...(quantized === undefined ? [] : [["int8", quantized.model] as const]),
	];
	const front = frontOf(data, preprocess);
	// What is stored is what models with a front take.
	const shownTo = front === undefined ? data : { ...data, normalization: { mean: 0, std: 1 } };
	const models: Variant[] = [];
	let reference: Float32Array | undefined;
	for (const [precision, bare] of made) {
		const model = front?.(bare) ?? bare;
		const answers = await answersOf(runtime, model, shownTo, threads);
		reference ??= answers;
		const chosen = chosenFor(answers, data) ?? chosenOf(model, data.classes, "the exported model");
		const validation = validationOf({ answers, reference, chosen }, data);
		models.push({ precision, model: withChosen(model, chosen), validation, chosen });
	}
	const fault = reference && faultOf(reference, data);
	return { models, fault, quantization: quantized?.quantization };
}

/** What is put before the models of a precision; images prepared outside come with any channels. */
function frontOf(data: AnyDataSet, preprocess: PreprocessPlace): ((model: OnnxModel) => OnnxModel) | undefined {
	if (preprocess === "in-graph") return (model) => withPreprocessing(model, data.train.samples.type, data);
	return isImage(data.sampleShape) ? (model) => withAnyChannels(model, data) : undefined;
}

/** What the task chooses for a model by its answers on the validation split. */
function chosenFor(answers: Float32Array, { task, classes, validation }: AnyDataSet): Chosen | undefined {
	if (validation.labels.length === 0) return undefined;
	return taskOf({ task }).choose?.({ answers, labels: validation.labels, names: classes });
}

function validationOf(
	{ answers, reference, chosen }: { answers: Float32Array; reference: Float32Array; chosen: Chosen | undefined },
	{ task: name, classes, validation }: AnyDataSet,
): Figures {
	const task = taskOf({ task: name });
	const likeness = firstLikeness(task.fidelity(answers, reference, classes.length));
	if (validation.labels.length === 0) return likeness;
	const figure = shipFigure(name);
	const { figures } = task.measure({ answers, labels: validation.labels, names: classes }, chosen);
	return { ...likeness, [figure]: figures[figure] };
}
