"""Start the portal: `python -m services.portal`."""

from __future__ import annotations

import signal
import sys

import uvicorn
from starlette.applications import Starlette

from services.chassis import failpoints, logs
from services.chassis.settings import BadSettings
from services.chassis.storage.probe import WeakStorage
from services.portal.app import await_storage, create_app
from services.portal.settings import PortalSettings, read_settings

LET_GO_AFTER_S = 8


def main() -> int:
    """Serve until SIGTERM or Ctrl-C; then let requests end and streams go, within ten seconds."""
    try:
        settings = _prepared()
    except (BadSettings, WeakStorage) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    app = create_app(settings)
    server = uvicorn.Server(_configuration(app, settings))
    # uvicorn raises the signal that ended it once more; being asked to end is no failure.
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda *_: None)
    server.run()
    return 0 if server.started and app.state.failure is None else 1


def _prepared() -> PortalSettings:
    """Return the settings, once the database of which they tell is there."""
    settings = read_settings()
    logs.configure("portal", settings.log_level)
    failpoints.arm(settings.fail_at)
    await_storage(settings)
    return settings


def _configuration(app: Starlette, settings: PortalSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",  # the same everywhere, whatever else is installed
        http="h11",
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.proxies,
        timeout_graceful_shutdown=LET_GO_AFTER_S,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=32 * 1024,
        ws="none",
    )


if __name__ == "__main__":
    sys.exit(main())
