"""What a watched run leaves behind: a sheet for each epoch, as a picture and for TensorBoard."""

import sys

import keras
import pytest
from PIL import Image

accumulator = pytest.importorskip(
    "tensorboard.backend.event_processing.event_accumulator",
    reason="tensorboard is not installed: pip install -e '.[dev]'",
)


def test_a_watched_run_is_shown_in_tensorboard(make, images, tmp_path):
    """The event file holds a sheet for each epoch, and the figures of the history."""
    from tensorboard.util.tensor_util import make_ndarray

    scalars = keras.callbacks.TensorBoard(tmp_path / "logs")
    vae = make("ImageVAE", num_steps=20, batch_size=16, width=8)
    vae.fit(images, watch=tmp_path / "sheets", callbacks=[scalars], verbose=False)
    read = accumulator.EventAccumulator(str(tmp_path / "sheets"), size_guidance={"tensors": 0})
    read.Reload()
    sheets = read.Tensors("drawn images")
    assert [event.step for event in sheets] == list(range(1, 21))
    width, height, file = sheets[-1].tensor_proto.string_val
    assert (int(width), int(height)) == (720, 576)
    assert file[:4] == b"\x89PNG"
    losses = [float(make_ndarray(event.tensor_proto)) for event in read.Tensors("loss")]
    assert losses == pytest.approx([epoch["loss"] for epoch in vae.history], rel=1e-4)


def test_without_tensorboard_there_are_sheets_alone(make, images, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    make("ImageVAE", num_steps=20, batch_size=16, width=8).fit(images, watch=tmp_path / "sheets", verbose=False)
    sheets = sorted((tmp_path / "sheets").iterdir())
    assert [path.name for path in sheets] == [f"epoch_{number:02d}.png" for number in range(1, 21)]
    with Image.open(sheets[-1]) as opened:
        assert opened.size == (720, 576)  # 10 x 8 images of 12 x 12, six times enlarged
