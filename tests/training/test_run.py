"""The run: same seed same weights, best epoch kept and restored, resume, recovery, mixed precision, several devices."""

import errno
import resource
import signal
import stat

import keras
import numpy as np
import pytest

from synthgen.encoding.layout import Block, EncodedTable, Layout
from synthgen.errors import FitInterrupted, TrainingError, WriteError
from synthgen.files.locks import claimed
from synthgen.models.gan.losses import Relativistic
from synthgen.models.gan.regularizers import SlopePenalty
from synthgen.models.tables.conditioning import MaskedRows
from synthgen.models.tables.gan import GAN, GANSettings
from synthgen.networks import mlp
from synthgen.training.backup import write_arrays
from synthgen.training.batches import shuffled
from synthgen.training.callbacks import BestEpoch
from synthgen.training.monitors import Score
from synthgen.training.run import RUN, Plan, claim_checkpoint, run
from synthgen.training.schedules import RecoverableCosine
from synthgen.training.snapshots import variables_of

LAYOUT = Layout((Block("a", "one_hot", 3), Block("b", "one_hot", 4), Block("b", "scalar", 1, refines=(2, 4))))


def rows(num=400):
    rng = np.random.default_rng(0)
    a = rng.integers(0, 3, num)
    b = (a + rng.integers(0, 2, num)) % 4
    scalars = np.where(b >= 2, rng.uniform(-1, 1, num), 0)[:, None]
    return EncodedTable(np.stack([a, b], 1).astype(np.int32), scalars.astype(np.float32))


def prepared(num_steps=40, rate=1e-3, seed=0):
    conditioning = MaskedRows(LAYOUT)
    model = GAN(
        LAYOUT,
        generator=mlp.residual_generator(16 + conditioning.num_features, LAYOUT.num_features, width=16, seed=seed),
        critic=mlp.residual_critic(LAYOUT.num_features + conditioning.num_critic_features, width=16, seed=seed + 1),
        loss=Relativistic(),
        penalties=(SlopePenalty("both", centre=0.0, weight=0.1),),
        conditioning=conditioning,
        settings=GANSettings(latent_dim=16),
        seed=seed,
    )
    model.prepare(rows())
    scale = model.add_weight(shape=(), initializer="ones", trainable=False, name="rate_scale")
    schedule = RecoverableCosine(start=rate, end=rate / 20, num_steps=num_steps, scale=scale)
    model.compile_adversaries(
        generator_optimizer=keras.optimizers.Adam(schedule, 0.0, 0.99, use_ema=True, ema_momentum=0.9),
        critic_optimizer=keras.optimizers.Adam(schedule, 0.0, 0.99),
        jit_compile=False,
    )
    return model, scale


PLAN = Plan(40, 32, num_epochs=4, steps_per_chunk=5)


def train(model, scale, plan=PLAN, score=None, checkpoint=None, callbacks=()):
    return run(model, plan, score=score, rate_scale=scale, checkpoint=checkpoint, verbose=False, callbacks=callbacks)


@pytest.fixture(scope="module")
def program():
    """One model whose step is compiled once, and each of its variables as it was before its first step."""
    model, scale = prepared()
    for optimizer, network in ((model.optimizer, model.generator), (model.critic_optimizer, model.critic)):
        optimizer.build(network.trainable_variables)
    return model, scale, [(variable, np.array(variable)) for variable in variables_of(model)]


@pytest.fixture
def trained(program):
    """Trains a model that is as new, and returns it and its best epoch; the next call begins anew with the same."""
    model, scale, variables = program

    def go(**arguments):
        for variable, start in variables:
            variable.assign(start)
        return model, train(model, scale, **arguments)

    return go


@pytest.fixture(scope="module")
def whole():
    """Weights after a run without interruption, of a model of its own, and its best epoch."""
    model, scale = prepared()
    best = train(model, scale)
    return kept(model), best


def kept(model):
    return [np.array(weight) for network in (model.sampler, model.generator) for weight in network.get_weights()]


