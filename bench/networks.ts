/**
 * Networks of many designs, made with random weights in PyTorch and exported in several forms: whether each answers and
 * trains here as it does there, and how long a step takes. What is compared are the changes of every tensor, after some
 * steps of momentum SGD in double precision there; see networks/parity.py.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

import { LimbeckError } from "../src/errors.js";
import { python } from "./contest.js";

/** The forms that torch.onnx writes. */
export const exportForms = ["legacy", "static", "dynamic", "plain"] as const;
/** How a network starts: as PyTorch makes it, or with values of their own in all norms, biases and running averages. */
export const weightKinds = ["random", "fresh"] as const;

/** A difference of logits, relative to the largest, up to which a teacher answers as PyTorch does. */
const teacherTolerance = 1e-4;

/** An error of PyTorch's by rounding from which on a larger one of ours, up to some times that, says nothing. */
const unclear = { from: 0.05, times: 3 };

const recorded = z.object({
	forms: z.record(
		z.string(),
		z.union([z.object({ reference: z.string(), rate: z.number() }), z.object({ failed: z.string() })]),
	),
});
const trained = z.object({
	teacher: z.number().optional(),
	teacherRefused: z.string().optional(),
	seconds: z.number().optional(),
	parameters: z.number().optional(),
	refused: z.string().optional(),
	/** Codes of what is told of the file. */
	notices: z.array(z.string()).optional(),
});
const tensor = z.object({ name: z.string(), share: z.number(), error: z.number(), peer: z.number() });
const compared = z.object({
	/** Parameters and running averages that PyTorch changes. */
	tensors: z.number(),
	/** Those of which nothing is trained here. */
	absent: z.array(z.string()),
	/** Those that are not in the file: the exporter has computed others from them. */
	folded: z.array(z.string()),
	/** The same, where what it has computed is compared in their place. */
	replaced: z.array(z.string()),
	wrong: z.array(tensor),
	wrongs: z.number(),
	/** The largest error of a tensor's change, relative to the change. */
	largest: z.number().nullable(),
	/** The same of PyTorch in single precision, or with weights that are moved by a rounding. */
	peer: z.number(),
	/** PyTorch's processor time of a step, one thread. */
	seconds: z.number(),
});

/** What came of one file. */
export interface NetworkRow {
	readonly net: string;
	readonly weights: string;
	readonly form: string;
	/** Why PyTorch could not export it. */
	readonly notExported?: string;
	readonly as?: z.infer<typeof trained>;
	readonly against?: z.infer<typeof compared>;
}

const run = promisify(execFile);

/** What a program's last line says. */
async function lastLine<T>(schema: z.ZodType<T>, command: readonly string[]): Promise<T> {
	const [program = "", ...args] = command;
	try {
		const env = { ...process.env, OMP_NUM_THREADS: "1" };
		const { stdout } = await run(program, args, { env, maxBuffer: 2 ** 26, timeout: 600_000 });
		return schema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
	} catch (error) {
		const got = error instanceof Error ? (error.message.trim().split("\n").at(-1) ?? "") : String(error);
		throw new LimbeckError("environment", { where: command.join(" "), expected: "an answer in JSON", got });
	}
}

/** Names of all networks, in order. */
export async function networkNames(): Promise<readonly string[]> {
	return (await lastLine(z.object({ nets: z.array(z.string()) }), python("./networks/parity.py", "list"))).nets;
}

/**
 * Makes, exports, trains and compares one network.
 *
 * @throws LimbeckError (`environment`) where Python, PyTorch or timm are missing.
 */
export async function measureNetwork(
	net: string,
	weights: string,
	forms: readonly string[],
): Promise<readonly NetworkRow[]> {
	const folder = await mkdtemp(join(tmpdir(), "limbeck-networks-"));
	try {
		const made = await lastLine(recorded, python("./networks/parity.py", "record", net, weights, folder, ...forms));
		const rows: NetworkRow[] = [];
		for (const form of forms) rows.push({ net, weights, form, ...(await measureForm(folder, form, made.forms[form])) });
		return rows;
	} finally {
		await rm(folder, { recursive: true });
	}
}

