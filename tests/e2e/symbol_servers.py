# SPDX-License-Identifier: Apache-2.0
"""Servers that symbols are fetched from, for black-box tests: a static file server, a bucket that verifies the signature of every request
(AWS Signature Version 4), one of Google's protocol that verifies its service accounts' signatures, and one that is asked by ids as Sentry is.

Each serves files of memory, {"path": bytes}, and counts what it was asked in `requests`, a list of (method, path, status).
"""
import base64
import datetime
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import secrets
import signal
import subprocess
import threading
import time
import urllib.parse

from harness import free_port, run


class FileServer:
    """Base of all: start() and stop(); `answer(request)` returns (status, body) or (status, body, headers)."""

    def __init__(self, files=None):
        self.files = dict(files or {})
        self.requests = []
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self):
                size = int(self.headers.get("Content-Length") or 0)
                self.body = self.rfile.read(size)
                status, body, *headers = owner.answer(self)
                owner.requests.append((self.command, self.path, status))
                self.send_response(status)
                for name, value in (headers[0] if headers else {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_HEAD = do_POST = do

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        path = urllib.parse.unquote(urllib.parse.urlsplit(request.path).path).lstrip("/")
        return (200, self.files[path]) if path in self.files else (404, b"not here\n")

    def asked(self, method, part=""):
        return [path for m, path, _ in self.requests if m == method and part in path]


class Nginx:
    """A static file server in front of a folder, as people have it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        work = self.folder.parent / f"nginx-{self.port}"
        work.mkdir()
        (work / "nginx.conf").write_text(f"""
            daemon off; pid {work}/pid; error_log {work}/error.log; worker_processes 1;
            {"user root;" if os.getuid() == 0 else ""}
            events {{ worker_connections 64; }}
            http {{ access_log {work}/access.log; client_body_temp_path {work}/a; proxy_temp_path {work}/b; fastcgi_temp_path {work}/c;
                    uwsgi_temp_path {work}/d; scgi_temp_path {work}/e;
                    server {{ listen 127.0.0.1:{self.port}; root {self.folder}; }} }}""")
        self.process = subprocess.Popen(["nginx", "-p", str(work), "-c", str(work / "nginx.conf")], stderr=subprocess.DEVNULL)
        self.log = work / "access.log"
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                import socket
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"nginx does not answer: {(work / 'error.log').read_text()}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def xml_error(code, message):
    return f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'.encode()


class S3Server(FileServer):
    """One bucket, path style. Refuses what is not signed by `key` with `secret` for `region`, or signed more than 15 minutes ago."""

    def __init__(self, bucket, key, secret, region, files=None):
        super().__init__(files)
        self.bucket, self.key, self.secret, self.region = bucket, key, secret, region

    def answer(self, request):
        problem = self.verify(request)
        if problem:
            return 403, xml_error(*problem), {"Content-Type": "application/xml"}
        path = urllib.parse.unquote(request.path)
        prefix = f"/{self.bucket}/"
        name = path[len(prefix):] if path.startswith(prefix) else None
        if name not in self.files:
            return 404, xml_error("NoSuchKey", "The specified key does not exist."), {"Content-Type": "application/xml"}
        return 200, self.files[name]

    def verify(self, request):
        fields = dict(part.split("=", 1) for part in request.headers.get("Authorization", "").replace("AWS4-HMAC-SHA256 ", "").split(", ") if "=" in part)
        if {"Credential", "SignedHeaders", "Signature"} - set(fields):
            return "AccessDenied", "Access Denied"
        key, day, region, service, end = fields["Credential"].split("/")
        if key != self.key:
            return "InvalidAccessKeyId", "The key does not exist in our records."
        date = request.headers.get("x-amz-date", "")
        try:
            sent = datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        except ValueError:
            return "AccessDenied", "no x-amz-date"
        if abs((datetime.datetime.now(datetime.timezone.utc) - sent).total_seconds()) > 900 or not date.startswith(day):
            return "RequestTimeTooSkewed", "The difference is too large."
        if (region, service, end) != (self.region, "s3", "aws4_request"):
            return "AuthorizationHeaderMalformed", f"the region '{region}' is wrong; expecting '{self.region}'"
        signed = fields["SignedHeaders"].split(";")
        if "host" not in signed or "x-amz-content-sha256" not in signed:
            return "AccessDenied", "host and x-amz-content-sha256 have to be signed"
        path, _, query = request.path.partition("?")
        query = "&".join(sorted(query.split("&"))) if query else ""
        headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed)
        canonical = "\n".join([request.command, path, query, headers, ";".join(signed), request.headers.get("x-amz-content-sha256", "")])
        scope = f"{day}/{region}/s3/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signing = ("AWS4" + self.secret).encode()
        for part in (day, region, service, end):
            signing = hmac.new(signing, part.encode(), hashlib.sha256).digest()
        if hmac.new(signing, text.encode(), hashlib.sha256).hexdigest() != fields["Signature"]:
            return "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."
        return None


class GcsServer(FileServer):
    """Google's JSON API and its token server: a service account signs a claim (RS256), gets a token, and reads with it."""

    def __init__(self, bucket, folder, files=None):
        super().__init__(files)
        self.bucket, self.folder, self.tokens = bucket, pathlib.Path(folder), set()
        self.token_count = 0
        self.folder.mkdir(parents=True)
        run("openssl", "genrsa", "-out", self.folder / "key.pem", "2048")
        run("openssl", "rsa", "-in", self.folder / "key.pem", "-pubout", "-out", self.folder / "public.pem")
        self.account = {"client_email": "reader@project.iam.gserviceaccount.com", "private_key": (self.folder / "key.pem").read_text(),
                        "token_uri": self.url + "/token"}

    def answer(self, request):
        if request.path == "/token":
            return self.grant(urllib.parse.parse_qs(request.body.decode()))
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return 401, b'{"error":{"code":401}}'
        url = urllib.parse.urlsplit(request.path)
        parts = url.path.removeprefix("/download").split("/")
        if parts[:5] != ["", "storage", "v1", "b", self.bucket] or len(parts) != 7:
            return 404, b'{"error":{"code":404}}'
        name = urllib.parse.unquote(parts[6])
        if name not in self.files:
            return 404, b'{"error":{"code":404}}'
        if urllib.parse.parse_qs(url.query).get("alt") == ["media"]:
            return 200, self.files[name]
        return 200, json.dumps({"name": name, "size": str(len(self.files[name]))}).encode()

    def grant(self, form):
        if form.get("grant_type") != ["urn:ietf:params:oauth:grant-type:jwt-bearer"]:
            return 400, b'{"error":"unsupported_grant_type"}'
        header, claims, signature = form["assertion"][0].split(".")
        decode = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        (self.folder / "signature").write_bytes(decode(signature))
        (self.folder / "signed").write_text(f"{header}.{claims}")
        verified = subprocess.run(["openssl", "dgst", "-sha256", "-verify", str(self.folder / "public.pem"), "-signature", str(self.folder / "signature"),
                                   str(self.folder / "signed")], capture_output=True)
        claim, now = json.loads(decode(claims)), time.time()
        good = (verified.returncode == 0 and json.loads(decode(header))["alg"] == "RS256" and claim["iss"] == self.account["client_email"] and
                claim["aud"] == self.account["token_uri"] and claim["exp"] > now and claim["exp"] - claim["iat"] <= 3600 and "devstorage" in claim["scope"])
        if not good:
            return 400, b'{"error":"invalid_grant"}'
        self.token_count += 1
        token = secrets.token_hex(16)
        self.tokens.add(token)
        return 200, json.dumps({"access_token": token, "expires_in": 3600, "token_type": "Bearer"}).encode()


class SentryServer(FileServer):
    """Lists the files of a debug id and hands them out by their ids; `files` is {debug id: {file id: bytes}}."""

    def __init__(self, token, files):
        super().__init__(files)
        self.token = token

    def answer(self, request):
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return 403, b"{}"
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(request.path).query)
        if "id" in query:
            for files in self.files.values():
                if query["id"][0] in files:
                    return 200, files[query["id"][0]]
            return 404, b"{}"
        return 200, json.dumps([{"id": i, "symbolType": "elf"} for i in self.files.get(query.get("debug_id", [""])[0], {})]).encode()
