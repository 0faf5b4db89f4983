/** Values as one text, whatever order their fields were written in, and its hash: what keys are made of. */
import { createHash } from "node:crypto";
import { isRecord } from "./options.js";

/** JSON with the fields of every object in the order of their names, and without those that are undefined. */
export function canonicalJson(value: unknown): string {
	return JSON.stringify(value, (_, inner: unknown) =>
		isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
	);
}

/** SHA-256 of the canonical JSON, in hexadecimal. */
export function canonicalHash(value: unknown): string {
	return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
