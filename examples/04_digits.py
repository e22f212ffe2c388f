"""Learn handwritten digits by class, draw new ones, and ask whether a classifier of real digits reads them.

Cut to a minute: in earnest use ImageGAN(seed=0), which trains for longer.
"""

from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

import synthgen as sg

digits = load_digits()
images = sg.ImageSet.from_array(digits.images, labels=digits.target, bounds=(0, 16))
train, holdout = images.without_duplicates().split(holdout=0.25, seed=0)

gan = sg.ImageGAN(num_steps=400, width=24, augmentation=0.0, seed=0).fit(train)
synthetic = gan.sample(500, balance="label", seed=1)
sg.write(synthetic, "digits", kind="png")


def rows(of):
    """Images as rows of pixels from 0 to 1."""
    return of.pixels.reshape(len(of), -1) / 255


reader = LogisticRegression(max_iter=200).fit(rows(train), train.table["label"])
agreed = (reader.predict(rows(synthetic)) == synthetic.table["label"]).mean()
print(f"The digit that was asked for is read in {agreed:.0%} of synthetic images,", end=" ")
print(f"in {reader.score(rows(holdout), holdout.table['label']):.0%} of real ones.")

gan.save("digits.synthgen")
assert (sg.load("digits.synthgen").sample(5, seed=2).pixels == gan.sample(5, seed=2).pixels).all()
assert agreed > 0.6  # a tenth would be chance
