"""Records filterbank values of transformers.audio_utils (Kaldi's definition) for filterbank.test.ts.

Run: python record-filterbank.py [FOLDER]; needs numpy and transformers.
"""

import json
import sys
from pathlib import Path

import numpy as np
import transformers
from transformers.audio_utils import mel_filter_bank, spectrogram, window_function

CASES = [
    {"rate": 8000, "coefficients": 40, "taper": "povey", "preemphasis": 0.97, "floor": 1.0, "low": 20},
    {"rate": 16000, "coefficients": 40, "taper": "hamming", "preemphasis": 0.97, "floor": 1.0, "low": 20},
    {"rate": 16000, "coefficients": 80, "taper": "hann", "preemphasis": 0.5, "floor": 1.1920929e-07, "low": 50},
]


def signal(rate: int) -> np.ndarray:
    """A quarter of a second: two tones that rise and fade, a click, silence. Whole numbers of 16 bits."""
    t = np.arange(rate // 4) / rate
    tones = np.sin(2 * np.pi * (300 * t + 2000 * t**2)) + 0.3 * np.sin(2 * np.pi * 1700 * t)
    wave = 9000 * tones * np.exp(-8 * t) + 200
    wave[rate // 10] += 8000
    wave[rate // 5 :] = 0
    return np.round(wave)


def record(case: dict) -> dict:
    rate = case["rate"]
    samples = signal(rate)
    window = rate * 25 // 1000
    size = 2 ** int(np.ceil(np.log2(window)))
    filters = mel_filter_bank(
        num_frequency_bins=size // 2 + 1,
        num_mel_filters=case["coefficients"],
        min_frequency=case["low"],
        max_frequency=rate / 2,
        sampling_rate=rate,
        norm=None,
        mel_scale="kaldi",
        triangularize_in_mel_space=True,
    )
    values = spectrogram(
        samples,
        window_function(window, case["taper"], periodic=False),
        frame_length=window,
        hop_length=rate // 100,
        fft_length=size,
        power=2.0,
        center=False,
        preemphasis=case["preemphasis"],
        mel_filters=filters,
        log_mel="log",
        mel_floor=case["floor"],
        remove_dc_offset=True,
    ).T
    return {
        "options": case,
        "samples": [int(value) for value in samples],
        "frames": [[round(float(value), 6) for value in frame] for frame in values],
    }


folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "fixtures"
recorded = {"transformers": transformers.__version__, "cases": [record(case) for case in CASES]}
(folder / "filterbank.json").write_text(json.dumps(recorded, separators=(",", ":")) + "\n")
