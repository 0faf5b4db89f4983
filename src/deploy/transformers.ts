/** The files beside the models by which transformers.js loads a folder of models of images. */
import type { SampleShape } from "../data/data-set.js";
import { taskOf } from "../tasks/index.js";
import type { TaskName } from "../tasks/names.js";
import { isImage } from "./deployable.js";
import type { PreprocessPlace } from "./report.js";

/** What the files say. */
export interface TransformersOptions {
	/** What is answered; classes where absent. */
	readonly task?: TaskName | undefined;
	readonly classes: readonly string[];
	readonly sampleShape: SampleShape;
	/** Whether int8 may be what is loaded where nobody says what. */
	readonly int8: boolean;
}

/** Whether transformers.js loads the folder: for images whose preprocessing is outside the model. */
export function loadsInTransformers(preprocess: PreprocessPlace, sampleShape: SampleShape): boolean {
	return preprocess === "outside" && isImage(sampleShape);
}

/**
 * `config.json` and `preprocessor_config.json` by their names; none for samples that are no images.
 *
 * The model type decides which class of transformers.js loads the folder, and nothing else: `vit` stands for a model with
 * one input `pixel_values` and one output, whatever is between. Images are scaled to cover the model's size
 * (`resample: 1` is Lanczos, as in training) and cut at the middle. Their channels come as they are: the model makes colours,
 * grey and alpha alike what it needs, and normalises; see `withAnyChannels`.
 */
export function transformersFiles(options: TransformersOptions): ReadonlyMap<string, string> {
	const { task, classes, sampleShape, int8 } = options;
	const { problemType } = taskOf({ task }).card.transformers;
	const [channels, height, width] = sampleShape;
	if (!isImage(sampleShape) || height === undefined || width === undefined) return new Map();
	const square = height === width;
	const config = {
		model_type: "vit",
		architectures: ["ViTForImageClassification"],
		num_channels: channels,
		...(square ? { image_size: height } : {}),
		...(problemType === undefined ? {} : { problem_type: problemType }),
		id2label: Object.fromEntries(classes.map((name, index) => [String(index), name])),
		label2id: Object.fromEntries(classes.map((name, index) => [name, index])),
		...(int8 ? {} : { "transformers.js_config": { dtype: "fp32" } }),
	};
	const preprocessor = {
		image_processor_type: "ViTImageProcessor",
		do_convert_rgb: false,
		do_resize: true,
		resample: 1,
		...(square
			? { size: { shortest_edge: height }, do_center_crop: true, crop_size: { height, width } }
			: { size: { height, width } }),
		do_rescale: true,
		rescale_factor: 1 / 255,
		do_normalize: false,
	};
	return new Map([
		["config.json", jsonFile(config)],
		["preprocessor_config.json", jsonFile(preprocessor)],
	]);
}

/** Plain data as the text of a file. */
export function jsonFile(value: unknown): string {
	return `${JSON.stringify(value, undefined, "\t")}\n`;
}
