"""An authority for certificates of TLS, made with the openssl command."""
import subprocess


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Certificates:
    """An authority, and what it has signed."""

    def __init__(self, folder):
        self.folder = folder
        self.ca = folder / "ca.pem"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=ca",
                "-keyout", folder / "ca.key", "-out", self.ca)

    def sign(self, name, names):
        """(certificate, key) for these names."""
        certificate, key, request, extension = (
            self.folder / f"{name}.{kind}" for kind in ("pem", "key", "csr", "ext"))
        extension.write_text(f"subjectAltName={names}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key,
                "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.folder / "ca.key",
                "-CAcreateserial", "-days", "2", "-extfile", extension, "-out", certificate)
        return certificate, key
