/** A teacher's answers, asked for once: what the store is asked, and what it gives. No more than types: see store.ts. */
import type { ViewForm } from "../data/views.js";

/** Plain data, as JSON has it. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain };

/** In which form answers are kept. */
export interface TargetForm {
	/**
	 * `float32` keeps all digits. `float16` takes half the room: a logit of size x is off by at most 2⁻¹¹ x, and none may
	 * be beyond ±65,504.
	 */
	readonly precision: "float16" | "float32";
	/**
	 * Keeps the so many most probable classes and the probability of all others together, instead of every logit; below
	 * the number of classes. Everything is kept where absent.
	 */
	readonly topK?: number | undefined;
}

/** Whose answers to what: all that they depend on besides the sample, the view and the form. */
export interface TargetSource {
	/**
	 * Who answers: SHA-256 of the file of a model, external data included; of an ensemble, those of all members with their
	 * weights and the rule that joins their answers.
	 */
	readonly teacher: Plain;
	/** What is made of samples for it, and of its outputs: normalisation, layout, size; classes by name or place. */
	readonly handling: Plain;
	readonly data: {
		/** `DataSet.fingerprint`. */
		readonly fingerprint: string;
		/** Which part of the data set: `train`, `validation`. */
		readonly split: string;
	};
	/** What the views look like. */
	readonly views: ViewForm;
}

/** What is to be had from a store. */
export interface TargetsRequest extends TargetSource, TargetForm {
	/** The store's folder; made if it is not there. */
	readonly folder: string;
	/** Samples of the split. */
	readonly count: number;
	readonly classes: number;
	/** Views 0 … views − 1 of every sample. */
	readonly viewCount: number;
	/** Where the cost of keeping less is measured besides 1: the objective's temperature. */
	readonly temperature?: number;
	/** Samples to ask about in one go; 1000 where absent. Nothing stored depends on it. */
	readonly batch?: number;
	/** Files of up to so many bytes together are held in memory; 256 MiB where absent. */
	readonly memory?: number;
	/**
	 * Asks the teacher, about what is not in the store yet.
	 *
	 * @returns logits `[count, classes]` on view `view` of samples `first` … `first + count − 1`.
	 */
	readonly ask: (view: number, first: number, count: number) => Promise<Float32Array>;
}

/** What keeping less than everything costs, at one temperature T. */
export interface TargetCost {
	readonly temperature: number;
	/** Mean over samples and views of KL(p ‖ q) in nats, where p and q are softmax(logits / T), full and as stored. */
	readonly mean: number;
	readonly max: number;
}

/** Stored answers, ready to be read. */
export interface Targets {
	/** SHA-256, in hexadecimal, of all that the answers depend on. */
	readonly key: string;
	/** Top-k gives log-probabilities of all classes; everything else is given as the teacher said it. */
	readonly kind: "logits" | "log-probabilities";
	/** How many answers the teacher was asked for now; 0 where all were stored. */
	readonly asked: number;
	/** On disk, of all views. */
	readonly bytes: number;
	/** At T = 1 and at the temperature of the request when they were stored. */
	readonly cost: readonly TargetCost[];
	/**
	 * Reads answers, in any order. What is read from disk is verified the first time.
	 *
	 * @param ids - `[length]`, samples.
	 * @param views - `[length]`, of which view; view 0 where absent.
	 * @param out - `[length, classes]`; every element is written.
	 * @throws LimbeckError `usage` for a sample or view that is not there or an output of another size, `data` for a file
	 * that is damaged.
	 */
	read(ids: Uint32Array, views: Uint32Array | undefined, out: Float32Array): void;
	/** Closes the files. */
	close(): void;
}

/** Opens stored answers, after asking for those that are not there. */
export type OpenTargets = (request: TargetsRequest) => Promise<Targets>;
