"""Writes the generated pages of the documentation; a test compares them with what is committed."""

from __future__ import annotations

import json
from pathlib import Path

from shared.messages.catalog import EVENT_TYPES
from shared.messages.schemas import event_schemas
from shared.settings import Settings, variable
from shared.telemetry.metrics import vocabulary

ROOT = Path(__file__).resolve().parent
WHAT_IT_IS = {
    "database_url": "Where everything is kept: `sqlite:///file` or `postgresql://…`.",
    "broker_url": "The message broker: `embedded://`, `amqp://…` or `amqps://…`.",
    "tripletex_url": "Address of the Tripletex API, with `/v2`.",
    "tripletex_consumer_token": "Consumer token of this installation at Tripletex. Secret.",
    "ecpay_url": "Host of the ECPay API, without `/collection/v1`.",
    "ecpay_client_id": "OAuth client id of this installation at ECPay.",
    "ecpay_client_secret": "OAuth client secret at ECPay. Secret.",
    "secret_keys": "Comma list of keys for stored tokens; the first seals, all open. Secret.",
    "environment": "`development` or `production`; production refuses what is for trying only.",
    "today": "Civil date in Europe/Oslo that replaces the clock's. Refused in production.",
    "http_port": "Port of `/livez`, `/readyz` and `/metrics`; 0 is off.",
    "http_host": "Address that port is bound to.",
    "log_format": "`console` or `json`.",
    "drain_seconds": "How long work in flight may take after SIGTERM.",
}


def settings_page() -> str:
    """Return the table of every setting."""
    lines = [
        "# Settings",
        "",
        "Read once at start from the environment. An unknown `RESTANSE_…` name or a bad value",
        "ends the process with exit code 2 and a list of every problem.",
        "",
        "| variable | default | what it is |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        plain = getattr(default, "get_secret_value", lambda shown=default: shown)()
        shown = "" if plain in (None, "") else f"`{plain}`"
        lines.append(f"| `{variable(name)}` | {shown} | {WHAT_IT_IS[name]} |")
    return "\n".join(lines) + "\n"


def messages_page() -> str:
    """Return the table of every event type."""
    lines = [
        "# Messages",
        "",
        "CloudEvents 1.0, structured JSON. The routing key on topic exchanges is",
        "`<event>.<client_id>`. Schemas stand in [schemas](schemas).",
        "",
        "| type | exchange | routing key | data |",
        "|---|---|---|---|",
    ]
    for name, kind in EVENT_TYPES.items():
        about = (kind.body.__doc__ or "").splitlines()[0]
        key = kind.routing_key("<client_id>")
        lines.append(
            f"| [`{name}`](schemas/{name}.json) | `{kind.exchange}` | `{key}` | {about} |"
        )
    return "\n".join(lines) + "\n"


def metrics_page() -> str:
    """Return the table of every metric."""
    lines = [
        "# Metrics",
        "",
        "Every process tells them on `/metrics`, at `RESTANSE_HTTP_PORT`, in the form that",
        "Prometheus reads. No label holds an id of a client, a claim or a message.",
        "",
        "| metric | kind | labels | what it is |",
        "|---|---|---|---|",
    ]
    for metric in vocabulary():
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        lines.append(f"| `{metric.name}` | {metric.kind} | {labels} | {metric.about} |")
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    """Return every generated file and its content."""
    made = {
        ROOT / "settings.md": settings_page(),
        ROOT / "messages.md": messages_page(),
        ROOT / "metrics.md": metrics_page(),
    }
    for name, schema in event_schemas().items():
        made[ROOT / "schemas" / f"{name}.json"] = json.dumps(schema, indent=2) + "\n"
    return made


def main() -> None:
    """Write every generated file."""
    for path, content in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
