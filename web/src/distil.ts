/** The part of the page that distils. */
import { hasWebGpu } from "../../src/runtime/web-session.js";
import type { Curve } from "./curve.js";
import { element } from "./elements.js";
import { grouped } from "./facts.js";
import type { Command, News, Order } from "./messages.js";

/** A student that was distilled in the tab. */
export interface OwnStudent {
	readonly model: Uint8Array<ArrayBuffer>;
	readonly parameters: number;
	readonly errors: number;
	readonly validation: number;
	/** Such as `3.2 of 10 epochs`, where training was stopped. */
	readonly trained: string | undefined;
}

/** Threads that help: more than so many wait for each other. */
const mostThreads = 4;

/** Threads that training may use here: one, unless the page is cross-origin isolated. */
function threadsHere(): number {
	return crossOriginIsolated ? Math.min(mostThreads, navigator.hardwareConcurrency) : 1;
}

/** What the form says and lets be pressed. */
interface Controls {
	say(told: string): void;
	running(told: string): void;
	/** @param goesOn - whether training can go on from here. */
	ended(told: string, goesOn: boolean): void;
	stopping(told: string): void;
	failed(message: string): void;
	onStop(work: () => void): void;
	onGoOn(work: () => void): void;
}

function controls(): Controls {
	const button = (id: string): HTMLButtonElement => element(id, HTMLButtonElement);
	const [start, stop, goOn] = [button("start"), button("stop"), button("go-on")];
	const [progress, problem] = [element("progress", HTMLElement), element("problem", HTMLElement)];
	const ended = (told: string, goesOn: boolean): void => {
		progress.textContent = told;
		[start.disabled, stop.disabled, goOn.hidden] = [false, true, !goesOn];
	};
	// A browser may remember, over a reload, what was disabled.
	ended("", false);
	return {
		say(told) {
			// While it stops, that is what is said.
			if (!stop.disabled) progress.textContent = told;
		},
		running(told) {
			progress.textContent = told;
			[start.disabled, stop.disabled, goOn.hidden, problem.hidden] = [true, false, true, true];
			element("result", HTMLElement).hidden = true;
		},
		ended,
		stopping(told) {
			progress.textContent = told;
			stop.disabled = true;
		},
		failed(message) {
			ended("", false);
			problem.textContent = message;
			problem.hidden = false;
		},
		onStop(work) {
			stop.addEventListener("click", work);
		},
		onGoOn(work) {
			goOn.addEventListener("click", work);
		},
	};
}

