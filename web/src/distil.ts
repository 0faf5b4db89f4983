/** The part of the page that distils. */
import type { Curve } from "./curve.js";
import { element } from "./elements.js";
import { grouped } from "./facts.js";
import type { News, Order } from "./messages.js";

/** A student that was distilled in the tab. */
export interface OwnStudent {
	readonly model: Uint8Array<ArrayBuffer>;
	readonly parameters: number;
	readonly errors: number;
	readonly validation: number;
}

/** Threads that help: more than so many wait for each other. */
const mostThreads = 4;

/** Threads that training may use here: one, unless the page is cross-origin isolated. */
function threadsHere(): number {
	return crossOriginIsolated ? Math.min(mostThreads, navigator.hardwareConcurrency) : 1;
}

/** Lets the form distil. @param onStudent - called with every student that is done. */
export function distilWith(onStudent: (student: OwnStudent) => Promise<void>): void {
	const form = element("distil", HTMLFormElement);
	const [start, stop] = [element("start", HTMLButtonElement), element("stop", HTMLButtonElement)];
	const [progress, problem] = [element("progress", HTMLElement), element("problem", HTMLElement)];
	const threads = threadsHere();
	element("threads", HTMLElement).textContent = crossOriginIsolated
		? `WebAssembly on ${count(threads, "thread")}.`
		: "WebAssembly on 1 thread: this page is not cross-origin isolated, which more threads need.";
	let curve: Curve | undefined;
	let worker: Worker | undefined;
	const ended = (told: string): void => {
		worker?.terminate();
		worker = undefined;
		progress.textContent = told;
		[start.disabled, stop.disabled] = [false, true];
	};
	const failed = (message: string): void => {
		ended("");
		problem.textContent = message;
		problem.hidden = false;
	};
	const heard: { readonly [K in News["kind"]]: (news: Extract<News, { readonly kind: K }>) => void } = {
		started({ training, validation }) {
			progress.textContent = `${grouped(training)} digits to learn from, ${grouped(validation)} for validation: the teacher answers…`;
		},
		progress({ step, steps, epoch, loss, throughput }) {
			const speed = `${grouped(Math.round(throughput))} samples a second`;
			progress.textContent = `Step ${grouped(step)} of ${grouped(steps)}, epoch ${epoch.toFixed(1)}: loss ${loss.toFixed(3)}, ${speed}`;
			curve?.loss(step, loss);
		},
		validated({ step, errors }) {
			curve?.errors(step, errors);
		},
		done({ seconds, losses, ...student }) {
			curve?.every(losses);
			const errors = `${count(student.errors, "error")} on ${grouped(student.validation)} validation digits`;
			ended(`Done in ${seconds.toFixed(1)} s: ${errors}. The drawing above asks the new student now.`);
			offer(student.model);
			onStudent(student).catch((error: unknown) => {
				failed(messageOf(error));
			});
		},
		failed({ message }) {
			failed(message);
		},
	};
	const begin = async (order: Order): Promise<void> => {
		[start.disabled, stop.disabled, problem.hidden] = [true, false, true];
		element("result", HTMLElement).hidden = true;
		element("figure", HTMLElement).hidden = false;
		progress.textContent = "Loading the teacher and the digits…";
		const { curveIn } = await import("./curve.js");
		curve?.remove();
		curve = curveIn(element("curve", HTMLElement));
		worker = new Worker(new URL("./distil-worker.ts", import.meta.url), { type: "module" });
		worker.addEventListener("message", ({ data }: MessageEvent<News>) => {
			hear(heard, data);
		});
		worker.addEventListener("error", ({ message }) => {
			failed(message === "" ? "The worker that trains could not be loaded." : message);
		});
		worker.postMessage(order);
	};
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		begin(orderOf(form, threads)).catch((error: unknown) => {
			failed(messageOf(error));
		});
	});
	stop.addEventListener("click", () => {
		ended("Stopped.");
	});
	start.disabled = false;
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
		page: document.baseURI,
		temperature: Number(text("temperature")),
		epochs: Number(text("epochs")),
		hidden: text("hidden").split(",").map(Number),
		seed: Number(text("seed")),
		threads,
	};
}

/** Puts a student behind the link that downloads it. */
function offer(model: Uint8Array<ArrayBuffer>): void {
	const link = element("download", HTMLAnchorElement);
	if (link.href !== "") URL.revokeObjectURL(link.href);
	link.href = URL.createObjectURL(new Blob([model], { type: "application/octet-stream" }));
	link.textContent = `Download student.onnx (${grouped(Math.round(model.length / 1000))} kB)`;
	element("result", HTMLElement).hidden = false;
}

function count(number: number, what: string): string {
	return `${grouped(number)} ${what}${number === 1 ? "" : "s"}`;
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
