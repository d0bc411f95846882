"""Certificates for the tests of TLS, made anew in each run by the `openssl` command."""

import pathlib
import subprocess


class Authority:
    """A certificate authority in a directory, and the certificates that it has given out."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.certificate = self.directory / "ca.crt"
        self._openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
            "-subj", "/CN=Test authority", "-keyout", "ca.key", "-out", "ca.crt")

    def _openssl(self, *arguments):
        subprocess.run(
            ["openssl", *arguments], cwd=self.directory, check=True, capture_output=True,
            timeout=60)

    def issue(self, name, *, days=30, key=("-newkey", "rsa:2048"), passphrase=None):
        """Makes `name`.crt and `name`.key, and returns their paths."""
        secrecy = ("-passout", f"pass:{passphrase}") if passphrase else ("-nodes",)
        self._openssl(
            "req", *key, *secrecy, "-subj", f"/CN={name}", "-keyout", f"{name}.key",
            "-out", f"{name}.csr")
        extensions = self.directory / f"{name}.ext"
        extensions.write_text(
            f"subjectAltName=DNS:localhost,IP:127.0.0.1,URI:urn:user:{name}\n")
        self._openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", str(days), "-extfile", extensions.name,
            "-out", f"{name}.crt")
        return self.directory / f"{name}.crt", self.directory / f"{name}.key"

    def dh_parameters(self):
        """Diffie-Hellman parameters of a well-known group."""
        path = self.directory / "dh.pem"
        self._openssl(
            "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048",
            "-out", path.name)
        return path
