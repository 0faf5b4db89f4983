/** What is known of where a model's constants come from, and kept with it while it is rewritten. */
import { z } from "zod";
import { parsedJson } from "../json.js";
import type { OnnxModel } from "../onnx/model.js";
import { provenanceKey } from "../onnx/provenance.js";

const names = z.array(z.string()).default([]);
const shape = z.object({ parameters: names, constants: names, missing: names, nodes: names });

/** By the names of initialisers; empty sets where nothing is known. */
export interface KnownProvenance {
	readonly parameters: ReadonlySet<string>;
	readonly constants: ReadonlySet<string>;
	/** Parameters of the module that have no value of their own, since an equal one was there. */
	readonly missing: ReadonlySet<string>;
	/** Whether the exporter said anything. */
	readonly isKnown: boolean;
}

function read({ metadata }: OnnxModel): z.infer<typeof shape> {
	const text = metadata.get(provenanceKey);
	const parsed = shape.safeParse(text === undefined ? {} : parsedJson(text));
	// What others wrote there says nothing.
	return parsed.success ? parsed.data : { parameters: [], constants: [], missing: [], nodes: [] };
}

/** What the exporter said of a model's constants. */
export function provenanceOf(model: OnnxModel): KnownProvenance {
	const { parameters, constants, missing } = read(model);
	return {
		parameters: new Set(parameters),
		constants: new Set(constants),
		missing: new Set(missing),
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
