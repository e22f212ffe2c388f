"""Small images of two classes that anyone can tell apart, and a quick synthesizer of each family."""

import numpy as np
import pytest

from synthgen import ImageDiffusion, ImageGAN, ImageSet, ImageVAE

FAMILIES = {
    "ImageGAN": lambda **more: ImageGAN(
        **({"num_steps": 400, "batch_size": 32, "width": 16, "learning_rate": 1e-3, "seed": 1} | more)
    ),
    "ImageDiffusion": lambda **more: ImageDiffusion(
        **({"num_steps": 600, "batch_size": 32, "width": 16, "learning_rate": 3e-3, "num_sampling_steps": 10,
            "seed": 1} | more)
    ),
    "ImageVAE": lambda **more: ImageVAE(
        **({"num_steps": 300, "batch_size": 32, "width": 16, "latent_dim": 16, "seed": 1} | more)
    ),
}  # fmt: skip


def made_scans(num_images=240, *, seed=0):
    """Noise, darker in its upper half; the ill have a bright square in the middle, and are older."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 60, (num_images, 12, 12), np.uint8)
    pixels[:, 6:] += 30
    ill = np.arange(num_images) % 3 == 0
    pixels[ill, 4:8, 4:8] += 140
    images = ImageSet.from_array(pixels, labels=np.where(ill, "ill", "well"), patients=np.arange(num_images) // 2)
    images.table["age"] = np.where(ill, 70, 40) + rng.integers(-5, 6, num_images)
    return images


@pytest.fixture(scope="session")
def scans():
    return made_scans


@pytest.fixture(scope="session")
def square():
    """How bright the middle is, (images,)."""
    return lambda images: images.pixels[:, 4:8, 4:8, 0].mean(axis=(1, 2))


@pytest.fixture(scope="session")
def make():
    """A synthesizer of a family by its name, quick unless told otherwise."""
    return lambda family, **more: FAMILIES[family](**more)


@pytest.fixture(scope="session")
def images():
    return made_scans()


@pytest.fixture(scope="session", params=FAMILIES)
def fitted(request, images):
    return FAMILIES[request.param]().fit(images, verbose=False)
