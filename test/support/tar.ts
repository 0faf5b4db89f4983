/** Tar archives made by hand, broken ones too. */

/** What a header says; the content where nothing else is said. */
export interface TarMember {
	readonly name: string;
	readonly content?: Uint8Array;
	readonly size?: string;
	readonly type?: string;
	readonly prefix?: string;
}

/** A POSIX.1 archive of these members, with the two blocks of zeros at its end. */
export function tarOf(members: readonly TarMember[]): Buffer {
	return Buffer.concat([...members.flatMap(blocksOf), Buffer.alloc(1024)]);
}

function blocksOf({
	name,
	content = new Uint8Array(),
	size,
	type = "0",
	prefix = "",
}: TarMember): readonly Uint8Array[] {
	const header = Buffer.alloc(512);
	header.write(name, 0, 100, "latin1");
	header.write("0000644\u00000000000\u00000000000\u0000", 100, "latin1");
	header.write(size ?? content.length.toString(8).padStart(11, "0"), 124, 12, "latin1");
	header.write("00000000000\u0000        ", 136, "latin1");
	header.write(type, 156, 1, "latin1");
	header.write("ustar\u000000", 257, "latin1");
	header.write(prefix, 345, 155, "latin1");
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, 8, "latin1");
	return [header, content, new Uint8Array((512 - (content.length % 512)) % 512)];
}
