#!/usr/bin/env bash
# Keras 3 on TensorFlow: `keras.ops.split` at places and `Adam.apply` trace work into the program that is known beforehand, or
# the same for every variable.
#
# Versions: tensorflow 2.21.0, keras 3.15.1 (pip, CPU).
#
# `keras.ops.split(x, [3, 7], axis=1)` makes sizes of the places by slicing, subtracting and joining tensors inside the graph,
# although places and shape are Python numbers; `tf.split` with the sizes is one operation and its constants. `Adam` raises both
# decay rates to the number of the step, and corrects the rate by them, once for each variable and not once a step.
#
# Seen, as operations of a traced function:
#   keras.ops.split, places  28
#   tf.split, sizes           7
#   keras.ops.split, equal    6   (a number of parts: nothing to compute)
# and powers in one `Adam.apply`: 2 for one variable, 20 for ten.
#
# What it means: the time of small fits goes into making programs, and a good part of a program of many small blocks or
# variables is arithmetic on constants. Results are the same.
# Fails if any of this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tensorflow==2.21.0 keras==3.15.1
cat > "$folder/count.py" <<'PYTHON'
import keras
import tensorflow as tf


def operations(function):
    graph = tf.function(function, autograph=False).get_concrete_function(tf.TensorSpec((None, 12))).graph
    return len(graph.get_operations())


def powers(count):
    variables = [keras.Variable([1.0, 2.0]) for _ in range(count)]
    optimizer = keras.optimizers.Adam(0.1)
    optimizer.build(variables)

    @tf.function(autograph=False)
    def step(gradient):
        optimizer.apply([gradient] * count, variables)

    graph = step.get_concrete_function(tf.TensorSpec((2,))).graph
    return sum(operation.type == "Pow" for operation in graph.get_operations())


seen = {
    "keras.ops.split, places": operations(lambda x: keras.ops.split(x, [3, 7], axis=1)),
    "tf.split, sizes": operations(lambda x: tf.split(x, [3, 4, 5], axis=1)),
    "keras.ops.split, equal": operations(lambda x: keras.ops.split(x, 3, axis=1)),
    "powers, 1 variable": powers(1),
    "powers, 10 variables": powers(10),
}
for name, number in seen.items():
    print(f"{name:24} {number}")
assert list(seen.values()) == [28, 7, 6, 2, 20], seen
PYTHON
TF_CPP_MIN_LOG_LEVEL=3 KERAS_BACKEND=tensorflow "$folder/venv/bin/python" "$folder/count.py"
