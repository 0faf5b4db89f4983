/** The network that a training starts from. */
import type { SampleShape } from "../data/data-set.js";
import { LimbeckError } from "../errors.js";
import { fixedBatch } from "../import/batch.js";
import { classesOfOutput } from "../import/flat-output.js";
import type { ModelTask } from "../models/family.js";
import { replaceHead } from "../models/head.js";
import { buildModel } from "../models/index.js";
import { sampleInput } from "../models/input.js";
import { parameterNotice } from "../models/parameter-list.js";
import { trainableForm } from "../models/trainable-form.js";
import { type Notice, noticeText } from "../notices.js";
import { readModelFile } from "../onnx/file.js";
import type { OnnxModel } from "../onnx/model.js";
import type { FinalOperator } from "../predict/final-operator.js";
import { readClassifier } from "../predict/read-classifier.js";
import { besideFile } from "../predict/setting.js";
import { taskOf } from "../tasks/index.js";
import type { TaskName } from "../tasks/names.js";
import { alignData, type SampleFacts } from "./align-data.js";
import { type FileNetwork, modelSpecOf, type NetworkOptions } from "./networks.js";

/** What a network is made for, and which last operators are left out of files. */
export interface NetworkTask extends ModelTask {
	/** All that make probabilities of logits where absent. */
	readonly undoes?: readonly FinalOperator[] | undefined;
}

/** What a network is made for, by the data that it learns from. */
export function networkTask(
	data: { readonly task?: TaskName | undefined; readonly sampleShape: SampleShape },
	classes: number,
	seed: number,
): NetworkTask {
	const { fewest, reading } = taskOf(data);
	return { sampleShape: data.sampleShape, classes, seed, fewest, undoes: reading.undoes };
}

/** A network that a training starts from, and what is to be told of it. */
export interface Untrained {
	readonly model: OnnxModel;
	/** How it is trained: with batches of its own size, where its file takes no other. */
	readonly options: NetworkOptions;
	readonly notes: readonly string[];
}

/**
 * The network that a training starts from: with fresh weights, or as its file has it, but giving logits.
 *
 * @param data - what they say of their samples.
 */
export async function untrained(
	network: NetworkOptions,
	task: NetworkTask,
	data: SampleFacts = {},
): Promise<Untrained> {
	if (network.family !== "file") return { model: buildModel(modelSpecOf(network), task), options: network, notes: [] };
	const { file, head } = network;
	const { model: imported, notices } = await importedNetwork(network, data, {
		undoes: task.undoes,
		sampleShape: task.sampleShape,
		classes: head === "replace" ? undefined : task.classes,
	});
	const [output] = imported.graph.outputs;
	const classes = output && classesOfOutput(output);
	const model = head === "replace" ? replaceHead(imported, task.classes, task.seed, task.fewest) : imported;
	const notes = [...notices, parameterNotice(model, network, file)].map(noticeText);
	const options = { ...network, batch: fixedBatch(model.graph) ?? network.batch };
	if (head === "replace" || classes === undefined || classes === task.classes) return { model, options, notes };
	throw new LimbeckError("model", {
		where: file,
		expected: `an output of ${String(task.classes)} classes`,
		got: String(classes),
		hint: 'Set the field head beside file to "replace".',
	});
}

/**
 * A network from a file in the form that is trained: it gives logits, and each layer has its own gains.
 *
 * @param task - the shape of the samples, and how many classes its output must have, where that is known.
 * @throws LimbeckError (`model`, `file`) by the name of the file; for one of several inputs, or of whole numbers.
 */
export async function importedNetwork(
	{ file, output }: Pick<FileNetwork, "file" | "output">,
	data: SampleFacts = {},
	task?: Pick<NetworkTask, "sampleShape" | "undoes"> & { readonly classes?: number | undefined },
): Promise<{ readonly model: OnnxModel; readonly notices: readonly Notice[] }> {
	const read = await readModelFile(file);
	sampleInput(read, file);
	const aligned = alignData(read, data, file);
	const widths = task?.classes === undefined ? {} : { widths: [task.classes] };
	const undone = task?.undoes === undefined ? {} : { undoes: task.undoes };
	const request = { where: file, name: output, outputs: "auto", setting: besideFile, ...undone, ...widths } as const;
	const { model: logits, removed, notices: chosen } = readClassifier(aligned.model, request);
	const model = trainableForm(logits, file, task?.sampleShape);
	const taken = {
		code: "softmax-removed",
		text: `${file}: its last ${removed ?? ""} is taken off, to be trained by its logits.`,
	};
	return {
		model,
		notices: [...aligned.notices, ...chosen, ...(removed === undefined ? [] : [taken]), ...(model.notices ?? [])],
	};
}
