/** How pages look: light and dark, on a screen and on paper. */

/** Every colour, in light and in dark; two that are the same in light are the same in dark. */
export const palette = {
	ink: ["#1c2024", "#e8eaed"],
	soft: ["#60646c", "#a3a8b0"],
	line: ["#d9dce1", "#3a3f46"],
	paper: ["#ffffff", "#14171a"],
	panel: ["#f6f7f9", "#1d2125"],
	teacher: ["#2563c9", "#7fb0ff"],
	student: ["#b8480b", "#ff9d5c"],
	baseline: ["#5c636e", "#b4bac4"],
	"other-1": ["#7a3fc4", "#c59bff"],
	"other-2": ["#0b7d74", "#4fd0c4"],
	"other-3": ["#8a6500", "#e0b84a"],
	"other-4": ["#a8326f", "#ff8ac0"],
	"other-5": ["#3d7a1e", "#8fce63"],
	right: ["#2563c9", "#7fb0ff"],
	wrong: ["#c92f1c", "#ff7a66"],
	faint: ["#9a9a9a", "#7a7a7a"],
} as const satisfies Readonly<Record<string, readonly [light: string, dark: string]>>;

/** A colour's name. */
export type Color = keyof typeof palette;

/** A colour as a page has it. */
export const colorOf = (name: Color): string => `var(--${name})`;

const names = Object.entries(palette);

const variables = (which: 0 | 1): string => names.map(([name, color]) => `--${name}: ${color[which]};`).join(" ");

export const style = `
:root { color-scheme: light dark; ${variables(0)} }
@media (prefers-color-scheme: dark) { :root { ${variables(1)} } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
main { max-width: 68rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.6rem 0 .6rem; padding-top: .8rem; border-top: 1px solid var(--line); }
h3 { font-size: .95rem; margin: 0 0 .3rem; font-weight: 600; }
p { margin: .4rem 0; max-width: 46rem; overflow-wrap: anywhere; }
.soft, figcaption, .legend { color: var(--soft); font-size: .875rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
.scroll + p, p + .scroll, p + h3, .scroll + h3 { margin-top: .9rem; }
th, td { padding: .35rem .7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
thead th { color: var(--soft); font-weight: 500; }
.row { display: flex; flex-wrap: wrap; gap: 1.25rem 2rem; align-items: flex-start; }
figure { margin: 0; min-width: 0; }
.row + figure, figure + .row, p + figure { margin-top: 1.4rem; }
figure > svg { max-width: 100%; height: auto; }
.key { display: inline-flex; align-items: center; gap: .4em; margin-right: 1.1em; white-space: nowrap; }
.key i { width: .8em; height: .8em; border-radius: 2px; }
.sample { image-rendering: pixelated; width: 84px; height: 84px; object-fit: contain; background: #000; border-radius: 4px; }
.small { width: 56px; height: 56px; }
.card { background: var(--panel); border-radius: 8px; padding: .9rem 1rem; min-width: 0; }
.names { flex: 0 1 20rem; }
.names p { overflow-wrap: anywhere; }
.verdict { border-left: 4px solid var(--teacher); background: var(--panel); border-radius: 0 8px 8px 0; padding: .2rem 1.1rem .8rem; margin-top: 1.4rem; }
.verdict h2 { margin: .6rem 0 .3rem; padding: 0; border: 0; }
.verdict p + p.soft { margin-top: -.2rem; }
h3 > img { vertical-align: middle; margin-left: .4rem; }
.bars th, .bars td { padding: .1rem .5rem .1rem 0; border: 0; text-align: left; vertical-align: middle; }
.bars th { font-weight: 500; color: var(--soft); white-space: normal; max-width: 5.2rem; }
pre { background: var(--panel); border-radius: 8px; padding: 1rem; overflow-x: auto; font-size: .82rem; line-height: 1.45; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; font-size: .9rem; margin: .6rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
summary { cursor: pointer; color: var(--soft); }
@media print { main { max-width: none; padding: 0; } .scroll { overflow: visible; } .scroll table { font-size: .7rem; } h2, figure, .card, tr { break-inside: avoid; } pre { white-space: pre-wrap; } }
`;
