/** What the server sends to a page that follows it, and what the page's script does with it. */

/** What a reader is to do to have the parts as they are now. */
export type Change =
	| { readonly id: string; readonly html: string; readonly into: string; readonly before: string | null }
	| { readonly id: string; readonly gone: true };
