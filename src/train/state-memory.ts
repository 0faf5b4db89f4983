/** Where the state of a run lies from step to step. */
import type { Tensor } from "../onnx/tensor.js";
import type { DeviceMemory, DeviceTensor, Session } from "../runtime/runtime.js";
import { createStateSets, type HeldState, type State } from "./state.js";
import type { TrainingGraph } from "./training-graph.js";

/** Memory for states, used again and again. */
export interface StateMemory {
	/** A state as the steps take it. That which they took before is given up. */
	put(state: State): HeldState;
	/** A state in arrays. */
	read(state: HeldState): State;
	/** Whether reading one takes no time. */
	readonly readsFreely: boolean;
	/**
	 * Memory that receives the state after a call; new memory where absent.
	 *
	 * @param state - that before the call: it is not overwritten.
	 * @param kept - states that are still needed, as they were read.
	 */
	readonly spare?: (state: HeldState, kept: readonly (State | undefined)[]) => HeldState;
	/**
	 * What stands for the feeds of a call.
	 *
	 * @param shared - tensors that many calls are fed: of the very same ones a copy may lie in the device's memory.
	 */
	placing(shared: State): (fed: State) => HeldState;
}

/** The memory that suits a session. */
export function stateMemoryFor(session: Session, graph: TrainingGraph, writesInPlace: boolean): StateMemory {
	const memory = session.device?.memory;
	if (memory !== undefined) return onDevice(memory, graph);
	if (!writesInPlace) return inArrays;
	const sets = createStateSets(graph);
	return { ...inArrays, spare: (state, kept) => sets.spare([ownState(state), ...kept]) };
}

/** States in arrays of JavaScript's, which are read where they lie. */
const inArrays: StateMemory = { put: (state) => state, read: ownState, readsFreely: true, placing: () => (fed) => fed };

function ownState(state: HeldState): State {
	const other = Object.keys(state).find((name) => state[name] !== undefined && !("data" in state[name]));
	// All of it is in arrays.
	if (other === undefined) return state as State;
	throw new TypeError(`${other}: expected a tensor in memory, got one on a device`);
}

/** States in the memory of a device: two sets take turns, and one is copied where it is read. */
function onDevice(memory: DeviceMemory, { carried }: TrainingGraph): StateMemory {
	const sets: HeldState[] = [];
	/** Copies of states that are as they were when they were read. */
	const copies = new Map<HeldState, State>();
	const other = (state: HeldState | undefined): HeldState => {
		const found = sets.find((set) => set !== state);
		const set = found ?? Object.fromEntries(carried.map((one) => [one.name, memory.allocate(one)]));
		if (found === undefined) sets.push(set);
		copies.delete(set);
		return set;
	};
	const tensorOf = (set: HeldState, name: string): DeviceTensor => {
		const tensor = set[name];
		if (tensor !== undefined && !("data" in tensor)) return tensor;
		throw new TypeError(
			`${name}: expected a tensor on a device, got ${tensor === undefined ? "none" : "one in memory"}`,
		);
	};
	return {
		put(state) {
			const set = other(undefined);
			for (const [name, tensor] of Object.entries(state)) memory.upload(tensor, tensorOf(set, name));
			return set;
		},
		read(state) {
			const copy =
				copies.get(state) ??
				Object.fromEntries(carried.map(({ name }) => [name, memory.download(tensorOf(state, name))]));
			copies.set(state, copy);
			return copy;
		},
		readsFreely: false,
		spare: other,
		placing(shared) {
			const held = new Map<Tensor, DeviceTensor>();
			const isShared = new Set(Object.values(shared));
			const place = (name: string, tensor: Tensor): Tensor | DeviceTensor => {
				// A call may be fed something of its own under the same name.
				if (!isShared.has(tensor) || !memory.holds(name)) return tensor;
				const known = held.get(tensor);
				if (known !== undefined) return known;
				const made = memory.allocate(tensor);
				memory.upload(tensor, made);
				held.set(tensor, made);
				return made;
			};
			return (fed) => Object.fromEntries(Object.entries(fed).map(([name, tensor]) => [name, place(name, tensor)]));
		},
	};
}
