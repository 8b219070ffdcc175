"""Flask without what this application has no use for: sessions, hosts in routes, relative URLs.

https://flask.palletsprojects.com/en/stable/api/#flask.Flask.create_url_adapter,
https://flask.palletsprojects.com/en/stable/api/#session-interface
"""

from http import HTTPStatus

from flask import Flask, Request, Response
from flask.sessions import NullSession, SessionInterface, SessionMixin
from werkzeug.datastructures import Headers
from werkzeug.routing import MapAdapter

_NO_SESSION = NullSession()


class NoSessions(SessionInterface):
    """Gives everybody the same empty session, and writes none."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        """Return the empty session."""
        return _NO_SESSION

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Do nothing."""


class LeanFlask(Flask):
    """Matches URLs by path and method alone."""

    session_interface = NoSessions()

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return what matches this request's path; the host has no part in it."""
        if request is None:
            return super().create_url_adapter(request)
        environ = request.environ
        return MapAdapter(
            self.url_map,
            server_name=environ["SERVER_NAME"],
            script_name=request.root_path,
            subdomain="",
            url_scheme=request.scheme,
            path_info=request.path,
            default_method=request.method,
            query_args=environ.get("QUERY_STRING", ""),
        )


class WholeResponse(Response):
    """A response whose headers are ready as they are, but for its length."""

    def get_wsgi_headers(self, environ: dict[str, object]) -> Headers:
        """Return the headers with the length of the body, where there may be one."""
        headers = self.headers
        if self.status_code in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED) or (
            "Location" in headers or "Content-Location" in headers
        ):
            return super().get_wsgi_headers(environ)
        if "Content-Length" not in headers and self.is_sequence:
            headers["Content-Length"] = str(sum(map(len, self.response)))
        return headers
