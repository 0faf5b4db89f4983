/** Numbers as people read them. */

const whole = new Intl.NumberFormat("en");
const threeDigits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** A whole number, in groups of three digits. */
export function grouped(count: number): string {
	return whole.format(count);
}

/** A number in three digits at most. */
export function brief(number: number): string {
	return threeDigits.format(number);
}

/** How many there are of something. */
export function counted(number: number, what: string): string {
	return `${grouped(number)} ${what}${number === 1 ? "" : "s"}`;
}
