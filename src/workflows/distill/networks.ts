import { networkLooks, otherColor } from "../../report/networks.js";

/** The networks of a distillation. */
export const distillNetworks = networkLooks({
	teacher: { title: "teacher", color: "teacher" },
	student: { title: "student, distilled", color: "student" },
	baseline: { title: "student, alone", color: "baseline" },
	"early-stopped": { title: "alone, stopped early", color: otherColor(0) },
	generations: { title: "all generations", color: otherColor(1) },
	assistant: { title: "assistant", color: (place) => otherColor(place + 1) },
	generation: { title: "generation", color: (place) => otherColor(place + 2) },
});
