/** Text and recipes without the folders of the machine that they come from: base names stay. */

/** A path that starts at a root, a drive, a home or a folder above, up to its last separator. */
const folders =
	/(?:(?<![A-Za-z])[A-Za-z]:[\\/]|\\\\|~\/|(?<![\w.])(?:\.\.?\/)+|(?<![\w/.:>-])\/(?=[^\s/]))(?:[^\s"'`<>|:,;()]*[\\/])?/g;

/** Fields of a recipe that are paths, whatever they look like. */
const pathFields: ReadonlySet<string> = new Set([
	"directory",
	"file",
	"test",
	"validation",
	"validationLabels",
	"labels",
	"testLabels",
	"path",
	"targets",
]);

const baseName = (path: string): string =>
	path
		.split(/[\\/]/)
		.filter((part) => part !== "")
		.at(-1) ?? path;

/** Text in which paths are shortened to their last part. @param known - paths that may be in it, with spaces and all. */
export function textWithoutPaths(text: string, known: readonly string[] = []): string {
	const longest = [...known].sort((a, b) => b.length - a.length);
	return longest.reduce((rest, path) => rest.replaceAll(path, baseName(path)), text).replaceAll(folders, "");
}

/** Plain data in which fields that are paths, and texts that begin with one, are shortened to base names. */
export function withoutPaths(value: unknown, field = ""): unknown {
	if (typeof value === "string") return isPath(value, field) ? baseName(value) : value;
	if (Array.isArray(value)) return value.map((one) => withoutPaths(one, field));
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutPaths(one, key)]));
}

/** Every path in plain data. */
export function pathsIn(value: unknown, field = ""): readonly string[] {
	if (typeof value === "string") return isPath(value, field) && /[\\/]/.test(value) ? [value] : [];
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, one]) => pathsIn(one, Array.isArray(value) ? field : key));
}

function isPath(text: string, field: string): boolean {
	return pathFields.has(field) || /^(?:(?<![A-Za-z])[A-Za-z]:[\\/]|[\\/~]|\.\.?[\\/])/.test(text);
}