def same(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


class Interrupt(keras.callbacks.Callback):
    """Presses Ctrl-C at the end of an epoch."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.epoch:
            raise KeyboardInterrupt


def test_every_epoch_holds_each_row_once():
    stream = shuffled(10, num_drawn=40, first=0, seed=3)
    assert [sorted(stream[i : i + 10]) for i in range(0, 40, 10)] == [list(range(10))] * 4
    assert np.array_equal(stream[17:33], shuffled(10, num_drawn=16, first=17, seed=3))
    assert not np.array_equal(stream[:10], stream[10:20])


def test_same_seed_same_weights_and_same_rows(whole, trained, global_randomness_untouched):
    """Fitting SDV twice gives two different models. Here one compiled anew and one begun anew are alike too."""
    second, scale = prepared()
    train(second, scale)
    drawn = second.draw(50, rng=np.random.default_rng(0)).codes
    assert same(kept(second), whole[0])
    third, _ = trained()
    assert same(kept(third), whole[0])
    assert np.array_equal(third.draw(50, rng=np.random.default_rng(0)).codes, drawn)
    other, scale = prepared(seed=1)
    train(other, scale)
    assert not same(kept(other), whole[0])


def test_the_best_epoch_comes_back_bit_for_bit(trained):
    """synthcity keeps references, and so restores the last epoch."""
    seen = []

    class Record(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append([np.array(weight) for weight in self.model.sampler.get_weights()])

    distances = iter([0.4, 0.1, 0.3, 0.2])
    model, best = trained(score=Score("distance", lambda: next(distances)), callbacks=[Record()])
    assert best.best_epoch == 1
    assert same(model.sampler.get_weights(), seen[1])
    assert not same(model.sampler.get_weights(), seen[3])
    assert [epoch["distance"] for epoch in best.history] == [0.4, 0.1, 0.3, 0.2]


def test_the_sampler_holds_the_moving_average(trained):
    """Keras puts the average into the generator itself when fit ends, so that one looks before."""
    seen = []

    class Record(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            averages = self.model.optimizer._model_variables_moving_average
            groups = self.model.sampler.trainable_variables, averages, self.model.generator.trainable_variables
            seen.append([[np.array(variable.numpy()) for variable in group] for group in groups])

    trained(callbacks=[Record()])
    for sampler, averages, generator in seen:
        assert same(sampler, averages)
        assert not same(sampler, generator)


def test_patience_stops_the_run(trained):
    distances = iter([0.1, 0.2, 0.3, 0.4])
    _, best = trained(
        score=Score("distance", lambda: next(distances)), plan=Plan(40, 32, num_epochs=4, steps_per_chunk=5, patience=2)
    )
    assert len(best.history) == 3


@pytest.mark.parametrize("epoch", [0, 2])
def test_an_interrupted_run_resumes_to_the_same_weights(trained, tmp_path, epoch):
    model, best = trained(score=Score("distance", iter([0.4, 0.1, 0.3, 0.2]).__next__))
    expected = kept(model)
    again = iter([0.4, 0.1, 0.3, 0.2])
    with pytest.raises(FitInterrupted, match=rf"after {epoch + 1} of 4 epochs.*same checkpoint") as caught:
        trained(score=Score("distance", lambda: next(again)), checkpoint=tmp_path, callbacks=[Interrupt(epoch)])
    assert isinstance(caught.value, KeyboardInterrupt)
    resumed, resumed_best = trained(score=Score("distance", lambda: next(again)), checkpoint=tmp_path)
    assert same(kept(resumed), expected)
    assert resumed_best.best_epoch == best.best_epoch
    assert resumed_best.history == best.history


class InterruptWhileSaving(keras.callbacks.Callback):
    """Leaves a half-written backup behind, as Ctrl-C in the middle of one would."""

    def __init__(self, directory):
        super().__init__()
        self.directory = directory

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            whole = (self.directory / "latest.npz").read_bytes()
            (self.directory / ".latest.npz.0123abcd.tmp").write_bytes(whole[: len(whole) // 2])
            raise KeyboardInterrupt


def test_a_half_written_backup_does_no_harm(whole, trained, tmp_path):
    with pytest.raises(FitInterrupted):
        trained(checkpoint=tmp_path, callbacks=[InterruptWhileSaving(tmp_path)])
    resumed, _ = trained(checkpoint=tmp_path)
    assert same(kept(resumed), whole[0])
    assert {path.name for path in tmp_path.iterdir()} == {"best.json", "best.npz", "latest.npz"}


class PressControlC(keras.callbacks.Callback):
    """Sends the signal while the epoch's callbacks run, where a library might swallow it."""

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            signal.raise_signal(signal.SIGINT)


def test_control_c_waits_for_a_safe_place_and_leaves_the_handler_as_it_was(trained, tmp_path):
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(FitInterrupted, match="after 2 of 4 epochs"):
        trained(checkpoint=tmp_path, callbacks=[PressControlC()])
    assert signal.getsignal(signal.SIGINT) is before


def test_without_a_checkpoint_the_interruption_says_so(trained):
    with pytest.raises(FitInterrupted, match="Nothing was kept"):
        trained(callbacks=[Interrupt(1)])


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    claim_checkpoint(tmp_path, PLAN, settings={"width": 16}, data_digest=b"rows")
    claim_checkpoint(tmp_path, PLAN, settings={"width": 16}, data_digest=b"rows")
    with pytest.raises(TrainingError, match="its settings differ"):
        claim_checkpoint(tmp_path, PLAN, settings={"width": 32}, data_digest=b"rows")
    with pytest.raises(TrainingError, match="its data differ"):
        claim_checkpoint(tmp_path, PLAN, settings={"width": 16}, data_digest=b"other rows")


class Poison(keras.callbacks.Callback):
    """Makes a weight NaN before an epoch, as an overflow would."""

    def __init__(self, epochs):
        super().__init__()
        self.epochs = epochs

    def on_epoch_begin(self, epoch, logs=None):
        if epoch in self.epochs:
            variable = self.model.generator.trainable_variables[0]
            variable.assign(np.full(variable.shape, np.nan, np.float32))


def test_a_run_recovers_from_nan_with_half_the_rate(trained, program):
    model, best = trained(callbacks=[Poison({1})])
    assert float(program[1]) == 0.5
    assert all(np.isfinite(weight).all() for weight in model.sampler.get_weights())
    assert np.isfinite(best.history[-1]["critic_loss"])


def test_a_run_that_cannot_recover_keeps_the_last_good_weights(trained, program):
    with pytest.raises(TrainingError, match="not finite after 3 recoveries"):
        trained(plan=Plan(60, 32, num_epochs=6, steps_per_chunk=5), callbacks=[Poison({1, 2, 3, 4})])
    assert all(np.isfinite(weight).all() for weight in program[0].sampler.get_weights())


def test_keras_own_callbacks_work(trained, tmp_path):
    pytest.importorskip("tensorboard")
    board = keras.callbacks.TensorBoard(tmp_path / "board", write_graph=False)
    trained(callbacks=[board])
    assert list((tmp_path / "board").rglob("events*"))


def test_training_compiles_through_xla():
    model, scale = prepared()
    model.compile_adversaries(
        generator_optimizer=keras.optimizers.Adam(1e-3, 0.0, 0.99, use_ema=True, ema_momentum=0.9),
        critic_optimizer=keras.optimizers.Adam(1e-3, 0.0, 0.99),
        jit_compile=True,
    )
    best = run(model, PLAN, score=None, rate_scale=scale, checkpoint=None, verbose=False)
    assert np.isfinite(best.history[-1]["generator_loss"])


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_training_in_mixed_precision(policy):
    keras.config.set_dtype_policy(policy)
    try:
        model, scale = prepared()
        best = train(model, scale)
    finally:
        keras.config.set_dtype_policy("float32")
    assert np.isfinite(best.history[-1]["generator_loss"])


def test_the_rate_falls_along_a_cosine():
    scale = keras.Variable(1.0)
    schedule = RecoverableCosine(start=4e-4, end=2e-5, num_steps=100, scale=scale)
    assert [float(schedule(step)) for step in (0, 50, 100, 500)] == pytest.approx([4e-4, 2.1e-4, 2e-5, 2e-5])
    scale.assign(0.5)
    assert float(schedule(0)) == pytest.approx(2e-4)


def test_plans_are_whole_epochs_of_whole_chunks():
    for num_steps in (100, 1_200, 5_000, 5_500, 19_500):
        plan = Plan(num_steps, 500)
        assert plan.chunk <= 50
        assert plan.chunk * plan.chunks_per_epoch * plan.num_epochs == pytest.approx(num_steps, rel=0.02)
    tiny = Plan(3, 500)
    assert tiny.chunk == 1
    assert tiny.chunks_per_epoch == 1


def test_best_epoch_without_a_score_is_the_last(whole):
    _, best = whole
    assert isinstance(best, BestEpoch)
    assert best.best_epoch == 3


class FillDisk(keras.callbacks.Callback):
    """Leaves no room for files at the end of an epoch: a limit on their size, which the kernel treats alike."""

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def test_a_disk_that_fills_up_ends_in_words_and_the_run_goes_on_when_there_is_room(whole, trained, tmp_path):
    """Keras' own file of weights, in HDF5, ended the process here."""
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with pytest.raises(WriteError, match=r"best.npz could not be completed: File too large.*Make room") as caught:
            trained(checkpoint=tmp_path, callbacks=[FillDisk()])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert caught.value.errno == errno.EFBIG
    assert f"Finished epochs are kept in {tmp_path}: the same fit with" in str(caught.value)
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert files == dict.fromkeys(["best.json", "best.npz", "latest.npz"], 0o600)
    resumed, _ = trained(checkpoint=tmp_path)
    assert same(kept(resumed), whole[0])


def test_two_runs_do_not_share_a_checkpoint(trained, tmp_path):
    """The locks are on open files, so that two in one process stand for two processes."""
    with claimed(tmp_path / RUN):
        for begin in (lambda: trained(checkpoint=tmp_path),
                      lambda: claim_checkpoint(tmp_path, PLAN, settings={}, data_digest=b"rows")):  # fmt: skip
            with pytest.raises(WriteError, match=r"checkpoint='.*' is being written by another run"):
                begin()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["run.json", "best.json", "best.npz", "latest.npz", "latest.weights.h5"])
