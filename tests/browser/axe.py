"""axe-core, which looks for what keeps people from using a page."""

from pathlib import Path
from typing import Any

SCRIPT = next((Path(__file__).parent / "vendor").glob("axe-*.min.js"))
GRAVE = {"serious", "critical"}


def violations(tab: Any) -> list[str]:
    """What is seriously or critically wrong with the page that is open, each with its places."""
    tab.execute_script(SCRIPT.read_text())
    found = tab.execute_async_script(
        "const done = arguments[0]; axe.run({resultTypes: ['violations']})"
        ".then(result => done(result.violations))"
    )
    return [
        f"{violation['id']}: {', '.join(node['target'][-1] for node in violation['nodes'][:3])}"
        for violation in found
        if violation["impact"] in GRAVE
    ]
