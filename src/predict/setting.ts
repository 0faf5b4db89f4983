/** How hints say that an option of how a model is read is set. */

/** An option of how a model is read, set to a value, as a hint says it; `value` is JSON, a word or a place-holder. */
export type Setting = (field: "output" | "outputs" | "input" | "select" | "classes", value: string) => string;

/** Options of a command line or a recipe. @param option - what they begin with: `teacher.members.1`, `model`. */
export function settingOf(option: string): Setting {
	return (field, value) => {
		// Within the shell's quotes no other may stand; JSON has another way to write it.
		const quoted = /^[\w.-]+$/.test(value) ? value : `'${value.replaceAll("'", "\\u0027")}'`;
		return `--set ${option}.${field}=${quoted}`;
	};
}

/** Options that are given to a function. */
export const inOptions: Setting = (field, value) => `the option ${field}: ${value}`;

/** Fields of a network of a recipe. */
export const besideFile: Setting = (field, value) => `the field ${field} beside file: ${value}`;
