"""Ask for rows of one kind, complete partial rows, balance a column.

Cut to seconds: in earnest use TabularGAN(seed=0).
"""

import pandas as pd

import synthgen as sg

patients = sg.load_dataset("diabetes")
synthesizer = sg.TabularGAN(num_steps=100, width=64, seed=0).fit(patients)

older = synthesizer.sample(100, conditions={"sex": "sex 2", "age": sg.Between(50, None)}, seed=1)
print(older[["sex", "age", "blood_pressure"]].describe())

known = pd.DataFrame({"sex": ["sex 1", "sex 2", None], "age": [35, None, 70]})
completed = synthesizer.sample(3, known=known, seed=2)
print(completed[["sex", "age", "progression"]])

balanced = synthesizer.sample(100, balance="sex", seed=3)

assert set(older["sex"]) == {"sex 2"}
assert older["age"].min() >= 50
assert completed["age"].iloc[[0, 2]].tolist() == [35, 70]
assert balanced["sex"].value_counts().tolist() == [50, 50]
