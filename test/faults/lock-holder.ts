/** A process that takes a lock again and again, tells when it has it, and dies with it in its hands sooner or later. */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hold } from "../../src/locks.js";
import { createDraws } from "../support/draws.js";

const [folder = "", name = "", seed = "1", rounds = "1"] = process.argv.slice(2);
const draws = createDraws(Number(seed), "holders");
/** One line, written whole. */
const log = (what: string): void => {
	appendFileSync(join(folder, "log"), `${what} ${seed}\n`);
};

for (let round = 0; round < Number(rounds); round++) {
	const release = await hold(folder, name, () => Promise.resolve(false), {
		onWait: () => {
			log("wait");
		},
	});
	log("enter");
	await sleep(draws.integer(0, 5));
	if (round === Number(rounds) - 1) {
		log("leave");
		process.kill(process.pid, "SIGKILL");
	}
	log("leave");
	await release?.();
}
