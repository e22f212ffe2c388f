"""What users import: models made useful on tables."""

from synthgen import backend as backend  # first of all: picks Keras' backend and keeps TensorFlow quiet
