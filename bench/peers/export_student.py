"""Writes an untrained image classifier of PyTorch's as ONNX, to be trained by Limbeck: export_student.py FILE [CLASSES]

A small residual network as PyTorch users write them, for images of 3 x 32 x 32: three stages of 32, 64 and 128 channels,
about 300,000 weights.
"""

import sys

import torch
from torch import nn


def convolution(inputs, outputs, stride=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(outputs)
    )


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = convolution(inputs, outputs, stride)
        self.second = convolution(outputs, outputs)
        self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs))
        self.activation = nn.SiLU()

    def forward(self, x):
        y = self.second(self.activation(self.first(x)))
        return self.activation(y + self.shortcut(x))


class Student(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Sequential(convolution(3, 16), nn.SiLU())
        self.stages = nn.Sequential(Block(16, 32, 1), Block(32, 64, 2), Block(64, 128, 2))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(128, classes)

    def forward(self, x):
        return self.head(torch.flatten(self.pool(self.stages(self.stem(x))), 1))


if __name__ == "__main__":
    torch.manual_seed(1)
    classes = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    torch.onnx.export(
        # In evaluation form, as for deployment: Limbeck turns batch normalisation back to training itself. Without
        # `optimize=False` the exporter would fold it into the convolutions.
        Student(classes).eval(),
        (torch.zeros(2, 3, 32, 32),),
        sys.argv[1],
        input_names=["image"],
        output_names=["logits"],
        dynamic_shapes={"x": {0: torch.export.Dim("batch", min=1, max=65536)}},
        external_data=False,
        optimize=False,
        verbose=False,
    )
