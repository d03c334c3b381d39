"""What `init` writes.

Rules: short, true once a mirror is recorded, and worth keeping: every line is one that a person would write.
"""

from truemirror.config import ServiceConfig


def service_table(name: str, host: str, *, inside: bool) -> str:
    """The configuration of a mirrored service; `inside` pyproject.toml it stands under the tool's name."""
    place = "tool.truemirror.services" if inside else "services"
    key = name if "." not in name else f'"{name}"'
    variable = ServiceConfig(name).variable
    return f"""[{place}.{key}]
hosts = ["{host}"]  # how your code calls it; in tests its mirror answers instead
env = "{variable}"  # how your code is told where it is
# owner = "team-{name}"  # whom to ask when a change breaks somebody
# start = "{{python}} -m {name} --port {{port}}"  # lets `truemirror up` start it
"""


def example_test(service: ServiceConfig, live: str, path: str) -> str:
    """A first isolated test, green once it was recorded; `live` is where the service runs, `path` what is asked."""
    host = service.hosts[0] if service.hosts else f"{service.name}.internal"
    return f'''"""{service.name}, answered by its mirror: this test needs neither the service nor a network.

Record it while the service runs:  {record_command(service, live)}
From then on:                      pytest
"""

import urllib.request


def test_{word(service.name)}_answers(mirrors: object) -> None:
    """What is asked of {service.name} is answered as it was recorded."""
    with urllib.request.urlopen("http://{host}{path}", timeout=10) as answer:
        assert answer.status == 200
'''


def record_command(service: ServiceConfig, live: str) -> str:
    """How the project's tests record what they ask of the service."""
    return f"{service.variable}={live} pytest --mirror-mode record"


def next_commands(service: ServiceConfig, live: str, test: str) -> tuple[str, ...]:
    """What to type once a project is set up."""
    first, second = f"{record_command(service, live)} {test}", f"pytest {test}"
    return (f"{first}  # while {service.name} runs", f"{second:<{len(first)}}  # needs neither it nor a network")


def word(name: str) -> str:
    """A service's name as part of a Python name."""
    return "".join(sign if sign.isalnum() else "_" for sign in name)
