/** A model over any engine: samples in, what its task decides out. */
import { LimbeckError } from "../errors.js";
import { encodeModel } from "../onnx/encode.js";
import { fedInputs, type OnnxModel } from "../onnx/model.js";
import { elementCount, type Tensor } from "../onnx/tensor.js";
import { randomStream } from "../random.js";
import { outputOf, type Session } from "../runtime/runtime.js";
import { defaultTask, type TaskName } from "../tasks/names.js";
import type { Decision } from "./decision.js";
import { decisions } from "./decisions/index.js";
import {
	chosenOf,
	classNamesOf,
	featuresOf,
	looksOwn,
	normalizationOf,
	pixelRangesOf,
	sampleShapeOf,
	taskNameOf,
} from "./metadata.js";
import type { ModelOf, Sample } from "./model.js";
import { normalizer } from "./normalizer.js";
import type { Answers, OutputForm, OutputsOption } from "./output-form.js";
import { type ReadClassifier, readClassifier } from "./read-classifier.js";
import { inOptions } from "./setting.js";

/** Makes a session of a model's bytes. */
export type OpenSession = (model: Uint8Array) => Promise<Session>;

/** How a model's output is read. */
export interface ReadOptions {
	/** The name of the output that gives the classes; the only one that fits where absent. */
	readonly output?: string;
	/** What its numbers are; as the last operator or the values on some made-up samples say where absent. */
	readonly outputs?: OutputsOption;
}

/** How a model of some task is read. */
export interface TaskReadOptions<Name extends TaskName> extends ReadOptions {
	/** The task that it is for: what its file says, or else one class of several, where absent. */
	readonly task?: Name | undefined;
}

/**
 * A model with one input, float or uint8 `[batch, …]`, and an output of floats for what its task answers: logits, or what
 * can be read as logits, such as probabilities; see `readClassifier`. Of a classifier one number is the second of two
 * classes. Its metadata say its task and names, what was chosen for it, and how a float input is normalised; a file that
 * `limbeck export` wrote says what its numbers are.
 *
 * @param where - the model's file, for messages.
 * @throws LimbeckError (`model`) for a model that is none such; (`usage`) for an output of another name, and for a model of
 * another task.
 */
export async function openModel<Name extends TaskName = TaskName>(
	model: OnnxModel,
	where: string,
	open: OpenSession,
	{ task: wanted, output: name, outputs = "auto" }: TaskReadOptions<Name> = {},
): Promise<ModelOf<Name>> {
	const decision = decisionFor(model, wanted, where);
	refuseForm(outputs, decision, where);
	const input = inputOf(model, where);
	const named = classNamesOf(model, where);
	const widths = named === undefined ? {} : { widths: decision.widths(named.length) };
	const { undoes } = decision.reading;
	const read = readClassifier(model, { where, name, outputs, undoes, setting: inOptions, ...widths });
	const [output] = read.model.graph.outputs;
	if (output === undefined) {
		throw new LimbeckError("model", { where, expected: `an output of ${decision.output}`, got: "none" });
	}
	const features = featuresOf(model, where);
	const pixelRanges = pixelRangesOf(model, where);
	const feed = feeder(model, input, where);
	// Encoded by us, with all data inside: the engine reads no other file.
	const session = await open(encodeModel(read.model));
	const ask = async (sample: Sample): Promise<Float32Array> =>
		outputOf(await session.run({ [input.name]: feed(sample) }), output.name, "float").data;
	try {
		const { form, names } = await formAndNames(read, decision, named, () => answersToNoise(ask, input, where), model);
		return decision.model({
			facts: {
				...(features === undefined ? {} : { features }),
				...(pixelRanges === undefined ? {} : { pixelRanges }),
				sampleShape: input.sampleShape,
				release: () => session.release(),
			},
			names,
			chosen: chosenOf(model, names, where) ?? {},
			async ask(sample) {
				const numbers = decision.read(await ask(sample), form, names.length);
				requireNumbers(numbers, names.length, decision.output, where);
				return numbers;
			},
		});
	} catch (error) {
		await session.release();
		throw error;
	}
}

/** The entry of the task that a model is for. @throws LimbeckError (`usage`) where its file says another than the wanted. */
function decisionFor<Name extends TaskName>(model: OnnxModel, wanted: Name | undefined, where: string): Decision<Name> {
	const own = taskNameOf(model, where);
	if (wanted !== undefined && own !== undefined && own !== wanted) {
		throw new LimbeckError("usage", {
			where,
			expected: `a model of the task ${wanted}`,
			got: `one of the task ${own}, as its metadata say`,
			hint: "loadModel loads a model of any task.",
		});
	}
	// Where no task is wanted, Name is any.
	const name = wanted ?? ((own ?? defaultTask) as Name);
	return decisions[name];
}

