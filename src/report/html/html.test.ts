import { expect, test } from "vitest";
import { html } from "./html.js";

test("text is escaped, in elements and in attributes; markup stays", () => {
	const hostile = `<script>alert("1")</script>&'`;
	const inner = html`<b>${hostile}</b>`;
	expect(html`<i title="${hostile}">${inner}${[1, undefined, "<"]}</i>`.text).toBe(
		'<i title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;">' +
			"<b>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;</b>1&lt;</i>",
	);
});
