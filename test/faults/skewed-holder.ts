/** A process that holds a lock until it is killed, with a clock that is ahead by so many milliseconds, or behind. */
import { hold } from "../../src/locks.js";

const [folder = "", name = "", ahead = "0"] = process.argv.slice(2);
const RightDate = Date;
class SkewedDate extends RightDate {
	constructor() {
		super(SkewedDate.now());
	}
	static override now(): number {
		return RightDate.now() + Number(ahead);
	}
}
// Whoever asks for the time does so without arguments.
globalThis.Date = SkewedDate as unknown as DateConstructor;

await hold(folder, name, () => Promise.resolve(false), { onWait: () => process.send?.("waits") });
process.send?.("holds");
setInterval(() => undefined, 1000);
