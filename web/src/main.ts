/** The page: a drawing, and what the networks make of it. */
import { barsIn } from "./bars.js";
import { centered, side } from "./center.js";
import { distilWith } from "./distil.js";
import { element } from "./elements.js";
import { type Row, showFacts } from "./facts.js";
import { type Facts, fetchBytes, unpacked, urlOf } from "./files.js";
import { atTemperature, type Network, openNetwork } from "./networks.js";
import { stayOffline } from "./offline.js";
import { drawOn, paint } from "./pad.js";

const classes = Array.from({ length: 10 }, (_, digit) => String(digit));

const bars = barsIn(element("bars", HTMLTableSectionElement), classes, 2);
const answer = element("answer", HTMLElement);
const slider = element("temperature", HTMLInputElement);
const seen = element("seen", HTMLCanvasElement);

/** What the networks see; nothing where nothing is drawn. */
let digit: Uint8Array | undefined;
let teacher: Network | undefined;
/** The students by the names of their choices. */
const students = new Map<string, Network>();
let chosen = "shipped";
/** The logits of the last answers, by column. */
const logits: (Float32Array | undefined)[] = [undefined, undefined];

function show(): void {
	const temperature = Number(slider.value);
	element("temperature-shown", HTMLElement).textContent = slider.value;
	logits.forEach((row, column) => {
		bars.show(column, row === undefined ? undefined : atTemperature(row, temperature));
	});
}

/** Asks both networks about the digit, and shows what they say. @param ended - whether it is told in words as well. */
async function ask(ended: boolean): Promise<void> {
	const asked = digit;
	const networks = [teacher, students.get(chosen)];
	const predictions = await Promise.all(
		networks.map(async (network) => (asked === undefined ? undefined : network?.classifier.predict(asked))),
	);
	if (asked !== digit) return;
	predictions.forEach((prediction, column) => {
		logits[column] = prediction?.logits;
	});
	show();
	if (!ended || teacher === undefined) return;
	const [taught, learned] = predictions;
	answer.textContent =
		taught === undefined || learned === undefined
			? "Draw a digit from 0 to 9."
			: `The teacher sees ${taught.label}, the student ${learned.label}.`;
}

/** Answers at most once a frame: what is drawn between two is one question. */
function onFrames(work: (ended: boolean) => Promise<void>): (ended: boolean) => void {
	let asked = false;
	let ends = false;
	return (ended) => {
		ends ||= ended;
		if (asked) return;
		asked = true;
		requestAnimationFrame(() => {
			const ended = ends;
			asked = ends = false;
			work(ended).catch(fail);
		});
	};
}

function fail(error: unknown): void {
	answer.textContent = error instanceof Error ? error.message : String(error);
	answer.classList.add("problem");
}

function preview(): void {
	const context = seen.getContext("2d");
	if (context !== null) paint(context, digit ?? new Uint8Array(side * side), 1);
}

const pad = drawOn(
	element("pad", HTMLCanvasElement),
	onFrames((ended) => {
		digit = centered(pad.read());
		preview();
		return ask(ended);
	}),
);

const rows = new Map<string, Row>();
function tell(key: string, row: Row): void {
	rows.set(key, { ...rows.get(key), ...row });
	showFacts(element("facts", HTMLTableSectionElement), [...rows.values()]);
}

async function load(): Promise<void> {
	const page = document.baseURI;
	const text = new TextDecoder().decode(await fetchBytes(urlOf("facts", page)));
	// The build wrote it.
	const facts = JSON.parse(text) as { readonly teacher: Facts; readonly student: Facts };
	const rowOf = (name: string, { tested, ...rest }: Facts): Row => ({ name, ...rest, of: tested, split: "test" });
	const shown = {
		teacher: rowOf("Teacher", facts.teacher),
		student: rowOf("Student, distilled beforehand", facts.student),
	};
	tell("teacher", shown.teacher);
	tell("student", shown.student);
	const [big, small] = [await openNetwork(urlOf("teacher", page)), await openNetwork(urlOf("student", page))];
	teacher = big;
	students.set("shipped", small);
	tell("teacher", { ...shown.teacher, latency: big.latency });
	tell("student", { ...shown.student, latency: small.latency });
	performance.mark("ready");
	document.documentElement.dataset["ready"] = "true";
	await ask(true);
}

/** A digit of the validation split, another one each time. */
function examples(): () => Promise<Uint8Array> {
	let next = 0;
	let pixels: Promise<readonly Uint8Array[]> | undefined;
	const read = async (): Promise<readonly Uint8Array[]> => {
		const { readPackedData } = await import("./packed-data.js");
		const { validation } = readPackedData(await unpacked(await fetchBytes(urlOf("data", document.baseURI))));
		const { samples } = validation;
		if (samples.kind !== "memory" || samples.type !== "uint8") return [];
		const size = side * side;
		return Array.from({ length: validation.count }, (_, k) => samples.data.subarray(k * size, (k + 1) * size));
	};
	return async () => {
		pixels ??= read();
		const all = await pixels;
		// They lie class by class: steps of a prime show all of them in turn, and other digits one after the other.
		next += 137;
		return all[next % all.length] ?? new Uint8Array(side * side);
	};
}

const nextExample = examples();
element("example", HTMLButtonElement).addEventListener("click", () => {
	nextExample().then((each) => {
		pad.show(each);
	}, fail);
});
element("clear", HTMLButtonElement).addEventListener("click", () => {
	pad.clear();
});
slider.addEventListener("input", show);

const choice = element("choice", HTMLFieldSetElement);
function choose(name: string): void {
	chosen = name;
	for (const input of choice.querySelectorAll("input")) input.checked = input.value === name;
	ask(true).catch(fail);
}
choice.addEventListener("change", ({ target }) => {
	if (target instanceof HTMLInputElement) choose(target.value);
});

distilWith(async ({ model, parameters, errors, validation, trained }) => {
	const network = await openNetwork(model);
	const last = students.get("own");
	students.set("own", network);
	tell("own", {
		name: `Student, ${trained ?? "distilled"} in this tab`,
		parameters,
		bytes: model.length,
		latency: network.latency,
		errors,
		of: validation,
		split: "validation",
	});
	choice.hidden = false;
	choose("own");
	await last?.classifier.release();
});

show();
load().catch(fail);
stayOffline(element("offline", HTMLElement)).catch(fail);
