/** The best path through a network of hidden Markov models, in float64. */
import type { Hmm } from "./hmm.js";

/** What may follow what: parts are units, each at a place of its own. */
export interface Grammar {
	/** The unit of each part. */
	readonly units: readonly number[];
	/** From the end of one part to the begin of another. */
	readonly links: readonly (readonly [from: number, to: number])[];
	/** ln of the weight with which a path may begin with a part; those that are not listed, it may not. */
	readonly starts: ReadonlyMap<number, number>;
	/** Parts with which it may end. */
	readonly ends: ReadonlySet<number>;
	/** Whether every part in `ends` may be followed by every one in `starts`, with its weight. */
	readonly loops: boolean;
}

/** A grammar with the states of its parts, ready to be searched. */
export interface Network {
	/** `[nodes]`. */
	readonly states: Int32Array;
	/** `[nodes]`: the part of each. */
	readonly parts: Int32Array;
	readonly units: readonly number[];
	/** `[nodes]`: ln weights to stay, to begin, to end; −∞ where that cannot be. */
	readonly stay: Float64Array;
	readonly entry: Float64Array;
	readonly exit: Float64Array;
	readonly loops: boolean;
	/** `[nodes + 1]`: where each node's predecessors begin in `from`, with their ln `weights`. */
	readonly offsets: Int32Array;
	readonly from: Int32Array;
	readonly weights: Float64Array;
}

/** Lays a grammar out. */
export function createNetwork(hmm: Hmm, { units, links, starts, ends, loops }: Grammar): Network {
	const nodes = units.flatMap((unit, part) => {
		const [begin = 0, end = 0] = hmm.first.subarray(unit, unit + 2);
		return Array.from({ length: end - begin }, (_, i) => ({
			part,
			state: begin + i,
			first: i === 0,
			last: i === end - begin - 1,
		}));
	});
	const leave = (node: number): number => hmm.leave[nodes[node]?.state ?? 0] ?? 0;
	const lastOf = units.map((_, part) => nodes.findIndex((node) => node.part === part && node.last));
	const before = nodes.map(({ part, first }, node) =>
		first ? links.flatMap(([from, to]) => (to === part ? [lastOf[from] ?? 0] : [])) : [node - 1],
	);
	const offsets = new Int32Array(nodes.length + 1);
	for (const [node, from] of before.entries()) offsets[node + 1] = (offsets[node] ?? 0) + from.length;
	return {
		states: Int32Array.from(nodes, ({ state }) => state),
		parts: Int32Array.from(nodes, ({ part }) => part),
		units,
		stay: Float64Array.from(nodes, ({ state }) => hmm.stay[state] ?? 0),
		entry: Float64Array.from(nodes, ({ part, first }) => (first ? (starts.get(part) ?? -Infinity) : -Infinity)),
		exit: Float64Array.from(nodes, ({ part, last }, node) => (last && ends.has(part) ? leave(node) : -Infinity)),
		loops,
		offsets,
		from: Int32Array.from(before.flat()),
		weights: Float64Array.from(before.flat(), leave),
	};
}

/** A path through a network. */
export interface Path {
	/** ln of its weight, scores included. */
	readonly score: number;
	/** `[frames]`. */
	readonly states: Int32Array;
	/** The units in turn. */
	readonly units: readonly number[];
}

/**
 * The path of the greatest weight; of equal ones the first (to stay before the predecessors in their order).
 *
 * @param scores - `[frames, states]`, ln.
 * @returns `undefined` where no path has so few frames.
 */
export function viterbi(network: Network, scores: Float64Array, states: number): Path | undefined {
	const frames = scores.length / states;
	const nodes = network.states.length;
	const back = new Int32Array(frames * nodes);
	let now = new Float64Array(nodes);
	let next = new Float64Array(nodes);
	for (let node = 0; node < nodes; node++) {
		now[node] = (network.entry[node] ?? 0) + (scores[network.states[node] ?? 0] ?? 0);
	}
	for (let t = 1; t < frames; t++) {
		step(network, now, next, back.subarray(t * nodes, (t + 1) * nodes), scores.subarray(t * states, (t + 1) * states));
		[now, next] = [next, now];
	}
	const end = bestExit(network, now);
	if (frames === 0 || end.score === -Infinity) return undefined;
	return { score: end.score, ...trace(network, back, frames, end.node) };
}

/** One frame: what each node's path weighs, and where it came from; `~node` where through the loop. */
function step(network: Network, now: Float64Array, next: Float64Array, back: Int32Array, scores: Float64Array): void {
	const { states, stay, entry, offsets, from, weights } = network;
	const exit = network.loops ? bestExit(network, now) : { node: 0, score: -Infinity };
	for (let node = 0; node < next.length; node++) {
		let best = (now[node] ?? 0) + (stay[node] ?? 0);
		let source = node;
		const end = offsets[node + 1] ?? 0;
		for (let arc = offsets[node] ?? 0; arc < end; arc++) {
			const weight = (now[from[arc] ?? 0] ?? 0) + (weights[arc] ?? 0);
			if (weight > best) [best, source] = [weight, from[arc] ?? 0];
		}
		const looped = exit.score + (entry[node] ?? 0);
		if (looped > best) [best, source] = [looped, ~exit.node];
		next[node] = best + (scores[states[node] ?? 0] ?? 0);
		back[node] = source;
	}
}

function bestExit({ exit }: Network, now: Float64Array): { readonly node: number; readonly score: number } {
	let [node, score] = [0, -Infinity];
	for (let i = 0; i < now.length; i++) {
		const weight = (now[i] ?? 0) + (exit[i] ?? 0);
		if (weight > score) [node, score] = [i, weight];
	}
	return { node, score };
}

function trace(network: Network, back: Int32Array, frames: number, end: number): Pick<Path, "states" | "units"> {
	const { parts, units: unitOf } = network;
	const nodes = network.states.length;
	const states = new Int32Array(frames);
	const units: number[] = [];
	let node = end;
	for (let t = frames - 1; t >= 0; t--) {
		states[t] = network.states[node] ?? 0;
		const source = back[t * nodes + node] ?? 0;
		const previous = source < 0 ? ~source : source;
		if (t === 0 || source < 0 || parts[previous] !== parts[node]) units.push(unitOf[parts[node] ?? 0] ?? 0);
		node = previous;
	}
	return { states, units: units.reverse() };
}