async function measureForm(
	folder: string,
	form: string,
	made: z.infer<typeof recorded>["forms"][string] | undefined,
): Promise<Pick<NetworkRow, "notExported" | "as" | "against">> {
	if (made === undefined || "failed" in made) return { notExported: made?.failed ?? "unknown form" };
	const script = join(import.meta.dirname, "networks/train.ts");
	const as = await lastLine(trained, [process.execPath, "--import", "jiti/register", script, folder, form]);
	if (as.refused !== undefined) return { as };
	return { as, against: await lastLine(compared, python("./networks/parity.py", "compare", folder, form)) };
}

/** What a row means: both may be refused with a reason, but neither may be wrong. */
export function judged({ notExported, as, against }: NetworkRow): {
	readonly teacher: "right" | "refused" | "wrong" | "-";
	/**
	 * `folded`: the exporter has computed parameters away, so that the file holds another network to train. `unclear`:
	 * PyTorch itself differs by as much where its weights are moved by a rounding, or in single precision.
	 */
	readonly student: "right" | "folded" | "unclear" | "refused" | "wrong" | "-";
} {
	if (notExported !== undefined || as === undefined) return { teacher: "-", student: "-" };
	const teacher = (as.teacher ?? Number.NaN) < teacherTolerance ? "right" : "wrong";
	const student = against === undefined ? "wrong" : judgedStudent(against, as.notices ?? []);
	return {
		teacher: as.teacherRefused === undefined ? teacher : "refused",
		student: as.refused === undefined ? student : "refused",
	};
}

/** What is told of files that have lost parameters. */
const lossCodes: readonly string[] = ["parameters-folded", "weights-computed"];

function judgedStudent(
	against: z.infer<typeof compared>,
	told: readonly string[],
): "right" | "folded" | "unclear" | "wrong" {
	const { absent, folded, replaced, wrongs, largest, peer } = against;
	// Of tensors whose elements are all alike no value shows that they are gone, but the list that the file has.
	if (absent.length > 0) return told.some((code) => lossCodes.includes(code)) ? "folded" : "wrong";
	// What is not in the file leads the rest elsewhere.
	if (folded.length > 0) return "folded";
	if (wrongs === 0) return replaced.length > 0 ? "folded" : "right";
	return peer > unclear.from && (largest ?? Infinity) < unclear.times * peer ? "unclear" : "wrong";
}

/** The head of the table that {@link networkLine} continues. */
export const networkHead = [
	"| net | weights | form | teacher | student | largest error | PyTorch's by rounding | time ratio |",
	"| --- | ------- | ---- | ------- | ------- | ------------- | --------------------- | ---------- |",
];

/** A row of the table, and below it what is wrong or refused. */
export function networkLine(row: NetworkRow): string {
	const { teacher, student } = judged(row);
	const { as, against } = row;
	const figure = (value: number | null | undefined): string =>
		typeof value === "number" ? value.toExponential(1) : "";
	const ratio = as?.seconds === undefined || against === undefined ? "" : (against.seconds / as.seconds).toFixed(2);
	const cells = [row.net, row.weights, row.form, teacher, student];
	const figures = [figure(against?.largest), figure(against?.peer), ratio];
	return `| ${[...cells, ...figures].join(" | ")} |`;
}

/** Why a row is not right, in lines for people; none where it is. */
export function networkReasons(row: NetworkRow): readonly string[] {
	const { as, against, notExported } = row;
	const where = `${row.net}, ${row.weights}, ${row.form}`;
	const listed = (names: readonly string[] = []): string | undefined =>
		names.length === 0 ? undefined : names.slice(0, 8).join(", ");
	const reasons: readonly (readonly [string, string | undefined])[] = [
		["PyTorch does not export it", notExported],
		["as a teacher refused", as?.teacherRefused],
		["as a student refused", as?.refused],
		["not trained here", listed(against?.absent)],
		[
			"not in the file, since the exporter has computed others from them",
			listed([...(against?.folded ?? []), ...(against?.replaced ?? [])]),
		],
		["changes differ", listed(against?.wrong.map(({ name, error }) => `${name} ${error.toPrecision(2)}`))],
	];
	return reasons.flatMap(([what, why]) => (why === undefined ? [] : [`${where}: ${what}: ${why}`]));
}
