"""Certificates for a test, by openssl(1): another hand than the one that is tested."""

import os
import subprocess


class Authority:
    """Makes certificates in a folder, and of each the files NAME.pem and NAME.key."""

    def __init__(self, folder, name="authority"):
        self.folder = folder
        self.name = name
        self._run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                  "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE",
                  "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-keyout", self.key(name), "-out", self.pem(name))

    def pem(self, name):
        return os.path.join(self.folder, f"{name}.pem")

    def key(self, name):
        return os.path.join(self.folder, f"{name}.key")

    def issue(self, name, usage, days=30):
        """`usage` is serverAuth or clientAuth. A server is localhost and 127.0.0.1."""
        extensions = os.path.join(self.folder, f"{name}.extensions")
        with open(extensions, "w", encoding="ascii") as file:
            file.write(f"extendedKeyUsage={usage}\nbasicConstraints=critical,CA:FALSE\n"
                       "keyUsage=critical,digitalSignature\n"
                       "subjectAltName=" + ("DNS:localhost,IP:127.0.0.1" if usage == "serverAuth"
                                            else f"DNS:{name}") + "\n")
        request = os.path.join(self.folder, f"{name}.csr")
        self._run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                  "-subj", f"/CN={name}", "-keyout", self.key(name), "-out", request)
        self._run("x509", "-req", "-in", request, "-CA", self.pem(self.name), "-CAkey", self.key(self.name),
                  "-CAcreateserial", "-days", str(days), "-extfile", extensions, "-out", self.pem(name))
        os.chmod(self.key(name), 0o600)
        return self

    def options(self, name, authority=None):
        """For both programs."""
        return ["--certificate", self.pem(name), "--key", self.key(name),
                "--authority", self.pem(authority or self.name)]

    def _run(self, *arguments):
        result = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise AssertionError(f"openssl {' '.join(arguments)}: {result.stderr}")
