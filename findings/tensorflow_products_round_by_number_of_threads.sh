#!/usr/bin/env bash
# TensorFlow 2.21.0 on a CPU: a product of two float32 matrices is rounded otherwise where the process has one thread
# than where it has two or more. Two and four agree, bit for bit; sums and exponentials agree for all of them. Asking
# for deterministic operations (tf.config.experimental.enable_op_determinism) changes nothing in that.
#
# The number of threads is that of the cores a process may use, so that the same program with the same seed gives other
# bits in a container of one core than on the machine beside it; a model that draws categories by comparing sums with
# chance draws other rows.
#
# Seen: products differ between 1 and 2 threads, are equal between 2 and 4, with and without determinism.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tensorflow==2.21.0 numpy==2.4.6

cat > "$folder/product.py" <<'PROGRAM'
import hashlib
import sys

import numpy as np
import tensorflow as tf

if sys.argv[1] == "deterministic":
    tf.config.experimental.enable_op_determinism()
random = np.random.default_rng(0)
left, right = random.normal(size=(4096, 129)).astype("float32"), random.normal(size=(129, 128)).astype("float32")
product = tf.matmul(left, right).numpy()
total = tf.reduce_sum(left, axis=1).numpy() + tf.exp(left[:, 0]).numpy()
print(hashlib.sha256(product.tobytes()).hexdigest(), hashlib.sha256(total.tobytes()).hexdigest())
PROGRAM

product() { TF_CPP_MIN_LOG_LEVEL=3 TF_NUM_INTRAOP_THREADS=$1 "$folder/venv/bin/python" "$folder/product.py" "$2" 2> /dev/null; }
for asked in plain deterministic; do
    read -r one one_total <<< "$(product 1 $asked)"
    read -r two two_total <<< "$(product 2 $asked)"
    read -r four four_total <<< "$(product 4 $asked)"
    [ "$one" != "$two" ] || { echo "one thread now rounds products as two do ($asked)"; exit 1; }
    [ "$two" = "$four" ] || { echo "two threads and four round products differently ($asked)"; exit 1; }
    [ "$one_total" = "$two_total" ] && [ "$two_total" = "$four_total" ] || { echo "sums differ ($asked)"; exit 1; }
    echo "$asked: one thread rounds products otherwise than two; two and four agree"
done