/** Refuses a form that the numbers of a task cannot have. */
function refuseForm(
	outputs: OutputsOption,
	{ forms, output }: Pick<Decision<TaskName>, "forms" | "output">,
	where: string,
): void {
	if (outputs === "auto" || forms.includes(outputs)) return;
	const known =
		forms.length > 1 ? `the option outputs as ${forms.join(" or ")}` : `${output}, without the option outputs`;
	throw new LimbeckError("usage", { where, expected: known, got: outputs });
}

/** What a model's numbers are, and what they are of: by made-up samples where its file does not say it. */
async function formAndNames(
	read: ReadClassifier,
	{ forms, reading, namesFor }: Pick<Decision<TaskName>, "forms" | "reading" | "namesFor">,
	named: readonly string[] | undefined,
	answersToNoise: () => Promise<Answers>,
	model: OnnxModel,
): Promise<{ readonly form: OutputForm; readonly names: readonly string[] }> {
	const [only, ...others] = forms;
	const known = read.form?.form ?? (others.length === 0 ? only : undefined);
	if (known !== undefined && named !== undefined) return { form: known, names: named };
	const tried = await answersToNoise();
	// What is not finite on noise is judged on samples.
	const found = (): OutputForm =>
		tried.data.every(Number.isFinite) ? reading.form(tried, looksOwn(model)).form : "logits";
	return {
		form: known ?? found(),
		// What has no names goes by its numbers.
		names: named ?? Array.from({ length: namesFor(tried.width) }, (_, index) => String(index)),
	};
}

/** Made-up samples by which the form of a foreign model's numbers is found out. */
const tries = 8;

/** A model's answers to samples of noise, darker and brighter. */
async function answersToNoise(
	ask: (sample: Sample) => Promise<Float32Array>,
	{ type, sampleShape }: Input,
	where: string,
): Promise<Answers> {
	const answers: number[] = [];
	let width = 0;
	for (let k = 0; k < tries; k++) {
		const noise = randomStream(1, "predict/form").words(k, new Uint32Array(elementCount(sampleShape)));
		const brightness = (k + 1) / tries;
		const bytes = Uint8Array.from(noise, (word) => brightness * (word >>> 24));
		const answer = await ask(type === "uint8" ? bytes : Float32Array.from(bytes, (byte) => byte / 255));
		width = answer.length;
		answers.push(...answer);
	}
	return { data: Float32Array.from(answers), width, where, setting: inOptions };
}

interface Input {
	readonly name: string;
	readonly type: "float" | "uint8";
	readonly sampleShape: readonly number[];
}

function inputOf(model: OnnxModel, where: string): Input {
	const { graph } = model;
	const inputs = fedInputs(graph);
	const [input] = inputs;
	const declared = input?.dims?.slice(1).filter((size) => typeof size === "number");
	const sampleShape = sampleShapeOf(model, where) ?? declared;
	const known = input !== undefined && sampleShape !== undefined && sampleShape.length + 1 === input.dims?.length;
	if (inputs.length === 1 && known && (input.type === "float" || input.type === "uint8")) {
		return { name: input.name, type: input.type, sampleShape };
	}
	const got = inputs.map(({ name, type, dims = [] }) => `${name} (${type}[${dims.join(",")}])`).join(", ");
	throw new LimbeckError("model", {
		where,
		expected: "one input, float or uint8, of a known shape",
		got: got === "" ? "none" : got,
		hint: "limbeck export makes such a model.",
	});
}

/** What makes an input of a sample. */
function feeder(model: OnnxModel, { type, sampleShape }: Input, where: string): (sample: Sample) => Tensor {
	const normalized = normalizer(normalizationOf(model, where), sampleShape);
	const dims = [1, ...sampleShape];
	const length = elementCount(sampleShape);
	return (sample) => {
		if (sample.length !== length) {
			const expected = `${String(length)} elements, [${sampleShape.join(", ")}]`;
			throw new LimbeckError("usage", { where: `${where}: sample`, expected, got: String(sample.length) });
		}
		if (type === "float") return { type, dims, data: normalized(sample) };
		if (sample instanceof Uint8Array) return { type, dims, data: sample };
		throw new LimbeckError("usage", {
			where: `${where}: sample`,
			expected: "bytes, a Uint8Array, which this model normalises itself",
			got: "floats",
		});
	};
}

/** @throws LimbeckError (`model`) for others than so many finite numbers. */
function requireNumbers(numbers: Float32Array, count: number, what: string, where: string): void {
	if (numbers.length === count && numbers.every(Number.isFinite)) return;
	throw new LimbeckError("model", {
		where,
		expected: `${String(count)} finite ${what}`,
		got: numbers.length === count ? "some that are not finite" : String(numbers.length),
	});
}
