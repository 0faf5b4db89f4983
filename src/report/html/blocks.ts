/** What pages are built of. */
import sharp from "sharp";
import { type Column, cellsOf } from "../columns.js";
import type { Series } from "../networks.js";
import { type Content, Html, html } from "./html.js";
import { colorOf, style } from "./style.js";

/** A whole document. Nothing in it runs, and nothing is fetched: the policy says so to the browser too. */
export function page(title: string, content: Html): Html {
	const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
	return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="generator" content="Limbeck">
<title>${title}</title><style>${new Html(style)}</style></head>
<body><main><h1>${title}</h1>${content}</main></body></html>
`;
}

/** A table of networks, a row for each. */
export function tableOf<Row>(
	rows: readonly (readonly [label: string, network: Row, ...others: readonly unknown[]])[],
	columns: readonly Column<Row>[],
): Html {
	const [headings = [], ...lines] = cellsOf(rows, columns);
	return textTable(headings, lines);
}

/** A table of texts; the first of each row names it. */
export function textTable(headings: readonly Content[], rows: readonly (readonly Content[])[]): Html {
	return html`<div class="scroll"><table><thead><tr>${headings.map((one) => html`<th>${one}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}

/** Sentences, a paragraph each. */
export function paragraphs(sentences: readonly string[]): Html {
	return html`${sentences.map((sentence) => html`<p>${sentence}</p>`)}`;
}

/** A picture and what it shows. */
export function figure(drawing: Html, caption: Content): Html {
	return html`<figure>${drawing}<figcaption>${caption}</figcaption></figure>`;
}

/** Whose the colours are. */
export function legend(series: readonly Series[]): Html {
	const own = new Map(series.map((one) => [one.label, one]));
	const keys = Array.from(own.values(), ({ label, color }) => {
		return html`<span class="key"><i style="background:${colorOf(color)}"></i>${label}</span>`;
	});
	return html`<p class="legend">${keys}</p>`;
}

/** A PNG as an address that holds it. */
export async function pngAddress(
	pixels: Uint8Array,
	raw: { readonly width: number; readonly height: number; readonly channels: 1 | 3 | 4 },
): Promise<string> {
	const png = await sharp(pixels, { raw }).png().toBuffer();
	return `data:image/png;base64,${png.toString("base64")}`;
}

/**
 * A sample as a picture.
 *
 * @param pixels - bytes `[channels, height, width]` in base64.
 * @param what - told to who does not see it, or points at it.
 */
export async function samplePicture(
	pixels: string,
	[channels, height, width]: readonly [number, number, number],
	what: string,
): Promise<Html> {
	const planes = Buffer.from(pixels, "base64");
	const area = width * height;
	// Colours of a pixel stand together in a picture, and apart in a sample.
	const interleaved = Buffer.alloc(planes.length);
	for (let at = 0; at < planes.length; at++) {
		interleaved[(at % area) * channels + Math.floor(at / area)] = planes[at] ?? 0;
	}
	const address = await pngAddress(interleaved, { width, height, channels: channels === 3 ? 3 : 1 });
	return html`<img class="sample small" alt="${what}" title="${what}" src="${address}"> `;
}
