"""The networks of other people that `npm run bench -- networks` exports: small ones of many designs.

With timm 1.0 and transformers 5. Each entry: how it is made (random weights), and the shape of a sample.
"""

import torch
from torch import nn

CLASSES = 10

# torchvision's compiled part, which these networks do not use, may be missing.
_register_fake = torch.library.register_fake
torch.library.register_fake = lambda name, *rest, **options: (
    (lambda f: f) if name.startswith("torchvision::") else _register_fake(name, *rest, **options)
)


def _timm(name, size, **options):
    def make():
        import timm

        model = timm.create_model(name, num_classes=CLASSES, drop_rate=0, **options)
        for module in model.modules():
            if hasattr(module, "drop_prob"):
                module.drop_prob = 0
        return model

    return make, (3, size, size)


def _mixer(mlp_ratio=(0.5, 4.0), **layers):
    def make():
        from timm.models import mlp_mixer

        kinds = {key: getattr(mlp_mixer, kind) for key, kind in layers.items()}
        return mlp_mixer.MlpMixer(CLASSES, img_size=32, patch_size=8, num_blocks=2, embed_dim=48, mlp_ratio=mlp_ratio, **kinds)

    return make, (3, 32, 32)


class _Logits(nn.Module):
    """A model of transformers that takes pixels or a waveform and gives logits."""

    def __init__(self, model):
        super().__init__()
        self.net = model

    def forward(self, x):
        return self.net(x, return_dict=False)[0]


def _segformer():
    from transformers import SegformerConfig, SegformerForImageClassification

    config = SegformerConfig(
        depths=[1, 1, 1, 1],
        hidden_sizes=[16, 24, 40, 48],
        num_labels=CLASSES,
        hidden_dropout_prob=0,
        attention_probs_dropout_prob=0,
        drop_path_rate=0,
        classifier_dropout_prob=0,
    )
    return _Logits(SegformerForImageClassification(config))


def _dinov2():
    from transformers import Dinov2Config, Dinov2ForImageClassification

    config = Dinov2Config(
        hidden_size=48, num_hidden_layers=2, num_attention_heads=3, mlp_ratio=2, image_size=32, patch_size=8, num_labels=CLASSES
    )
    return _Logits(Dinov2ForImageClassification(config))


def _wav2vec2():
    from transformers import Wav2Vec2Config, Wav2Vec2ForSequenceClassification

    config = Wav2Vec2Config(
        hidden_size=48,
        num_hidden_layers=2,
        num_attention_heads=3,
        intermediate_size=96,
        conv_dim=[16, 16, 32],
        conv_stride=[5, 4, 2],
        conv_kernel=[10, 8, 4],
        num_feat_extract_layers=3,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=4,
        classifier_proj_size=32,
        num_labels=CLASSES,
        **dict.fromkeys(
            ["hidden_dropout", "activation_dropout", "attention_dropout", "feat_proj_dropout", "final_dropout", "layerdrop"], 0
        ),
        mask_time_prob=0,
        apply_spec_augment=False,
    )
    return _Logits(Wav2Vec2ForSequenceClassification(config))


class _Recurrent(nn.Module):
    """The last state of a recurrent network, and a linear layer."""

    def __init__(self, kind, features, units, **options):
        super().__init__()
        self.cells = kind(features, units, batch_first=True, **options)
        self.head = nn.Linear(units * (2 if options.get("bidirectional") else 1), CLASSES)

    def forward(self, x):
        return self.head(self.cells(x)[0][:, -1])


NETS = {
    "convnext_atto": _timm("convnext_atto", 64, depths=(1, 1, 2, 1), dims=(16, 24, 32, 48)),
    "tinynet_e": _timm("tinynet_e", 64),
    "mobilenetv3_small_050": _timm("mobilenetv3_small_050", 64),
    "ghostnet_050": _timm("ghostnet_050", 64),
    "resnet10t": _timm("resnet10t", 64, channels=(16, 32, 48, 64)),
    "seresnet18": _timm("seresnet18", 64, channels=(16, 32, 48, 64)),
    "densenet121": _timm("densenet121", 64, growth_rate=8, block_config=(2, 2, 2, 2)),
    "regnetx_002": _timm("regnetx_002", 64),
    "regnety_002": _timm("regnety_002", 64),
    "repvgg_a0": _timm("repvgg_a0", 64),
    "nf_regnet_b0": _timm("nf_regnet_b0", 64),
    "edgenext_xx_small": _timm("edgenext_xx_small", 64),
    "levit_128s": _timm("levit_128s", 64, embed_dim=(32, 48, 64), num_heads=(2, 3, 4), depth=(1, 1, 1), img_size=64),
    "mixnet_s": _timm("mixnet_s", 64),
    "mobilevit_xxs": _timm("mobilevit_xxs", 64),
    "vit_tiny": _timm("vit_tiny_patch16_224", 32, img_size=32, patch_size=8, embed_dim=48, depth=3, num_heads=3),
    "deit_tiny": _timm("deit_tiny_distilled_patch16_224", 32, img_size=32, patch_size=8, embed_dim=48, depth=2, num_heads=3),
    "cait_xxs24": _timm("cait_xxs24_224", 32, img_size=32, patch_size=8, embed_dim=48, depth=2, num_heads=4),
    "pit_ti": _timm("pit_ti_224", 64, img_size=64),
    "eva02_tiny": _timm("eva02_tiny_patch14_224", 28, img_size=28, embed_dim=48, depth=2, num_heads=3),
    "pvt_v2_b0": _timm("pvt_v2_b0", 64, depths=(1, 1, 1, 1), embed_dims=(16, 32, 40, 48)),
    "xcit_nano": _timm("xcit_nano_12_p16_224", 64, img_size=64, embed_dim=48, depth=2, num_heads=4),
    "swin_tiny": _timm(
        "swin_tiny_patch4_window7_224", 56, img_size=56, embed_dim=24, depths=(2, 2), num_heads=(2, 4)
    ),
    "swinv2_tiny": _timm(
        "swinv2_tiny_window8_256", 64, img_size=64, embed_dim=24, depths=(2, 2), num_heads=(2, 4)
    ),
    "mixer": _mixer(),
    "resmlp": _mixer(4, block_layer="ResBlock", norm_layer="Affine"),
    "gmlp": _mixer(6, block_layer="SpatialGatingBlock", mlp_layer="GatedMlp"),
    "coat_tiny": _timm("coat_tiny", 64, img_size=64, embed_dims=(24, 24, 24, 24), serial_depths=(1, 1, 1, 1), parallel_depth=1),
    "twins_svt_small": _timm(
        "twins_svt_small", 64, img_size=64, embed_dims=(16, 32, 48, 64), num_heads=(1, 2, 3, 4), depths=(2, 2, 2, 2)
    ),
    "beit_base": _timm("beit_base_patch16_224", 32, img_size=32, patch_size=8, embed_dim=48, depth=2, num_heads=3),
    "segformer": (_segformer, (3, 64, 64)),
    "dinov2": (_dinov2, (3, 32, 32)),
    "wav2vec2": (_wav2vec2, (1200,)),
    "lstm": (lambda: _Recurrent(nn.LSTM, 12, 24, num_layers=2), (20, 12)),
    "gru": (lambda: _Recurrent(nn.GRU, 12, 24, bidirectional=True), (20, 12)),
}
