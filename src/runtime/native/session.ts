/** Sessions over ONNX Runtime's C API: inputs and outputs lie in the caller's own arrays. */
import { interruption, LimbeckError, throwIfStopped } from "../../errors.js";
import type { Tensor } from "../../onnx/tensor.js";
import type { DeviceTensor, RunOptions, Session, SessionOptions } from "../runtime.js";
import { locate, received, throwIfFailed } from "./api.js";
import type { Background } from "./background.js";
import { type OpenDevice, openDevice } from "./device.js";
import type { Engine } from "./engine.js";
import { appendDevice } from "./provider.js";
import { tensorFrom, valueOver } from "./values.js";

type Tensors = Readonly<Record<string, Tensor>>;

/** The names of inputs or outputs, as texts of C too, each with a zero at the end, and where those are. */
interface Names {
	readonly names: readonly string[];
	readonly texts: readonly Uint8Array[];
	readonly addresses: BigUint64Array;
}

/** A session and what it is asked with. */
interface Open {
	readonly engine: Engine;
	readonly session: bigint;
	readonly inputs: Names;
	readonly outputs: Names;
	readonly background: Background | undefined;
	readonly opened: OpenDevice | undefined;
	/** What native code has addresses of: it must not be collected. */
	readonly inUse: Set<unknown>;
}

const loading = "loading a graph";
const running = "running a graph";

/**
 * @param background - takes the calls; they block the event loop where absent.
 * @throws LimbeckError (`model`) where ONNX Runtime refuses the model.
 */
export async function createNativeSession(
	engine: Engine,
	model: Uint8Array,
	settings: SessionOptions = {},
	background?: Background,
): Promise<Session> {
	const { api } = engine;
	const session = await load(engine, model, settings, background).catch((cause: unknown) => {
		throw refusal(loading, cause);
	});
	const inputs = namesOf(engine, session, api.SessionGetInputCount, api.SessionGetInputName);
	const outputs = namesOf(engine, session, api.SessionGetOutputCount, api.SessionGetOutputName);
	const source = { session, inputs: inputs.names, outputs: outputs.names };
	const opened = settings.device === undefined ? undefined : openDevice(engine, source, settings.device);
	const open = { engine, session, inputs, outputs, background, opened, inUse: new Set() };
	let last: Promise<unknown> = Promise.resolve();
	let isReleased = false;
	return {
		...(opened === undefined ? {} : { device: opened.device }),
		run(feeds, options) {
			if (isReleased) return Promise.reject(new TypeError("session: expected one that is open, got a released one"));
			const done = runOnce(open, feeds, options);
			last = Promise.allSettled([last, done]);
			return done;
		},
		async release() {
			if (isReleased) return;
			isReleased = true;
			await last;
			opened?.close();
			api.ReleaseSession(session);
		},
	};
}

async function load(
	engine: Engine,
	model: Uint8Array,
	settings: SessionOptions,
	background: Background | undefined,
): Promise<bigint> {
	const { api, koffi, table, environment } = engine;
	const options = received((place) => {
		api.CreateSessionOptions(place);
	});
	try {
		configure(engine, options, settings);
		const place = new BigUint64Array(1);
		if (background === undefined) api.CreateSessionFromArray(environment, model, model.byteLength, options, place);
		else {
			const callable = locate(koffi, table, "CreateSessionFromArray");
			const given = [environment, model, model.byteLength, options, place];
			throwIfFailed(api, await background.call(callable, given));
		}
		return place[0] ?? 0n;
	} finally {
		api.ReleaseSessionOptions(options);
	}
}

/** Errors alone are logged, and graphs are optimised as far as they can be. */
const logLevel = 3;
const allOptimizations = 99;

function configure(engine: Engine, options: bigint, settings: SessionOptions): void {
	const { api } = engine;
	const { device, threads, planMemory = true, arena = true, profile } = settings;
	api.SetSessionLogSeverityLevel(options, logLevel);
	api.SetSessionGraphOptimizationLevel(options, allOptimizations);
	// Moments that decay towards zero would end as denormal numbers, which are many times slower.
	api.AddSessionConfigEntry(options, "session.set_denormal_as_zero", "1");
	if (threads !== undefined) api.SetIntraOpNumThreads(options, threads);
	if (!planMemory) api.DisableMemPattern(options);
	if (!arena) api.DisableCpuMemArena(options);
	if (profile !== undefined) api.EnableProfiling(options, profile);
	if (device !== undefined) appendDevice(engine, options, device);
}

