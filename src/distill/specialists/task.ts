/** What makes the training of a network that of a specialist. */
import type { DataSet, Split } from "../../data/data-set.js";
import type { Sampling } from "../../data/order.js";
import { LimbeckError } from "../../errors.js";
import { type LossOptions, overClasses } from "../../losses/index.js";
import type { OnnxModel } from "../../onnx/model.js";
import { ownClassesAlone, shiftClasses } from "../../specialists/additive.js";
import { samplingCorrection, shiftDustbin, specialistLabels, specialistModel } from "../../specialists/dustbin.js";
import { readClusters } from "./clusters.js";

/** Which specialist a network becomes, as plain data. */
export interface SpecialistPart {
	/** The file with the classes of all specialists. */
	readonly clusters: string;
	/** Which of them, counted from 0. */
	readonly index: number;
	/**
	 * What its softmax is over while it is trained: its classes and the dustbin; all classes, whatever is not its own; or
	 * all, where it is a stage of an additive model and moves the logits of its own classes alone.
	 */
	readonly softmax: "dustbin" | "full" | "additive";
}

/** A specialist's training. */
export interface SpecialistTraining {
	/** The generalist with the specialist's outputs. */
	readonly model: OnnxModel;
	/** The same samples, with the specialist's classes. */
	readonly data: DataSet;
	readonly sampling: Sampling;
	/** The objective, where that depends on the classes. */
	readonly loss?: LossOptions;
	/** What the outputs of the finished model are called. */
	readonly outputs: readonly string[];
	/** The trained model with what must be done after training. */
	readonly finish: (trained: OnnxModel) => OnnxModel;
}

/** What the class of everything that is not special is called. */
const dustbin = "(other classes)";

/** The share of special samples in training. */
const half = 0.5;

/**
 * A specialist's training from a generalist's (Hinton et al. 2015, §5.2): labels are the special classes and the dustbin;
 * an epoch shows each special sample once, and after each another one, drawn at random from the remainder; what that
 * share of special samples does to the dustbin's logit is taken back at the end.
 *
 * With a full softmax (§6.1) the network stays a classifier of all classes while it is trained, by the same samples;
 * the generalist's soft targets, where the objective has any, are over the classes that are not special. Its dustbin is
 * made at the end.
 *
 * A stage of an additive model gives logits of all classes, 0 where they are not its own; what its share of special
 * samples does is taken back from its own.
 *
 * @param loss - the objective as the recipe has it.
 * @param generalist - logits `[batch, classes]`; must have passed importModel.
 * @throws LimbeckError (`usage`) where there are no samples of the special classes, or no others.
 */
export async function specialistTraining(
	{ clusters, index, softmax }: SpecialistPart,
	loss: LossOptions,
	generalist: OnnxModel,
	data: DataSet,
): Promise<SpecialistTraining> {
	const special = (await readClusters(clusters)).specialists[index];
	if (special === undefined) throw new TypeError(`${clusters}: expected a specialist ${String(index)}, got none`);
	const classes = data.classes.length;
	const sampling = halves(data.train, special);
	const actual = (sampling.groups[0]?.length ?? 0) / data.train.count;
	const outputs = [...special.map((c) => data.classes[c] ?? String(c)), dustbin];
	const binned = (model: OnnxModel): OnnxModel => specialistModel(model, { special, classes });
	const corrected = (model: OnnxModel): OnnxModel =>
		shiftDustbin(model, special.length, samplingCorrection(half, actual));
	const shared = { sampling, outputs };
	if (softmax === "additive") {
		const stage = ownClassesAlone(generalist, { special, classes });
		const finish = (trained: OnnxModel): OnnxModel =>
			shiftClasses(trained, { special, classes }, -samplingCorrection(half, actual));
		return { sampling, outputs: data.classes, model: stage, data, finish };
	}
	if (softmax === "full") {
		const rest = Array.from(data.classes.keys()).filter((c) => !special.includes(c));
		// Of one class there is nothing to tell apart.
		const kept = rest.length > 1 ? overClasses(loss, rest) : loss;
		return { ...shared, model: generalist, data, loss: kept, finish: (trained) => corrected(binned(trained)) };
	}
	const labels = specialistLabels(special, classes);
	const seen = {
		...data,
		classes: outputs,
		train: relabelled(data.train, labels),
		validation: relabelled(data.validation, labels),
	};
	return { ...shared, model: binned(generalist), data: seen, finish: corrected };
}

/** Special samples and others in turn. */
export function halves({ labels }: Pick<Split, "labels">, special: readonly number[]): Sampling {
	const inside = new Set(special);
	const all = Uint32Array.from(labels, (_, sample) => sample);
	const isSpecial = (sample: number): boolean => inside.has(labels[sample] ?? -1);
	const groups = [all.filter(isSpecial), all.filter((sample) => !isSpecial(sample))];
	if (groups.every(({ length }) => length > 0)) return { groups };
	throw new LimbeckError("usage", {
		where: `specialist of classes ${special.join(", ")}`,
		expected: "training samples of these classes, and of others",
		got: groups.map(({ length }) => String(length)).join(" and "),
		hint: "Train on more samples, or choose other classes.",
	});
}

function relabelled(split: Split, labels: Uint32Array): Split {
	return { ...split, labels: split.labels.map((label) => labels[label] ?? 0) };
}
