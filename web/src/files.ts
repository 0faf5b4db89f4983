/** The page's files, wherever it lies. */
import { LimbeckError } from "../../src/errors.js";

/** What the build puts beside the page. */
export const files = {
	teacher: "models/teacher.onnx",
	student: "models/student.onnx",
	facts: "models/facts.json",
	data: "data/digits.bin",
} as const;

/** What the build knows of a network that it trained. */
export interface Facts {
	readonly parameters: number;
	readonly bytes: number;
	/** Errors on so many test samples. */
	readonly errors: number;
	readonly tested: number;
}

/** The URL of a file. @param page - the page's address: a worker does not lie beside it. */
export function urlOf(name: keyof typeof files, page: string): string {
	return new URL(files[name], page).href;
}

/** A file's bytes. @throws LimbeckError (`file`) where there is no such file. */
export async function fetchBytes(url: string): Promise<Uint8Array<ArrayBuffer>> {
	const response = await fetch(url);
	if (response.ok) return new Uint8Array(await response.arrayBuffer());
	throw new LimbeckError("file", { where: url, expected: "a file", got: `HTTP status ${response.status}` });
}

/** What was packed with gzip, unpacked. */
export async function unpacked(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
	const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
	return new Uint8Array(await new Response(stream).arrayBuffer());
}
