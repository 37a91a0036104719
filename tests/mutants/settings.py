"""Where everything is."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
STATE = TARGET / "mutants"
ENVIRONMENT = {
    # The vectors of others are beside the repository, not beside its copy.
    "TOWER_BEARER_VECTORS": str(ROOT.parent / "shared/vectors"),
    "CARGO_PROFILE_DEV_DEBUG": "line-tables-only",
    **os.environ,
    "CARGO_TARGET_DIR": str(TARGET),
    "CARGO_INCREMENTAL": "1",
    "RUST_BACKTRACE": "0",
}
