#!/usr/bin/env bash
# Keras 3 on TensorFlow: every compiled training step stays in memory for as long as the process lives, model or not.
#
# Versions: tensorflow 2.21.0, keras 3.15.1 (pip, CPU).
#
# `Optimizer.apply` adds gradients up over replicas with `ReplicaContext.all_reduce`, also where there is one replica. That
# wraps them in an operation with a gradient of its own (tf.custom_gradient), which TensorFlow enters by name in a registry of
# the process while it traces the step, and never takes out. The entry holds tensors, so that the traced graph outlives the
# model, the function and `gc.collect()`. `keras.ops.silu` (tf.nn.silu) does the same wherever it is traced.
#
# Seen, as entries of the registry and graphs that are alive after everything was deleted:
#   apply              1 entry, 1 graph
#   apply in merge_call 0 entries, 0 graphs   (public API: outside of a replica Keras adds nothing up)
#   silu               1 entry, 1 graph
#   x * sigmoid(x)     0 entries, 0 graphs
#
# What it means: a process that fits many models (tuning, audits) grows by every program it ever compiled.
# Fails if any of this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tensorflow==2.21.0 keras==3.15.1
cat > "$folder/kept.py" <<'PYTHON'
import gc

import keras
import tensorflow as tf
from tensorflow.python.framework.func_graph import FuncGraph
from tensorflow.python.framework.ops import gradient_registry


def entries():
    return sum(name.startswith("CustomGradient-") for name in gradient_registry.list())


def graphs():
    gc.collect()
    return sum(isinstance(thing, FuncGraph) for thing in gc.get_objects())


def plain_apply(optimizer, gradients, variables):
    optimizer.apply(gradients, variables)


def outside_of_the_replica(optimizer, gradients, variables):
    replica = tf.distribute.get_replica_context()
    replica.merge_call(lambda _strategy: optimizer.apply(gradients, variables))


def train(apply, activation):
    variable = keras.Variable([1.0, 2.0])
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build([variable])

    @tf.function(autograph=False)
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(activation(variable.value))
        apply(optimizer, tape.gradient(loss, [variable.value]), [variable])

    step()


train(outside_of_the_replica, tf.square)  # what TensorFlow keeps of a first call is not counted
seen = {}
for name, apply, activation in (
    ("apply", plain_apply, tf.square),
    ("apply in merge_call", outside_of_the_replica, tf.square),
    ("silu", outside_of_the_replica, keras.ops.silu),
    ("x * sigmoid(x)", outside_of_the_replica, lambda x: x * tf.sigmoid(x)),
):
    before = entries(), graphs()
    train(apply, activation)
    seen[name] = (entries() - before[0], graphs() - before[1])
    print(f"{name:20} {seen[name][0]} entries, {seen[name][1]} graphs")
assert seen == {"apply": (1, 1), "apply in merge_call": (0, 0), "silu": (1, 1), "x * sigmoid(x)": (0, 0)}, seen
PYTHON
TF_CPP_MIN_LOG_LEVEL=3 KERAS_BACKEND=tensorflow "$folder/venv/bin/python" "$folder/kept.py"
