"""A demo server of our own, on a free port, with data of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.request
from pathlib import Path

PASSWORD = "we-plan-together"
VENDOR = "jonas.adler@northwind.example"
PARTNER = "lena.keller@brandt-keller.example"
STRANGER = "callum.reid@orchard.example"


class Server:
    """`JBP_BIN` in demo mode; it starts from a copy of `JBP_SEED`, the data of a demo that was played before."""

    def __init__(self):
        self.home = Path(tempfile.mkdtemp(prefix="jbp-"))
        if seed := os.environ.get("JBP_SEED"):
            shutil.copytree(seed, self.home, dirs_exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.http = f"http://{self.address}/graphql"
        self.ws = f"ws://{self.address}/graphql"
        self.start()

    def start(self):
        """Starts it and waits until it answers."""
        self.log = (self.home / "server.log").open("a")
        command = [os.environ["JBP_BIN"], "demo", "--bind", self.address, "--data-dir", str(self.home)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        for line in self.process.stdout:
            if "demo is ready" in line:
                urllib.request.urlopen(f"http://{self.address}/readyz").close()
                return
        raise RuntimeError((self.home / "server.log").read_text())

    def stop(self):
        """Stops it as an operator would; the data stay."""
        self.process.send_signal(signal.SIGTERM)
        self.process.stdout.read()
        if status := self.process.wait(timeout=30):
            raise RuntimeError(f"the server ended with {status}: {(self.home / 'server.log').read_text()}")
        self.log.close()

    def remove(self):
        """Stops it for good."""
        self.stop()
        shutil.rmtree(self.home)

    def token(self, email):
        """A token that is good for a month."""
        command = [os.environ["JBP_BIN"], "token", email, "--data-dir", str(self.home)]
        return subprocess.check_output(command, text=True, stderr=subprocess.DEVNULL).strip()

    def ask(self, query, variables=None, token=None):
        """The data of an answer without errors."""
        headers = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        with urllib.request.urlopen(urllib.request.Request(self.http, body, headers)) as answer:
            found = json.load(answer)
        assert "errors" not in found, found
        return found["data"]