function namesOf(
	{ api, allocator, koffi }: Engine,
	session: bigint,
	countOf: Engine["api"]["SessionGetInputCount"],
	nameOf: Engine["api"]["SessionGetInputName"],
): Names {
	const count = received((place) => {
		countOf(session, place);
	});
	const names = Array.from({ length: Number(count) }, (_, index) => {
		const address = received((place) => {
			nameOf(session, index, allocator, place);
		});
		const name = koffi.decode.string(address);
		api.AllocatorFree(allocator, address);
		return name;
	});
	const texts = names.map((name) => new TextEncoder().encode(`${name}\0`));
	return { names, texts, addresses: BigUint64Array.from(texts, (text) => koffi.address(text)) };
}

type Fed = Readonly<Record<string, Tensor | DeviceTensor>>;

async function runOnce(open: Open, feeds: Fed, { into = {}, stop }: RunOptions = {}): Promise<Tensors> {
	throwIfStopped(stop, running);
	const { engine, inputs, outputs, inUse } = open;
	const results = new BigUint64Array(outputs.names.length);
	const values = lending(open);
	const held = { feeds, into };
	inUse.add(held);
	try {
		const given = BigUint64Array.from(inputs.names, (name) => {
			const tensor = feeds[name];
			if (tensor !== undefined) return values.lend(`input ${name}`, tensor);
			throw new LimbeckError("model", { where: `input ${name}`, expected: "a tensor", got: "none" });
		});
		for (const [index, name] of outputs.names.entries()) {
			const target = into[name];
			if (target !== undefined) results[index] = values.lend(`output ${name}`, target);
		}
		await call(open, given, results, stop);
		return Object.fromEntries(
			outputs.names.flatMap((name, index): readonly (readonly [string, Tensor])[] => {
				const target = into[name] ?? tensorFrom(engine, `output ${name}`, results[index] ?? 0n);
				return "data" in target ? [[name, target]] : [];
			}),
		);
	} catch (cause) {
		throw stop?.aborted === true ? interruption(running) : refusal(running, cause);
	} finally {
		values.release(results);
		inUse.delete(held);
	}
}

/** The values of one run. */
interface Lending {
	/** A value over a tensor's memory, or that of a tensor on the device. */
	readonly lend: (where: string, tensor: Tensor | DeviceTensor) => bigint;
	/** Releases what was lent, and the outputs that the run made; what lies on the device stays. */
	readonly release: (outputs: BigUint64Array) => void;
}

function lending({ engine, opened }: Open): Lending {
	const lent: bigint[] = [];
	const kept = new Set<bigint>([0n]);
	return {
		lend(where, tensor) {
			if ("data" in tensor) {
				const value = valueOver(engine, where, tensor);
				lent.push(value);
				return value;
			}
			if (opened === undefined) {
				throw new TypeError(`${where}: expected a tensor in memory, got one on ${tensor.device}`);
			}
			const value = opened.valueOf(tensor);
			kept.add(value);
			return value;
		},
		release(outputs) {
			for (const value of new Set([...lent, ...outputs])) if (!kept.has(value)) engine.api.ReleaseValue(value);
		},
	};
}

/** The native call. A signal ends it between two operators. */
async function call(
	{ engine: { api, koffi, table }, session, inputs, outputs, background }: Open,
	given: BigUint64Array,
	results: BigUint64Array,
	stop: AbortSignal | undefined,
): Promise<void> {
	const sides = [inputs.addresses, given, given.length, outputs.addresses, results.length, results] as const;
	if (background === undefined) {
		api.Run(session, null, ...sides);
		return;
	}
	const options = received((place) => {
		api.CreateRunOptions(place);
	});
	const end = (): void => {
		api.RunOptionsSetTerminate(options);
	};
	stop?.addEventListener("abort", end);
	try {
		const given = [session, options, ...sides];
		throwIfFailed(api, await background.call(locate(koffi, table, "Run"), given, end));
	} finally {
		stop?.removeEventListener("abort", end);
		api.ReleaseRunOptions(options);
	}
}

function refusal(where: string, cause: unknown): LimbeckError {
	if (cause instanceof LimbeckError) return cause;
	const got = cause instanceof Error ? cause.message : String(cause);
	return new LimbeckError("model", { where, expected: "a graph that ONNX Runtime runs", got, cause });
}
