/** What is known of where a model's constants come from, and kept with it while it is rewritten. */
import { z } from "zod";
import { parsedJson } from "../json.js";
import type { OnnxModel } from "../onnx/model.js";
import { provenanceKey } from "../onnx/provenance.js";
import type { DroppedBias, Separate } from "../onnx/separate-parameters.js";

const names = z.array(z.string()).default([]);
const place = z.tuple([z.string(), z.number()]);
const separate = z.object({ name: z.string(), of: z.string(), places: z.array(place), filled: z.boolean() });
const shape = z.object({
	parameters: names,
	constants: names,
	missing: names,
	nodes: names,
	origins: z.record(z.string(), names).default({}),
	separate: z.array(separate).default([]),
	biases: z.array(z.object({ name: z.string(), users: names })).default([]),
	lost: names,
	scoped: z.boolean().default(false),
});

/** By the names of initialisers; empty sets where nothing is known. */
export interface KnownProvenance {
	readonly parameters: ReadonlySet<string>;
	readonly constants: ReadonlySet<string>;
	/** Parameters of the module that have no value of their own, since an equal one was there. */
	readonly missing: ReadonlySet<string>;
	/** Of values that were computed from parameters, those parameters. */
	readonly origins: ReadonlyMap<string, readonly string[]>;
	/** Parameters whose place an equal value has taken, and biases of zeros that were left out. */
	readonly separate: readonly Separate[];
	readonly biases: readonly DroppedBias[];
	/** Parameters that have no value: they were folded into others, or nothing uses them. */
	readonly lost: readonly string[];
	/** Whether these are all that there are. */
	readonly scoped: boolean;
	/** Whether the exporter said anything. */
	readonly isKnown: boolean;
}

function read({ metadata }: OnnxModel): z.infer<typeof shape> {
	const text = metadata.get(provenanceKey);
	const parsed = shape.safeParse(text === undefined ? {} : parsedJson(text));
	// What others wrote there says nothing.
	return parsed.success ? parsed.data : shape.parse({});
}

/** What the exporter said of a model's constants. */
export function provenanceOf(model: OnnxModel): KnownProvenance {
	const { parameters, constants, missing, origins, separate: apart, biases, lost, scoped } = read(model);
	return {
		parameters: new Set(parameters),
		constants: new Set(constants),
		missing: new Set(missing),
		origins: new Map(Object.entries(origins)),
		separate: apart,
		biases,
		lost,
		scoped,
		isKnown: parameters.length > 0,
	};
}

/** The initialisers that were outputs of `Constant` nodes. */
export function constantNodesOf(model: OnnxModel): ReadonlySet<string> {
	return new Set(read(model).nodes);
}

/** The model with what is known of its constants: more of them, or other names. */
export function withProvenance(model: OnnxModel, more: Partial<z.infer<typeof shape>>): OnnxModel {
	const text = JSON.stringify({ ...read(model), ...more });
	return { ...model, metadata: new Map([...model.metadata, [provenanceKey, text]]) };
}
