/** The part of the page that distils. */
import { hasWebGpu } from "../../src/runtime/web-session.js";
import type { Curve, curveIn } from "./curve.js";
import { after, beginning, type Effect, type Happening, type OwnStudent, type State } from "./distillation.js";
import { element } from "./elements.js";
import type { News, Order } from "./messages.js";
import { counted, grouped } from "./numbers.js";

/** Threads that help: more than so many wait for each other. */
const mostThreads = 4;

/** Threads that training may use here: one, unless the page is cross-origin isolated. */
function threadsHere(): number {
	return crossOriginIsolated ? Math.min(mostThreads, navigator.hardwareConcurrency) : 1;
}

/** Lets the form distil. @param onStudent - called with every student that is done, or was stopped. */
export function distilWith(onStudent: (student: OwnStudent) => Promise<void>): void {
	const form = element("distil", HTMLFormElement);
	const threads = threadsHere();
	element("threads", HTMLElement).textContent = crossOriginIsolated
		? `WebAssembly on ${counted(threads, "thread")}.`
		: "WebAssembly on 1 thread: this page is not cross-origin isolated, which more threads need.";
	let state = beginning;
	const happen = (happening: Happening): void => {
		const next = after(state, happening);
		state = next.state;
		show(state);
		for (const effect of next.effects) perform(effect);
	};
	const failed = (error: unknown): void => {
		happen({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
	};
	const perform = performer(happen, failed, onStudent);
	show(state);
	offerWebGpu().catch(failed);
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		happen(orderOf(form, threads));
	});
	element("stop", HTMLButtonElement).addEventListener("click", () => {
		happen({ kind: "stop" });
	});
	element("go-on", HTMLButtonElement).addEventListener("click", () => {
		happen({ kind: "go-on" });
	});
}

/** Shows a state: what the form says and lets be pressed. */
function show({ phase, order, progress, problem, offered }: State): void {
	const button = (id: string): HTMLButtonElement => element(id, HTMLButtonElement);
	const said = element("progress", HTMLElement);
	// The same again would be read aloud again.
	if (said.textContent !== progress) said.textContent = progress;
	button("start").disabled = phase !== "idle" && phase !== "stopped";
	button("stop").disabled = phase !== "loading" && phase !== "preparing" && phase !== "training";
	button("go-on").hidden = phase !== "stopped";
	const trouble = element("problem", HTMLElement);
	trouble.textContent = problem ?? "";
	trouble.hidden = problem === undefined;
	element("figure", HTMLElement).hidden = order === undefined;
	element("result", HTMLElement).hidden = !offered;
}

/** What draws curves, once it is loaded; and the last order's curve and worker. */
interface Tools {
	curveIn: typeof curveIn | undefined;
	curve: Curve | undefined;
	worker: Worker | undefined;
}

/** Does what a step of the distillation asks for. */
function performer(
	happen: (happening: Happening) => void,
	failed: (error: unknown) => void,
	onStudent: (student: OwnStudent) => Promise<void>,
): (effect: Effect) => void {
	const tools: Tools = { curveIn: undefined, curve: undefined, worker: undefined };
	const effects: Performers = {
		load({ order }) {
			import("./curve.js")
				.then((curves) => {
					tools.curveIn = curves.curveIn;
					happen({ kind: "ready", order });
				})
				.catch(failed);
		},
		begin({ order }) {
			tools.curve?.remove();
			tools.curve = tools.curveIn?.(element("curve", HTMLElement));
			tools.worker?.terminate();
			tools.worker = workerThat(happen, failed);
			tools.worker.postMessage(order);
		},
		tell({ command }) {
			tools.worker?.postMessage(command);
		},
		"end-worker"() {
			tools.worker?.terminate();
		},
		draw({ news }) {
			if (tools.curve !== undefined) draw(tools.curve, news);
		},
		offer({ student }) {
			offer(student.model);
			onStudent(student).catch(failed);
		},
	};
	return (effect) => {
		performed(effects, effect);
	};
}

type Performers = { readonly [K in Effect["kind"]]: (effect: Extract<Effect, { readonly kind: K }>) => void };

/** Hands an effect to what performs its kind. */
function performed<K extends Effect["kind"]>(
	effects: { readonly [Kind in K]: (effect: Extract<Effect, { readonly kind: Kind }>) => void },
	effect: Extract<Effect, { readonly kind: K }>,
): void {
	effects[effect.kind](effect);
}

/** A worker that trains, and tells how it goes. */
function workerThat(happen: (news: News) => void, failed: (error: unknown) => void): Worker {
	const worker = new Worker(new URL("./distil-worker.ts", import.meta.url), { type: "module" });
	worker.addEventListener("message", ({ data }: MessageEvent<News>) => {
		happen(data);
	});
	worker.addEventListener("error", ({ message }) => {
		failed(message === "" ? "The worker that trains could not be loaded." : message);
	});
	return worker;
}

function draw(curve: Curve, news: Extract<Effect, { readonly kind: "draw" }>["news"]): void {
	if (news.kind === "progress") curve.loss(news.step, news.loss);
	else if (news.kind === "validated") curve.errors(news.step, news.errors);
	else curve.every(news.losses);
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
}
