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

    def revoke(self, *names, until="20991231235959Z"):
        """The authority's list of the revoked, with these in it; its file."""
        ledger, config, file = (os.path.join(self.folder, f"{self.name}.{end}") for end in ("index", "config", "crl"))
        open(ledger, "a", encoding="ascii").close()
        with open(config, "w", encoding="ascii") as written:
            written.write(f"[ca]\ndefault_ca=own\n[own]\ndatabase={ledger}\ndefault_md=sha256\ndefault_crl_days=30\n")
        own = ["ca", "-config", config, "-cert", self.pem(self.name), "-keyfile", self.key(self.name)]
        for name in names:
            self._run(*own, "-revoke", self.pem(name))
        self._run(*own, "-gencrl", "-crl_nextupdate", until, "-out", file)
        return file

    def options(self, name, authority=None):
        """For both programs."""
        return ["--certificate", self.pem(name), "--key", self.key(name),
                "--authority", self.pem(authority or self.name)]

    def _run(self, *arguments):
        result = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise AssertionError(f"openssl {' '.join(arguments)}: {result.stderr}")
