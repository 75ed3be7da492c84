"""The ECPay contract as something that checks: every request and every answer against it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

ROOT = "urn:ecpay"
CONTRACT = Path(__file__).parents[2] / "docs" / "contracts" / "ecpay.openapi.yaml"
METHODS = ("get", "post", "put", "delete")


class BrokenContractError(AssertionError):
    """What was sent is not what the contract says."""


class Contract:
    """The contract and its schemas."""

    def __init__(self, path: Path = CONTRACT) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.document: dict[str, Any] = yaml.load(path.read_text(), Loader=loader)  # noqa: S506  # a safe loader either way
        resource = DRAFT202012.create_resource(self.document)
        self._registry: Registry[Any] = Registry().with_resource(ROOT, resource)
        self._paths = [
            (re.compile(re.sub(r"\{[^}]+\}", "([^/]+)", path)), path)
            for path in self.document["paths"]
        ]

    def resolved(self, node: Any) -> Any:
        """Return a node with its own reference followed."""
        while isinstance(node, Mapping) and "$ref" in node:
            found: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def operation(self, method: str, path: str) -> Mapping[str, Any]:
        """Return the operation of a request, literal paths before those with parameters."""
        below = path.removeprefix("/collection/v1")
        fitting = [known for shape, known in self._paths if shape.fullmatch(below)]
        for known in sorted(fitting, key=lambda path: path.count("{")):
            if method.lower() in self.document["paths"][known]:
                found = self.document["paths"][known]
                return {**found[method.lower()], "shared": found.get("parameters", [])}
        msg = f"{method} {path} is not in the contract"
        raise BrokenContractError(msg)

    def check_request(
        self, method: str, url: tuple[str, str], headers: Mapping[str, str], body: Any
    ) -> None:
        """Check path, query, headers and body of a request."""
        path, query = url
        operation = self.operation(method, path)
        known = [self.resolved(one) for one in (*operation.get("parameters", ()),)]
        self._check_query(dict(parse_qsl(query)), known)
        for parameter in (one for one in known if one["in"] == "header"):
            value = headers.get(parameter["name"].lower())
            if value is None and parameter["required"]:
                raise BrokenContractError(f"{method} {path} needs {parameter['name']}")
            if value is not None:
                self.check(value, parameter["schema"], f"header {parameter['name']}")
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]
            media = headers["content-type"].split(";")[0]
            if media not in content:
                raise BrokenContractError(f"{method} {path} takes {list(content)}, not {media}")
            self.check(body, content[media]["schema"], f"{method} {path}")

    def check_answer(self, method: str, path: str, status: int, body: Any) -> None:
        """Check the body of an answer."""
        responses = self.operation(method, path)["responses"]
        found = self.resolved(responses.get(str(status)) or responses.get(f"{status // 100}XX"))
        if found is None:
            raise BrokenContractError(f"{method} {path} never answers {status}")
        for content in found.get("content", {}).values():
            if body is not None:
                self.check(body, content["schema"], f"{status} of {method} {path}")

    def check(self, value: Any, schema: Mapping[str, Any], what: str) -> None:
        """Check a value against a schema of the contract."""
        validator = Draft202012Validator(
            _based(schema), registry=self._registry, format_checker=FormatChecker()
        )
        faults = [
            f"{fault.json_path}: {fault.message[:200]}" for fault in validator.iter_errors(value)
        ]
        if faults:
            raise BrokenContractError(f"{what}: {'; '.join(faults)}")

    def example(self, name: str) -> Any:
        """Return the value of a named example."""
        return self.document["components"]["examples"][name]["value"]

    def examples(self) -> Iterator[tuple[str, str, Any]]:
        """Return every example of an answer body: its schema, its name, its value."""
        for path, item in self.document["paths"].items():
            for method in METHODS:
                for status, response in item.get(method, {}).get("responses", {}).items():
                    for media, content in self.resolved(response).get("content", {}).items():
                        yield from self._examples(f"{method} {path} {status}", media, content)

    def problem_codes(self) -> Mapping[str, Mapping[str, Any]]:
        """Return status and retryable flag of every code."""
        return {one["code"]: one for one in self.document["x-problem-codes"]}

    def codes_of(self, path: str, method: str) -> frozenset[str]:
        """Return the codes with which one operation refuses what was sent."""
        responses = self.document["paths"][path][method]["responses"]
        return frozenset(
            code
            for status in ("404", "409", "422")
            if status in responses
            for content in self.resolved(responses[status])["content"].values()
            for code in content["examples"]
        )

    def _examples(
        self, place: str, media: str, content: Mapping[str, Any]
    ) -> Iterator[tuple[str, str, Any]]:
        if "json" not in media:
            return
        schema = content["schema"].get("$ref", "").rpartition("/")[2]
        for name, example in content.get("examples", {}).items():
            yield schema, f"{place} {name}", self.resolved(example)["value"]

    def _check_query(self, query: Mapping[str, str], known: list[Any]) -> None:
        allowed = {one["name"]: one for one in known if one["in"] == "query"}
        for name, value in query.items():
            if name not in allowed:
                raise BrokenContractError(f"query parameter {name} is unknown")
            schema = self.resolved(allowed[name]["schema"])
            whole = schema.get("type") == "integer"
            self.check(int(value) if whole else value, schema, f"query {name}")
        if "claimReference" in query and {"cursor", "limit"} & set(query):
            raise BrokenContractError("claimReference goes with no other query parameter")


def _based(schema: Any) -> Any:
    """Return a schema whose references point into the contract."""
    if isinstance(schema, Mapping):
        return {
            name: f"{ROOT}{value}" if name == "$ref" else _based(value)
            for name, value in schema.items()
        }
    return [_based(one) for one in schema] if isinstance(schema, list) else schema


@cache
def contract() -> Contract:
    """Return the contract, read once."""
    return Contract()
