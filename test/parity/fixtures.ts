/**
 * Where PyTorch's recorded values are: those checked in, or others in the folder that LIMBECK_PARITY_FIXTURES names,
 * which the scripts beside this file have recorded there (`python record.py FOLDER`).
 */
import { pathToFileURL } from "node:url";

const folder = process.env["LIMBECK_PARITY_FIXTURES"];
const base = folder === undefined ? new URL("fixtures/", import.meta.url) : pathToFileURL(`${folder}/`);

/** The file of that name. */
export function fixture(name: string): URL {
	return new URL(name, base);
}
