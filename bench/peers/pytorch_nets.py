"""The model families of src/models as PyTorch modules, made from the same options."""

import torch
from torch import nn


def conv(inputs, outputs, kernel, stride=1, groups=1, bias=False):
    padding = "same" if stride == 1 else kernel // 2
    return nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=bias)


def conv_norm(inputs, outputs, kernel, stride=1, groups=1, activation=None):
    layers = [conv(inputs, outputs, kernel, stride, groups), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([] if activation is None else [activation(inplace=True)]))


def pooled_head(features, classes, dropout):
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout), nn.Linear(features, classes))


def mlp(shape, classes, *, hidden, **_):
    sizes = [shape[0] * shape[1] * shape[2], *hidden]
    layers = [layer for pair in zip(sizes, hidden) for layer in (nn.Linear(*pair), nn.ReLU())]
    return nn.Sequential(nn.Flatten(), *layers, nn.Linear(sizes[-1], classes))


def cnn(shape, classes, *, channels, convolutions, kernel, normalize, dropout, **_):
    layers, inputs = [], shape[0]
    for index, outputs in enumerate(channels):
        if index > 0:
            layers.append(nn.MaxPool2d(2, ceil_mode=True))
        for _ in range(convolutions):
            if normalize:
                layers.append(conv_norm(inputs, outputs, kernel, activation=nn.ReLU))
            else:
                layers += [conv(inputs, outputs, kernel, bias=True), nn.ReLU(inplace=True)]
            inputs = outputs
    return nn.Sequential(*layers, pooled_head(inputs, classes, dropout))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = conv_norm(inputs, outputs, 3, stride, activation=nn.ReLU)
        self.second = conv_norm(outputs, outputs, 3)
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else conv_norm(inputs, outputs, 1, stride)

    def forward(self, x):
        return self.second(self.first(x)).add_(self.shortcut(x)).relu_()


def resnet(shape, classes, *, depth, width, dropout, stem=None, **_):
    stages = [max(1, int(channels * width + 0.5)) for channels in (16, 32, 64)]
    inputs = int((stem or max(16, stages[0] / 2)) + 0.5)
    layers = [conv_norm(shape[0], inputs, 3, activation=nn.ReLU)]
    for stage, outputs in enumerate(stages):
        for block in range((depth - 2) // 6):
            layers.append(BasicBlock(inputs, outputs, 2 if block == 0 and stage > 0 else 1))
            inputs = outputs
    return nn.Sequential(*layers, pooled_head(inputs, classes, dropout))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        inside = int(inputs * expansion + 0.5)
        expand = [] if inside == inputs else [conv_norm(inputs, inside, 1, activation=nn.ReLU6)]
        depthwise = conv_norm(inside, inside, 3, stride, inside, nn.ReLU6)
        self.layers = nn.Sequential(*expand, depthwise, conv_norm(inside, outputs, 1))
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.layers(x) if self.residual else self.layers(x)


def rounded(channels):
    nearest = max(8, int(channels + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * channels else nearest


def mobilenet(shape, classes, *, width, expansion, stages, stem, last, dropout, **_):
    inputs = rounded(stem * width)
    layers = [conv_norm(shape[0], inputs, 3, activation=nn.ReLU6)]
    for stage, (channels, blocks, stride) in enumerate(stages):
        for block in range(blocks):
            outputs = rounded(channels * width)
            options = (stride if block == 0 else 1, expansion if stage > 0 else 1)
            layers.append(InvertedResidual(inputs, outputs, *options))
            inputs = outputs
    features = rounded(last * max(1, width))
    layers.append(conv_norm(inputs, features, 1, activation=nn.ReLU6))
    return nn.Sequential(*layers, pooled_head(features, classes, dropout))


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        batch, tokens, dim = x.shape
        q, k, v = self.qkv(x).view(batch, tokens, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4)
        mixed = nn.functional.scaled_dot_product_attention(q, k, v)
        return self.proj(mixed.transpose(1, 2).reshape(batch, tokens, dim))


class Block(nn.Module):
    def __init__(self, dim, heads, hidden, dropout):
        super().__init__()
        norm = nn.LayerNorm(dim, eps=1e-6)
        self.attention = nn.Sequential(norm, Attention(dim, heads), nn.Dropout(dropout))
        layers = [nn.Linear(dim, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, dim)]
        self.perceptron = nn.Sequential(nn.LayerNorm(dim, eps=1e-6), *layers, nn.Dropout(dropout))

    def forward(self, x):
        x = x + self.attention(x)
        return x + self.perceptron(x)


class Vit(nn.Module):
    def __init__(self, shape, classes, *, patch, dim, depth, heads, mlpRatio, pool, dropout, **_):
        super().__init__()
        tokens = (shape[1] // patch) * (shape[2] // patch) + (pool == "class")
        self.patches = nn.Conv2d(shape[0], dim, patch, stride=patch)
        self.token = nn.Parameter(torch.zeros(1, 1, dim)) if pool == "class" else None
        self.positions = nn.Parameter(0.02 * torch.randn(1, tokens, dim))
        hidden = int(dim * mlpRatio + 0.5)
        blocks = [Block(dim, heads, hidden, dropout) for _ in range(depth)]
        self.blocks = nn.Sequential(nn.Dropout(dropout), *blocks)
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Linear(dim, classes)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        if self.token is None:
            return self.head(self.norm(self.blocks(x + self.positions)).mean(1))
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1)
        return self.head(self.norm(self.blocks(x + self.positions)[:, 0]))


FAMILIES = {"mlp": mlp, "cnn": cnn, "resnet": resnet, "mobilenet": mobilenet, "vit": Vit}


def build(model, shape, classes):
    """A family's network for samples `[channels, height, width]`; `model` is a ModelSpec."""
    return FAMILIES[model["family"]](shape, classes, **model)
