import { resolve, sep } from "node:path";

/**
 * Short names for model files: each is the file's name without `.onnx`, with as many folders before it as it takes to
 * tell it from the others; a file that is given twice gets a number.
 *
 * @returns one name for each path, no two alike.
 */
export function modelNames(paths: readonly string[]): readonly string[] {
	const parts = paths.map((path) => resolve(path).split(sep));
	const names: string[] = [];
	for (const [index, own] of parts.entries()) {
		const others = parts.filter((other, at) => at !== index && other.join() !== own.join());
		const name = shortest(own, others);
		names.push(uniqueAmong(names, name));
	}
	return names;
}

function shortest(own: readonly string[], others: readonly (readonly string[])[]): string {
	const end = (path: readonly string[], depth: number): string =>
		path
			.slice(-depth)
			.join("/")
			.replace(/\.onnx$/i, "");
	let depth = 1;
	while (depth < own.length && others.some((other) => end(other, depth) === end(own, depth))) depth++;
	return end(own, depth);
}

function uniqueAmong(taken: readonly string[], name: string): string {
	let unique = name;
	for (let number = 2; taken.includes(unique); number++) unique = `${name} (${number})`;
	return unique;
}
