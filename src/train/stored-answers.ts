/** A teacher that answers from a store: it is asked about what is not there yet, and training reads the rest. */
import type { Chunk } from "../data/chunk.js";
import type { AnyDataSet, Normalization } from "../data/data-set.js";
import { inMemory, type OpenSamples } from "../data/samples.js";
import { fixedViewsOf, openFixedViews, type ViewOptions, viewForm } from "../data/views.js";
import type { OpenTargets, TargetForm, TargetSource, Targets } from "../targets/targets.js";
import { taskOf } from "../tasks/index.js";
import type { Predictor } from "./predict.js";

/** Where a teacher's answers are kept, and in which form: plain data. */
export interface AnswerStore extends TargetForm {
	/** The store's folder. */
	readonly folder: string;
}

/** What is told of stored answers. */
export type AnswerSummary = Pick<Targets, "key" | "kind" | "asked" | "bytes" | "cost">;

/** Answers ready to be fed. */
export interface StoredAnswers {
	readonly summary: AnswerSummary;
	/** Logits `[steps, batch, classes]` on a chunk, of the views that it shows; good until the next chunk is asked for. */
	readonly ask: (chunk: Chunk) => Float32Array;
	readonly close: () => void;
}

/** The training that answers are for. */
export interface AnswerSetting {
	readonly store: AnswerStore;
	/** Whose answers they are. */
	readonly identity: Pick<TargetSource, "teacher" | "handling">;
	readonly open: OpenTargets;
	readonly data: AnyDataSet;
	/** What the student's samples are normalised with. */
	readonly normalization: Normalization;
	readonly augmentation: Omit<ViewOptions, "sampleShape" | "normalization" | "seed">;
	/** Samples that training shows, one after the other. */
	readonly positions: number;
	/** How many of them are an epoch. */
	readonly epoch: number;
	/** The objective's. */
	readonly temperature: number;
	readonly openSamples?: OpenSamples | undefined;
}

/**
 * Opens the stored answers to all views that training shows; the teacher is asked about those that are not there.
 *
 * @throws LimbeckError as `fixedViewsOf` and `openTargets` do.
 */
export async function openAnswers(teacher: Predictor, setting: AnswerSetting): Promise<StoredAnswers> {
	const { store, identity, open, data, augmentation, normalization, positions, epoch, temperature, openSamples } =
		setting;
	const { train, sampleShape, fingerprint } = data;
	const task = taskOf(data);
	const classes = task.answerWidth(data.classes.length);
	const viewCount = Math.min(fixedViewsOf(augmentation), Math.ceil(positions / epoch));
	const views = openFixedViews({ ...augmentation, sampleShape, normalization }, train, openSamples);
	try {
		const targets = await open({
			...store,
			...identity,
			data: { fingerprint, split: "train" },
			views: viewForm(augmentation, normalization),
			count: train.count,
			classes,
			viewCount,
			temperature,
			ask: (view, first, count) =>
				teacher.logits({ count, samples: inMemory(views.read(view, first, count), train.samples) }),
		});
		const { key, kind, asked, bytes, cost } = targets;
		let room = new Float32Array();
		return {
			summary: { key, kind, asked, bytes, cost },
			ask({ indices, views }) {
				const length = indices.length * classes;
				if (room.length < length) room = new Float32Array(length);
				const out = room.subarray(0, length);
				targets.read(indices, views, out);
				return out;
			},
			close() {
				targets.close();
			},
		};
	} finally {
		views.close();
	}
}
