"""Records which inputs every operator of ONNX Runtime has, for src/ops/inputs.test.ts to ask each of them.

With ONNX Runtime 1.30: python test/parity/record-schemas.py [FOLDER] && npm run format
An operator is taken in the newest version up to ONNX's operator set 21, or in its first where it is newer.
"""

import json
import sys
from pathlib import Path

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as state

OPSET = 21
DOMAINS = ("", "com.microsoft")
FLOATING = {"tensor(float)", "tensor(double)"}


def is_floating(schema, parameter):
    allowed = {constraint.type_param_str: set(constraint.allowed_type_strs) for constraint in schema.type_constraints}
    return not FLOATING.isdisjoint(allowed.get(parameter.typeStr, {parameter.typeStr}))


def rank(schema):
    version = schema.since_version
    return (version <= OPSET, version if version <= OPSET else -version)


def main():
    newest = {}
    for schema in state.get_all_operator_schema():
        if schema.domain not in DOMAINS:
            continue
        name = f"{schema.domain}.{schema.name}".lstrip(".")
        if name not in newest or rank(schema) > rank(newest[name]):
            newest[name] = schema
    operators = {
        name: [[parameter.name, is_floating(schema, parameter)] for parameter in schema.inputs]
        for name, schema in sorted(newest.items())
    }
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "fixtures"
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(inputs)}" for name, inputs in operators.items())
    version = onnxruntime.__version__
    (folder / "schemas.json").write_text(f'{{"onnxruntime": "{version}", "operators": {{\n{lines}\n}}}}\n')


main()
