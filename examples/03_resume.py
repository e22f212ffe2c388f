"""Interrupt training and go on: the model is the one that an uninterrupted run would have made."""

import keras

import synthgen as sg
from synthgen.errors import FitInterrupted

patients = sg.load_dataset("diabetes")


def synthesizer():
    return sg.TabularGAN(num_steps=100, width=64, seed=0)


class CtrlC(keras.callbacks.Callback):
    """Stands in for a person at the keyboard, after the fifth of twenty epochs."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 5:
            raise KeyboardInterrupt


try:
    synthesizer().fit(patients, checkpoint="checkpoint", callbacks=[CtrlC()])
except FitInterrupted as error:
    print(error)

resumed = synthesizer().fit(patients, checkpoint="checkpoint")
uninterrupted = synthesizer().fit(patients)

assert len(resumed.history) == 20
assert resumed.sample(100, seed=1).equals(uninterrupted.sample(100, seed=1))
