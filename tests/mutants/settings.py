"""Where everything is."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
STATE = TARGET / "mutants"
# Beside the repository, not beside its copy.
VECTORS = ROOT.parent / "shared/vectors"
ENVIRONMENT = {
    **({"TOWER_BEARER_VECTORS": str(VECTORS)} if VECTORS.is_dir() else {}),
    "CARGO_PROFILE_DEV_DEBUG": "line-tables-only",
    **os.environ,
    "CARGO_TARGET_DIR": str(TARGET),
    "CARGO_INCREMENTAL": "1",
    "RUST_BACKTRACE": "0",
}
