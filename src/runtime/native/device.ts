/** A session's device: tensors in its memory, and which operators run elsewhere. */
import { zeros } from "../../graph/graph.js";
import type { Tensor } from "../../onnx/tensor.js";
import type { DeviceName } from "../devices.js";
import type { DeviceMemory, DeviceTensor, SessionDevice } from "../runtime.js";
import { received } from "./api.js";
import type { Engine } from "./engine.js";
import { shapeOf, valueOver } from "./values.js";

/** A session whose device is opened. */
export interface DeviceSource {
	readonly session: bigint;
	/** The names of its inputs, in order. */
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
}

/** A session's device, and what only the session uses of it. */
export interface OpenDevice {
	readonly device: SessionDevice;
	/** The value of a tensor that lies there. */
	readonly valueOf: (tensor: DeviceTensor) => bigint;
	/** Releases every tensor that lies there. */
	readonly close: () => void;
}

/** What `OrtMemoryInfoDeviceType` calls the processor. */
const processor = 0;

/** Opens the device that a session was given. */
export function openDevice(engine: Engine, source: DeviceSource, name: DeviceName): OpenDevice {
	const places = memoryOf(engine, source);
	const values = new Map<DeviceTensor, bigint>();
	const valueOf = (tensor: DeviceTensor): bigint => {
		const value = values.get(tensor);
		if (value !== undefined) return value;
		throw new TypeError("device tensor: expected one of this session that is not released, got another");
	};
	const elsewhere = operatorsElsewhere(engine, source.session);
	if (places === undefined) {
		return { device: { name, elsewhere }, valueOf, close: () => undefined };
	}
	const { api } = engine;
	const allocator = received((place) => {
		api.CreateAllocator(source.session, places.info, place);
	});
	const release = (tensor: DeviceTensor): void => {
		api.ReleaseValue(valueOf(tensor));
		values.delete(tensor);
	};
	const memory: DeviceMemory = {
		holds: (name) => places.names.has(name),
		allocate({ type, dims }) {
			const tensor: DeviceTensor = { type, dims, device: name };
			values.set(tensor, allocated(engine, allocator, tensor));
			return tensor;
		},
		upload(from, to) {
			copy(engine, from, (value) => [value, valueOf(to)]);
		},
		download(from) {
			const to = zeros(from);
			copy(engine, to, (value) => [valueOf(from), value]);
			return to;
		},
		release,
	};
	const close = (): void => {
		for (const tensor of values.keys()) release(tensor);
		api.ReleaseAllocator(allocator);
	};
	return { device: { name, memory, elsewhere }, valueOf, close };
}

/** The memory that a device has of its own, and the inputs and outputs that lie there. */
function memoryOf(
	{ api }: Engine,
	{ session, inputs, outputs }: DeviceSource,
): { readonly info: bigint; readonly names: ReadonlySet<string> } | undefined {
	const sides = [
		[inputs, api.SessionGetMemoryInfoForInputs],
		[outputs, api.SessionGetMemoryInfoForOutputs],
	] as const;
	const apart = sides.flatMap(([names, ask]) => {
		const infos = new BigUint64Array(names.length);
		ask(session, infos, infos.length);
		return names.map((name, index) => ({ name, info: infos[index] ?? 0n })).filter(({ info }) => isApart(api, info));
	});
	const [first] = apart;
	return first && { info: first.info, names: new Set(apart.map(({ name }) => name)) };
}

/** Whether memory is not the processor's. */
function isApart(api: Engine["api"], info: bigint): boolean {
	const type = new Int32Array(1);
	api.MemoryInfoGetDeviceType(info, type);
	return type[0] !== processor;
}

function allocated({ api }: Engine, allocator: bigint, { type, dims }: DeviceTensor): bigint {
	const { element, shape } = shapeOf(type, dims);
	return received((place) => {
		api.CreateTensorAsOrtValue(allocator, shape, dims.length, element, place);
	});
}

/** Copies between a tensor of JavaScript's and one on the device. */
function copy(engine: Engine, own: Tensor, way: (own: bigint) => readonly [from: bigint, to: bigint]): void {
	const { api, environment } = engine;
	const value = valueOver(engine, "device", own);
	try {
		const [from, to] = way(value);
		api.CopyTensors(environment, BigUint64Array.of(from), BigUint64Array.of(to), null, 1);
	} finally {
		api.ReleaseValue(value);
	}
}

/** What ONNX Runtime calls the provider of the processor. */
const ofProcessor = "CPUExecutionProvider";

/** How many operators of each kind the processor runs. */
function operatorsElsewhere(engine: Engine, session: bigint): Readonly<Record<string, number>> {
	const { api, koffi } = engine;
	const text = (write: (place: BigUint64Array) => void): string => koffi.decode.string(received(write));
	const counts: Record<string, number> = {};
	const parts = listed(engine, (first, count) => {
		api.Session_GetEpGraphAssignmentInfo(session, first, count);
	});
	for (const part of parts) {
		const provider = text((place) => {
			api.EpAssignedSubgraph_GetEpName(part, place);
		});
		if (provider !== ofProcessor) continue;
		const nodes = listed(engine, (first, count) => {
			api.EpAssignedSubgraph_GetNodes(part, first, count);
		});
		for (const node of nodes) {
			const operator = text((place) => {
				api.EpAssignedNode_GetOperatorType(node, place);
			});
			counts[operator] = (counts[operator] ?? 0) + 1;
		}
	}
	return counts;
}

/** The addresses in an array of C: where it is and how many there are. */
function listed({ koffi }: Engine, write: (first: BigUint64Array, count: BigUint64Array) => void): readonly bigint[] {
	const [first, count] = [new BigUint64Array(1), new BigUint64Array(1)];
	write(first, count);
	const bytes = koffi.sizeof("void *");
	// Pointers are read as such.
	return Array.from(
		{ length: Number(count[0]) },
		(_, i) => koffi.decode(first[0] ?? 0n, i * bytes, "void *") as bigint,
	);
}
