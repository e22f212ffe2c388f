"""Keras building blocks, no training."""

from synthgen import backend as backend  # first of all: picks Keras' backend and keeps TensorFlow quiet