/** Lets the form distil. @param onStudent - called with every student that is done, or was stopped. */
export function distilWith(onStudent: (student: OwnStudent) => Promise<void>): void {
	const form = element("distil", HTMLFormElement);
	const threads = threadsHere();
	element("threads", HTMLElement).textContent = crossOriginIsolated
		? `WebAssembly on ${count(threads, "thread")}.`
		: "WebAssembly on 1 thread: this page is not cross-origin isolated, which more threads need.";
	const shown = controls();
	let curve: Curve | undefined;
	let worker: Worker | undefined;
	/** Orders and stops before their first step, counted: one that waited for the curve may be stopped already. */
	let turn = 0;
	let epochs = 0;
	/** Whether steps were taken, which a stop keeps. */
	let begun = false;
	const tell = (command: Command): void => worker?.postMessage(command);
	const failed = (error: unknown): void => {
		worker?.terminate();
		shown.failed(error instanceof Error ? error.message : String(error));
	};
	const heard: { readonly [K in News["kind"]]: (news: Extract<News, { readonly kind: K }>) => void } = {
		started({ training, validation }) {
			const digits = `${grouped(training)} digits to learn from, ${grouped(validation)} for validation`;
			shown.say(`${digits}: the teacher answers…`);
		},
		progress({ step, steps, epoch, loss, throughput }) {
			begun = true;
			const speed = `${grouped(Math.round(throughput))} samples a second`;
			const at = `Step ${grouped(step)} of ${grouped(steps)}, epoch ${epoch.toFixed(1)}`;
			shown.say(`${at}: loss ${loss.toFixed(3)}, ${speed}`);
			curve?.loss(step, loss);
		},
		validated({ step, errors }) {
			curve?.errors(step, errors);
		},
		student({ stoppedAfter, seconds, losses, ...student }) {
			curve?.every(losses);
			const trained = stoppedAfter === undefined ? undefined : `${brief(stoppedAfter)} of ${count(epochs, "epoch")}`;
			const how = trained === undefined ? "Done" : `Stopped after ${trained},`;
			const errors = `${count(student.errors, "error")} on ${grouped(student.validation)} validation digits`;
			const told = `${how} in ${seconds.toFixed(1)} s: ${errors}. The drawing above asks this student now.`;
			shown.ended(told, trained !== undefined);
			offer(student.model);
			if (trained === undefined) worker?.terminate();
			onStudent({ ...student, trained }).catch(failed);
		},
		failed({ message }) {
			failed(message);
		},
	};
	const begin = async (order: Order): Promise<void> => {
		shown.running("Loading the teacher and the digits…");
		const mine = ++turn;
		[epochs, begun] = [order.epochs, false];
		element("figure", HTMLElement).hidden = false;
		const { curveIn } = await import("./curve.js");
		if (turn !== mine) return;
		curve?.remove();
		curve = curveIn(element("curve", HTMLElement));
		worker?.terminate();
		worker = new Worker(new URL("./distil-worker.ts", import.meta.url), { type: "module" });
		worker.addEventListener("message", ({ data }: MessageEvent<News>) => {
			hear(heard, data);
		});
		worker.addEventListener("error", ({ message }) => {
			failed(message === "" ? "The worker that trains could not be loaded." : message);
		});
		tell(order);
	};
	offerWebGpu().catch(failed);
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		begin(orderOf(form, threads)).catch(failed);
	});
	shown.onStop(() => {
		if (begun) {
			shown.stopping("Stopping after the steps that are under way…");
			tell({ kind: "stop" });
		} else {
			turn++;
			worker?.terminate();
			shown.ended("Stopped before the first step.", false);
		}
	});
	shown.onGoOn(() => {
		shown.running("The teacher answers…");
		tell({ kind: "go-on" });
	});
}

/** Hands news to what hears news of its kind. */
function hear<K extends News["kind"]>(
	heard: { readonly [Kind in K]: (news: Extract<News, { readonly kind: Kind }>) => void },
	news: Extract<News, { readonly kind: K }>,
): void {
	heard[news.kind](news);
}

function orderOf(form: HTMLFormElement, threads: number): Order {
	const fields = new FormData(form);
	const text = (name: string): string => {
		const value = fields.get(name);
		return typeof value === "string" ? value : "";
	};
	return {
		kind: "distil",
		page: document.baseURI,
		temperature: Number(text("temperature")),
		epochs: Number(text("epochs")),
		hidden: text("hidden").split(",").map(Number),
		seed: Number(text("seed")),
		threads,
		engine: text("engine") === "webgpu" ? "webgpu" : "wasm",
	};
}

/** Lets WebGPU be chosen where there is an adapter for it. */
async function offerWebGpu(): Promise<void> {
	element("engines", HTMLElement).hidden = !(await hasWebGpu());
}

/** Puts a student behind the link that downloads it. */
function offer(model: Uint8Array<ArrayBuffer>): void {
	const link = element("download", HTMLAnchorElement);
	if (link.href !== "") URL.revokeObjectURL(link.href);
	link.href = URL.createObjectURL(new Blob([model], { type: "application/octet-stream" }));
	link.textContent = `Download student.onnx (${grouped(Math.round(model.length / 1000))} kB)`;
	element("result", HTMLElement).hidden = false;
}

const threeDigits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** A number in three digits at most. */
function brief(number: number): string {
	return threeDigits.format(number);
}

function count(number: number, what: string): string {
	return `${grouped(number)} ${what}${number === 1 ? "" : "s"}`;
}
