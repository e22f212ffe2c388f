"""What every model shares on top of Keras' own fit."""

from synthgen import backend as backend  # first of all: picks Keras' backend and keeps TensorFlow quiet
