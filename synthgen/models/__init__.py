"""Generative models on arrays: they know the layout of the features, never a frame."""

from synthgen import backend as backend  # first of all: picks Keras' backend and keeps TensorFlow quiet
