import type { RemoteFile } from "./data-set.js";
import { idxDataSet } from "./idx-data-set.js";

/** The only published mirror speaks plain HTTP; the hashes are what we trust. */
const mirror = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";

function file(name: string, bytes: number, sha256: string, contentSha256: string): RemoteFile {
	return { name, bytes, sha256, contentSha256, mirrors: [mirror + name] };
}

/**
 * Fashion-MNIST: 60,000 training and 10,000 test images of clothes, in the files of MNIST.
 *
 * Source: Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747; MIT. Debian has it as `dataset-fashion-mnist`.
 */
export const [fashionMnist, loadFashionMnistTest] = idxDataSet({
	name: "fashion-mnist",
	title: "Fashion-MNIST: 60,000 + 10,000 pictures of clothes, 28×28",
	classes: ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
	normalization: { mean: 0.286013, std: 0.353026 },
	download: [
		file(
			"train-images-idx3-ubyte.gz",
			26_421_880,
			"3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
			"c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
		),
		file(
			"train-labels-idx1-ubyte.gz",
			29_515,
			"a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
			"bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
		),
		file(
			"t10k-images-idx3-ubyte.gz",
			4_422_102,
			"346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
			"5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
		),
		file(
			"t10k-labels-idx1-ubyte.gz",
			5_148,
			"67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
			"0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
		),
	],
});
