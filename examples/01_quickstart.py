"""Learn real health records, draw synthetic rows, judge them.

Cut to seconds: in earnest use all rows, and TabularGAN(seed=0), which trains for 1 000 steps.
"""

import synthgen as sg

records = sg.load_dataset("rand_hie").head(3_000)
schema = sg.Schema.infer(records, patient_key="participant_id")
train, holdout = sg.split(records, by="participant_id", seed=0)

synthesizer = sg.TabularGAN(num_steps=100, width=64, seed=0).fit(train, schema=schema)
synthetic = synthesizer.sample(len(train), seed=1)

report = sg.evaluate(train=train, synthetic=synthetic, holdout=holdout, target="self_rated_health", schema=schema)
print(report)
report.to_html("report.html")

synthesizer.save("records.synthgen")
again = sg.load("records.synthgen")

assert again.sample(len(train), seed=1).equals(synthetic)