def test_a_damaged_checkpoint_and_one_of_before_are_told(trained, tmp_path, name):
    def go():
        claim_checkpoint(tmp_path, PLAN, settings={}, data_digest=b"rows")
        return trained(checkpoint=tmp_path)

    claim_checkpoint(tmp_path, PLAN, settings={}, data_digest=b"rows")
    write_arrays(tmp_path / "best.npz", [np.zeros(3)])
    write_arrays(tmp_path / "latest.npz", [np.zeros(3)])
    (tmp_path / "best.json").write_text('{"history": [], "best_epoch": 0}')
    (tmp_path / name).write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(TrainingError, match=r"is damaged, or of another version of synthgen.*to begin anew"):
        go()


def test_a_signal_that_the_user_handles_waits_for_a_safe_place_too(trained):
    came = []

    class Ask(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if int(self.model.chunk_counter) == 2:
                signal.raise_signal(signal.SIGTERM)
                came.append("not yet")

    before = signal.signal(signal.SIGTERM, lambda number, frame: came.append(number))
    try:
        handler = signal.getsignal(signal.SIGTERM)
        _, best = trained(callbacks=[Ask()])
        assert signal.getsignal(signal.SIGTERM) is handler
    finally:
        signal.signal(signal.SIGTERM, before)
    assert came == ["not yet", signal.SIGTERM]
    assert len(best.history) == 4  # whose handler only takes note goes on
