/** A classifier from anywhere as it is shipped: true logits of the data's classes, from samples that are only normalised. */
import type { AnyDataSet, Normalization, PixelScale } from "../data/data-set.js";
import { openSamples } from "../data/open-samples.js";
import { anyBatchModel } from "../models/family.js";
import type { OnnxModel } from "../onnx/model.js";
import { createGraph } from "../ops/index.js";
import { chosenOf, preprocessingKey } from "../predict/metadata.js";
import type { Runtime } from "../runtime/runtime.js";
import { taskOf } from "../tasks/index.js";
import type { TaskName } from "../tasks/names.js";
import { type Classifier, type OpenMember, openEnsemble } from "../train/ensemble.js";
import { logitsOf, type Reading } from "../train/outputs.js";
import { onlyNormalizes, preprocessedShape } from "../train/preprocess.js";
import { deployable, outputNameFor, withPreprocessing } from "./deployable.js";
import { renameValues, renaming } from "./rename.js";

/** A model to be shipped. */
export interface Shippable {
	/** In float32; see `deployable`. */
	readonly model: OnnxModel;
	/** What its samples are normalised with before it. */
	readonly normalization: Normalization;
	/** Names of the columns that it takes, where there are such. */
	readonly features?: readonly string[];
	/** What pixels that are not bytes are scaled by, where that is known. */
	readonly pixelScale?: PixelScale;
}

/**
 * A classifier in the form that is shipped. Its output is chosen and read as a teacher's is, by some training samples;
 * what that takes (a logarithm of probabilities, an order of classes) goes into the model. So does preprocessing that is
 * more than a mean and a deviation.
 *
 * @throws LimbeckError (`model`, `usage`) as `deployable` and `openEnsemble` do.
 */
export async function shippable(
	runtime: Runtime,
	classifier: Classifier,
	{ task, sampleShape, classes, train }: AnyDataSet,
	threads: number | undefined,
): Promise<Shippable> {
	const { normalization } = classifier;
	const shape = preprocessedShape(sampleShape, normalization);
	const chosen = chosenOf(classifier.model, classes, classifier.where);
	const bare = deployable(classifier.model, { ...classifier, task, chosen, sampleShape: shape, classes });
	const alone = { members: [classifier], combine: "arithmetic" } as const;
	const options = { task, sampleShape, classes, probe: train, openSamples, unchecked: true };
	const ensemble = await openEnsemble(runtime, alone, { ...options, ...(threads === undefined ? {} : { threads }) });
	await ensemble.release();
	const [member] = ensemble.members;
	if (member === undefined) throw new TypeError("shippable: expected a member, got none");
	const read = withReading(bare, readingOf(member, classes.length, task), member.width, outputNameFor({ task }));
	const { features, pixelScale } = classifier;
	const facts = {
		...(features === undefined ? {} : { features }),
		...(pixelScale === undefined ? {} : { pixelScale }),
	};
	if (onlyNormalizes(normalization)) return { model: read, normalization, ...facts };
	const plain = { mean: 0, std: 1 };
	const whole = withPreprocessing(read, "float", { sampleShape, normalization });
	const metadata = new Map([...whole.metadata, [preprocessingKey, JSON.stringify(plain)]]);
	return { model: { ...whole, metadata }, normalization: plain, ...facts };
}

/** How a member is read: numbers that are more than the names, such as variances behind values, are left out. */
function readingOf(member: OpenMember, names: number, task: TaskName | undefined): Reading {
	const isWider =
		member.select === undefined && member.width > names && member.width === taskOf({ task }).answerWidth(names);
	return isWider ? { ...member, select: Array.from({ length: names }, (_, at) => at) } : member;
}

/** A shipped model of which the numbers are read on: its output is one number for each name. */
function withReading(model: OnnxModel, reading: Reading, width: number, outputName: string): OnnxModel {
	const { form, select, pair } = reading;
	if (form === "logits" && select === undefined && pair === undefined) return model;
	const g = createGraph();
	const made = logitsOf(g, g.input("answer", { type: "float", dims: [1, width] }), reading);
	const { graph: tail } = renameValues(anyBatchModel(g, "reading", [["made", made]]), (name) => {
		if (name === "answer") return "scores";
		return name === "made" ? outputName : `reading/${name}`;
	});
	const { graph: body } = renameValues(model, renaming(new Map([[outputName, "scores"]])));
	return {
		...model,
		graph: {
			...body,
			outputs: tail.outputs,
			initializers: [...body.initializers, ...tail.initializers],
			nodes: [...body.nodes, ...tail.nodes],
		},
	};
}
