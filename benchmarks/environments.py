"""An environment of its own for each peer, made on first use under `.peers/`: no peer is a dependency of ours."""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]

PEERS = {
    "ctgan": ("torch==2.13.0", "ctgan==0.12.1", "scikit-learn", "pandas<3"),
    "sdv": ("torch==2.13.0", "sdv==2.0.0"),
    "mostlyai": ("torch==2.13.0", "mostlyai-engine==2.7.3"),
    "dpmm": ("dpmm==0.1.9",),
    "smartnoise": ("torch==2.13.0", "smartnoise-synth==1.0.8", "packaging", "pandas<3"),
}
"""What each environment holds. `ctgan` and `sdv` are under BUSL-1.1: measured here, never imported by synthgen.
`smartnoise-synth` does not name `packaging`, which it imports."""

REMOVED = {"mostlyai": ("torchvision", "torchaudio")}
"""What a peer requires and, for tables, never imports. Where torch is the CPU's build and torchvision is not, importing
the peer fails on it."""


def python_of(peer: str | None, *, folder: Path = ROOT / ".peers") -> str:
    """Returns the interpreter of a peer's environment, which is made where it is absent or was not finished.

    Args:
        peer: One of `PEERS`; None for the interpreter that runs this.
        folder: Where the environments are.

    Raises:
        subprocess.CalledProcessError: If a package cannot be installed.
    """
    if peer is None:
        return sys.executable
    home = folder / peer
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        print(f"Making an environment for {peer} in {home}, once ...", file=sys.stderr)
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PEERS[peer]], check=True, stdout=sys.stderr)
        if peer in REMOVED:
            subprocess.run(
                [python, "-m", "pip", "uninstall", "-q", "-y", *REMOVED[peer]], check=True, stdout=sys.stderr
            )
        (home / "complete").touch()
    return str(python)
