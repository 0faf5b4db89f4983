import { networkLooks, otherColor } from "../../report/networks.js";

/** The networks of a run of specialists, and those that answer together: `combined`, and of controls `ensemble` and `random`. */
export const specializeNetworks = networkLooks({
	generalist: { title: "generalist", color: "teacher" },
	specialist: { title: "specialist", all: "specialists", color: otherColor(0) },
	combined: { title: "with specialists", color: otherColor(0) },
	distilled: { title: "distilled back", color: "student" },
	longer: { title: "generalist, longer", color: "baseline" },
	second: { title: "second generalist", color: otherColor(1) },
	ensemble: { title: "two generalists", color: otherColor(1) },
	random: { title: "random specialist", all: "random specialists", color: otherColor(2) },
});
