"""`python -m services start|stop|status [NAME…]`: the servers that `make test-services` needs."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from services import clamd, foreign_issuer, keycloak, objects, vault
from services.places import Trouble, read_state, write_state
from services.processes import is_ours, stop

State = dict[str, Any]
SERVICES: dict[str, tuple[Callable[[], State], Callable[[State], None]]] = {
    "keycloak": (keycloak.launch, keycloak.wait),
    "foreign-issuer": (foreign_issuer.launch, foreign_issuer.wait),
    "minio": (partial(objects.launch, "minio"), partial(objects.wait, "minio")),
    "versitygw": (partial(objects.launch, "versitygw"), partial(objects.wait, "versitygw")),
    "clamd": (clamd.launch, clamd.wait),
    "vault": (vault.launch, vault.wait),
}
USUAL = [name for name in SERVICES if name != "vault"]
"""What is started where no name is given: Vault takes ten minutes to build."""


def main(arguments: Sequence[str]) -> int:
    """Exit codes: 0 done; 1 a service cannot be had, or (status) one does not run; 64 wrong usage."""
    deeds = {"start": start_all, "stop": stop_all, "status": status}
    names = list(arguments[1:]) or (USUAL if arguments[:1] != ["stop"] else list(SERVICES))
    if not arguments or arguments[0] not in deeds or not set(names) <= set(SERVICES):
        print(f"usage: python -m services start|stop|status [{'|'.join(SERVICES)}]…", file=sys.stderr)
        return 64
    try:
        return deeds[arguments[0]](names)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1


def start_all(names: Sequence[str]) -> int:
    """Starts what does not run yet, one beside the other, and prints where each one answers."""
    state = read_state()
    for name in names:
        if not _runs(state, name):
            state[name] = SERVICES[name][0]()
            write_state(state)
    for name in names:
        SERVICES[name][1](state[name])
    return status(names)


def stop_all(names: Sequence[str]) -> int:
    """Stops what we started; what ended by itself is forgotten."""
    state = read_state()
    for name in names:
        found = state.pop(name, None)
        if found and stop(found["pid"], found["mark"]):
            print(f"{name}\tstopped")
        write_state(state)
    return 0


def status(names: Sequence[str]) -> int:
    """One line each: name, address."""
    state = read_state()
    running = [name for name in names if _runs(state, name)]
    for name in names:
        print(f"{name}\t{state[name]['address'] if name in running else 'not running'}")
    return 0 if len(running) == len(names) else 1


def _runs(state: dict[str, State], name: str) -> bool:
    return name in state and is_ours(state[name]["pid"], state[name]["mark"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
