"""A contract version of the reference system in hands that edit it.

Rules: the committed folder is only read; what is edited is written elsewhere, below a folder of contracts.
"""

import json
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
JSON = "application/json"
Schema = dict[str, Any]


class Edited:
    """The documents of one version, to be changed in place."""

    def __init__(self, service: str, root: Path = ROOT) -> None:
        """Read the committed version."""
        (folder,) = (root / "contracts" / service).iterdir()
        self.openapi: Schema = yaml.safe_load((folder / "openapi.yaml").read_text(encoding="utf-8"))
        self.schemas: dict[str, Schema] = {
            path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / "schemas").iterdir())
        }

    def schema(self, name: str) -> Schema:
        """A shape by its name: `deal`."""
        return self.schemas[f"{name}.schema.json"]

    def operation(self, name: str) -> Schema:
        """An operation by its name: `GET /v1/tags`."""
        method, _, path = name.partition(" ")
        found: Schema = self.openapi["paths"][path][method.lower()]
        return found

    def asked(self, operation: str) -> Schema:
        """The schema of an operation's request body."""
        found: Schema = self.operation(operation)["requestBody"]["content"][JSON]["schema"]
        return found

    def answered(self, operation: str, status: int) -> Schema:
        """The schema of an answer's body."""
        found: Schema = self.operation(operation)["responses"][str(status)]["content"][JSON]["schema"]
        return found

    def parameter(self, operation: str, name: str) -> Schema:
        """A parameter that an operation declares itself."""
        found: Schema = next(one for one in self.operation(operation)["parameters"] if one["name"] == name)
        return found

    def write(self, folder: Path) -> Path:
        """Write the version into a folder; gives the folder back."""
        (folder / "schemas").mkdir(parents=True)
        (folder / "openapi.yaml").write_text(yaml.safe_dump(self.openapi, sort_keys=False), encoding="utf-8")
        for name, schema in self.schemas.items():
            (folder / "schemas" / name).write_text(json.dumps(schema, indent=2), encoding="utf-8")
        return folder


def renamed(schema: Schema, old: str, new: str) -> None:
    """Give an attribute another name."""
    schema["properties"][new] = schema["properties"].pop(old)
    schema["required"] = [new if name == old else name for name in schema["required"]]
