"""nginx as it would be set up to be fast: a file as the yardstick, and a cache before our server.

https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache
"""

import os
import shutil
from pathlib import Path

_COMMON = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
  open_file_cache max=1000 inactive=600s; open_file_cache_valid 600s;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
"""
_FILES = """
  server {{ listen 127.0.0.1:{port}; location / {{
    root {folder}; default_type "application/fhir+json; fhirVersion=5.0; charset=utf-8"; }} }}
}}
"""
# Nothing here says how long an answer is good for: the headers of our server do.
_CACHE = """
  proxy_cache_path {folder}/cache keys_zone=answers:10m;
  upstream ours {{ server 127.0.0.1:{upstream}; keepalive 16; }}
  server {{ listen 127.0.0.1:{port}; location / {{
    proxy_pass http://ours; proxy_http_version 1.1; proxy_set_header Connection "";
    proxy_cache answers; proxy_cache_lock on; proxy_cache_revalidate on; }} }}
}}
"""


def nginx_binary() -> str | None:
    """Return where nginx is, by the variable FHIR_KB_NGINX or the path."""
    return (
        os.environ.get("FHIR_KB_NGINX") or shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    )


def serving_files(folder: Path, port: int) -> list[str]:
    """Return the command of an nginx that serves the files of a folder."""
    return _command(folder, _COMMON + _FILES, port=port)


def caching(folder: Path, port: int, upstream: int) -> list[str]:
    """Return the command of an nginx that caches what the server on port ``upstream`` answers."""
    return _command(folder, _COMMON + _CACHE, port=port, upstream=upstream)


def _command(folder: Path, text: str, **values: int) -> list[str]:
    folder.mkdir(exist_ok=True)
    # nginx gives up its rights as root and must still reach its files.
    folder.chmod(0o755)
    user = "user root;" if os.geteuid() == 0 else ""
    configuration = folder / "nginx.conf"
    configuration.write_text(user + text.format(folder=folder, **values))
    return [nginx_binary() or "nginx", "-c", str(configuration), "-p", str(folder)]
