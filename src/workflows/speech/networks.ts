import { networkLooks, otherColor } from "../../report/networks.js";
import type { SpeechRecipe } from "./recipe.js";

/** The nets of an experiment with speech. */
export const speechNetworks = networkLooks({
	net: { title: "net", all: "nets alone", color: "teacher" },
	"student-alone": { title: "like the distilled, alone", color: "baseline" },
	distilled: { title: "distilled", color: "student" },
	"few-hard": { title: "few strings, hard targets", color: "baseline" },
	"few-stopped": { title: "few strings, stopped early", color: otherColor(1) },
	"few-soft": { title: "few strings, soft targets", color: otherColor(0) },
});

/** What tables call a net, or several together, with the numbers of the recipe. */
export function netTitle(name: string, { members, few }: SpeechRecipe): string {
	const share = `${String(100 * (few?.share ?? 1))} %`;
	const titles: Readonly<Record<string, string>> = {
		members: `mean of ${String(members)} alone`,
		ensemble: `ensemble of ${String(members)}`,
		"few-hard": `${share}, hard targets`,
		"few-stopped": `${share}, stopped early`,
		"few-soft": `${share}, soft targets`,
	};
	return (Object.hasOwn(titles, name) ? titles[name] : undefined) ?? speechNetworks.titleOf(name);
}
