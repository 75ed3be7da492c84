"""An OpenAPI 3.1 document as something that checks: requests and answers, headers included."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

DOCS = Path(__file__).parents[2] / "docs" / "contracts"
_ROOT = "urn:openapi"
_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
_SERVER_FAULT = 500


class NotInContractError(AssertionError):
    """What was sent or answered is not what the document says."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, with its parameters and those of its path resolved."""

    operation_id: str
    node: Mapping[str, Any]
    parameters: Sequence[Mapping[str, Any]]


class OpenApi:
    """One document; paths are matched below ``base`` and, for those named, at the root."""

    def __init__(self, path: Path, *, base: str = "", at_root: Sequence[str] = ()) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.document: dict[str, Any] = yaml.load(path.read_text(), Loader=loader)  # noqa: S506 - a safe loader either way
        resource = DRAFT202012.create_resource(self.document)
        self._registry: Registry[Any] = Registry().with_resource(_ROOT, resource)
        self._paths = [
            (("" if template in at_root else base) + template, item)
            for template, item in self.document["paths"].items()
        ]

    def operation_ids(self) -> frozenset[str]:
        """Return the identifiers of all operations under paths."""
        return frozenset(
            node["operationId"]
            for _, item in self._paths
            for method, node in item.items()
            if method in _METHODS
        )

    def example(self, name: str) -> Any:
        """Return a fresh copy of the value of a named example."""
        return json.loads(json.dumps(self.document["components"]["examples"][name]["value"]))

    def operation(self, method: str, path: str) -> Operation | None:
        """Return the operation of a request; literal paths go before those with parameters."""
        fitting = [
            (template.count("{"), item)
            for template, item in self._paths
            if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path)
        ]
        for _, item in sorted(fitting, key=lambda found: found[0]):
            node = item.get(method.lower())
            if node is not None:
                shared = [*item.get("parameters", ()), *node.get("parameters", ())]
                parameters = [self.resolved(one) for one in shared]
                return Operation(node["operationId"], node, parameters)
        return None

    def check_request(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes
    ) -> None:
        """Check query, headers and a JSON body of a request that is meant to be good."""
        parts = urlsplit(url)
        operation = self._known(method, parts.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        allowed = {one["name"] for one in operation.parameters if one["in"] == "query"}
        if not set(query) <= allowed:
            raise NotInContractError(f"{method} {parts.path}: unknown query {set(query)}")
        for one in operation.parameters:
            given = {"query": query, "header": headers}.get(one["in"])
            if given is not None:
                self._check_named(one, given, f"{method} {parts.path}")
        if "requestBody" in operation.node:
            media = self._media(operation.node["requestBody"], headers, f"{method} {parts.path}")
            if media[0] == "application/json":
                self.check(json.loads(content), media[1], f"{method} {parts.path}")

    def check_answer(
        self, method: str, path: str, *, status: int, headers: Mapping[str, str], content: bytes
    ) -> None:
        """Check status, headers, media type and body of an answer."""
        operation = self._known(method, path)
        place = f"{status} of {operation.operation_id}"
        answers = operation.node["responses"]
        found = answers.get(str(status)) or answers.get(f"{status // 100}XX")
        if found is None:
            raise NotInContractError(f"{place}: the document knows no such status")
        answer = self.resolved(found)
        for name, header in answer.get("headers", {}).items():
            named = {"name": name, **self.resolved(header)}
            self._check_named(named, headers, place)
        if status >= _SERVER_FAULT and "json" not in headers.get("content-type", ""):
            return  # a gateway may answer with anything
        if "content" not in answer:
            if content:
                raise NotInContractError(f"{place}: has a body")
            return
        media, schema = self._media(answer, headers, place)
        if "json" in media:
            self.check(json.loads(content), schema, place)

    def check(self, value: Any, schema: Mapping[str, Any], what: str) -> None:
        """Check a value against a schema of the document."""
        validator = Draft202012Validator(
            _based(schema), registry=self._registry, format_checker=FormatChecker()
        )
        faults = [f"{one.json_path}: {one.message[:200]}" for one in validator.iter_errors(value)]
        if faults:
            raise NotInContractError(f"{what}: {'; '.join(faults)}")

    def schemas_at(self, pointer: str) -> Iterator[tuple[str, Any]]:
        """Return the named nodes below a place such as ``components/schemas``."""
        node: Any = self.document
        for step in pointer.split("/"):
            node = node[step]
        yield from node.items()

    def resolved(self, node: Any) -> Any:
        """Return a node with its own reference followed."""
        while isinstance(node, Mapping) and "$ref" in node:
            found: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def _known(self, method: str, path: str) -> Operation:
        operation = self.operation(method, path)
        if operation is None:
            raise NotInContractError(f"{method} {path} is not in the document")
        return operation

    def _check_named(self, one: Mapping[str, Any], given: Mapping[str, str], place: str) -> None:
        value = {name.lower(): text for name, text in given.items()}.get(one["name"].lower())
        if value is None:
            if one.get("required"):
                raise NotInContractError(f"{place}: {one['name']} is missing")
            return
        schema = self.resolved(one["schema"])
        typed = int(value) if schema.get("type") == "integer" else value
        self.check(typed, schema, f"{place}: {one['name']}")

    def _media(
        self, node: Mapping[str, Any], headers: Mapping[str, str], place: str
    ) -> tuple[str, Mapping[str, Any]]:
        named = {name.lower(): text for name, text in headers.items()}
        media = named.get("content-type", "").partition(";")[0]
        if media not in node["content"]:
            raise NotInContractError(f"{place}: media type {media or 'missing'}")
        return media, node["content"][media]["schema"]


def _based(schema: Any) -> Any:
    """Return a schema whose references point into the document."""
    if isinstance(schema, Mapping):
        return {
            name: f"{_ROOT}{value}" if name == "$ref" else _based(value)
            for name, value in schema.items()
        }
    return [_based(one) for one in schema] if isinstance(schema, list) else schema


@cache
def ecpay_contract() -> OpenApi:
    """Return the ECPay contract, read once."""
    return OpenApi(DOCS / "ecpay.openapi.yaml", base="/collection/v1", at_root=("/oauth/token",))
