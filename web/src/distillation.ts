/** Where a distillation in the tab is: what is pressed and what the worker tells lead from one state to the next. */
import type { Command, News, Order } from "./messages.js";
import { brief, counted, grouped } from "./numbers.js";

/** A student that was distilled in the tab. */
export interface OwnStudent {
	readonly model: Uint8Array<ArrayBuffer>;
	readonly parameters: number;
	readonly errors: number;
	readonly validation: number;
	/** Such as `3.2 of 10 epochs`, where training was stopped. */
	readonly trained: string | undefined;
}

/** What the page shows of a distillation. */
export interface State {
	/**
	 * - `idle`: nothing is under way, and there is nothing to go on with.
	 * - `loading`: an order waits for the curve to be loaded.
	 * - `preparing`: the worker has the order, and no step is taken.
	 * - `training`: steps are taken, which a stop keeps.
	 * - `stopping`: the worker was told to stop.
	 * - `stopped`: there is a student, and training can go on from there.
	 */
	readonly phase: "idle" | "loading" | "preparing" | "training" | "stopping" | "stopped";
	/** The last order. */
	readonly order: Order | undefined;
	readonly progress: string;
	readonly problem: string | undefined;
	/** Whether a student is there to be downloaded. */
	readonly offered: boolean;
}

/** Before anything is ordered. */
export const beginning: State = { phase: "idle", order: undefined, progress: "", problem: undefined, offered: false };

/** What happens: what the reader wants, that the curve of an order can be drawn, what the worker tells. */
export type Happening = Command | { readonly kind: "ready"; readonly order: Order } | News;

type NewsOf<K extends News["kind"]> = Extract<News, { readonly kind: K }>;

/** What is to be done outside the state. */
export type Effect =
	/** To load what draws the curve, and to say `ready`. */
	| { readonly kind: "load"; readonly order: Order }
	/** To begin a new curve and a new worker, in the place of those before. */
	| { readonly kind: "begin"; readonly order: Order }
	| { readonly kind: "tell"; readonly command: Command }
	| { readonly kind: "end-worker" }
	| { readonly kind: "draw"; readonly news: NewsOf<"progress" | "validated" | "student"> }
	| { readonly kind: "offer"; readonly student: OwnStudent };

/** The next state, and what is to be done, in order. */
export interface Step {
	readonly state: State;
	readonly effects: readonly Effect[];
}

type Reactions<Kinds extends Happening["kind"]> = {
	readonly [K in Kinds]: (state: State, happening: Extract<Happening, { readonly kind: K }>) => Step;
};

/** What each kind of happening leads to. */
const on: Reactions<Happening["kind"]> = {
	distil(state, order) {
		const progress = "Loading the teacher and the digits…";
		return { state: running(state, { phase: "loading", order, progress }), effects: [{ kind: "load", order }] };
	},
	ready(state, { order }) {
		// What has waited may have been stopped, or ordered anew.
		if (state.phase !== "loading" || state.order !== order) return still(state);
		return { state: { ...state, phase: "preparing" }, effects: [{ kind: "begin", order }] };
	},
	stop(state) {
		if (state.phase === "training") {
			const progress = "Stopping after the steps that are under way…";
			const effects = [{ kind: "tell", command: { kind: "stop" } }] as const;
			return { state: { ...state, phase: "stopping", progress }, effects };
		}
		if (state.phase !== "loading" && state.phase !== "preparing") return still(state);
		const progress = "Stopped before the first step.";
		return { state: { ...state, phase: "idle", progress }, effects: [{ kind: "end-worker" }] };
	},
	"go-on"(state, command) {
		if (state.phase !== "stopped") return still(state);
		const progress = "The teacher answers…";
		return { state: running(state, { phase: "training", progress }), effects: [{ kind: "tell", command }] };
	},
	started(state, { training, validation }) {
		if (state.phase !== "preparing") return still(state);
		const digits = `${grouped(training)} digits to learn from, ${grouped(validation)} for validation`;
		return { state: { ...state, progress: `${digits}: the teacher answers…` }, effects: [] };
	},
	progress(state, news) {
		if (!isAtWork(state)) return still(state);
		const effects = [{ kind: "draw", news }] as const;
		// While it stops, that is what is said.
		if (state.phase === "stopping") return { state, effects };
		return { state: { ...state, phase: "training", progress: progressOf(news) }, effects };
	},
	validated(state, news) {
		return isAtWork(state) ? { state, effects: [{ kind: "draw", news }] } : still(state);
	},
	student(state, news) {
		if (!isAtWork(state)) return still(state);
		const trained = trainedOf(news, state);
		const { model, parameters, errors, validation } = news;
		return {
			state: {
				...state,
				phase: trained === undefined ? "idle" : "stopped",
				progress: resultOf(news, trained),
				offered: true,
			},
			effects: [
				{ kind: "draw", news },
				...(trained === undefined ? [{ kind: "end-worker" } as const] : []),
				{ kind: "offer", student: { model, parameters, errors, validation, trained } },
			],
		};
	},
	failed(state, { message }) {
		const failed: State = { ...state, phase: "idle", progress: "", problem: message };
		return { state: failed, effects: [{ kind: "end-worker" }] };
	},
};

/** What follows when something happens. */
export function after(state: State, happening: Happening): Step {
	return reaction(on, state, happening);
}

/** Hands what happens to what is for its kind. */
function reaction<K extends Happening["kind"]>(
	reactions: Reactions<K>,
	state: State,
	happening: Extract<Happening, { readonly kind: K }>,
): Step {
	return reactions[happening.kind](state, happening);
}

const still = (state: State): Step => ({ state, effects: [] });

/** A state in which something is under way: what was there to be told and downloaded is gone. */
function running(state: State, changes: Partial<State>): State {
	return { ...state, problem: undefined, offered: false, ...changes };
}

/** Whether the worker has an order. */
function isAtWork({ phase }: State): boolean {
	return phase === "preparing" || phase === "training" || phase === "stopping";
}

function progressOf({ step, steps, epoch, loss, throughput }: NewsOf<"progress">): string {
	const speed = `${grouped(Math.round(throughput))} samples a second`;
	const at = `Step ${grouped(step)} of ${grouped(steps)}, epoch ${epoch.toFixed(1)}`;
	return `${at}: loss ${loss.toFixed(3)}, ${speed}`;
}

/** How long a student was trained, where it was stopped. */
function trainedOf({ stoppedAfter }: NewsOf<"student">, { order }: State): string | undefined {
	return stoppedAfter === undefined ? undefined : `${brief(stoppedAfter)} of ${counted(order?.epochs ?? 0, "epoch")}`;
}

function resultOf({ errors, validation, seconds }: NewsOf<"student">, trained: string | undefined): string {
	const how = trained === undefined ? "Done" : `Stopped after ${trained},`;
	const wrong = `${counted(errors, "error")} on ${grouped(validation)} validation digits`;
	return `${how} in ${seconds.toFixed(1)} s: ${wrong}. The drawing above asks this student now.`;
}
