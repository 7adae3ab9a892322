"""The files that the HTTP cases ask for, and what must never come back."""

import pathlib

HELLO = b"hello, world\n"
SECRET = b"TOP-SECRET-CANARY"  # in a file beside the root: nobody may get it
SMUGGLED = b"SMUGGLED-CANARY"  # in a file that only a request hidden in a body asks for
BIG_BYTES = 24 * 1024 * 1024  # more than the buffers of a connection hold

FILES = {
    "index.html": b"<!doctype html><title>index</title><p>index page\n",
    "hello.txt": HELLO,
    "canary.txt": SMUGGLED + b"\n",
    "empty.txt": b"",
    "a b.txt": b"name with a space\n",
    "100%.txt": b"name with a percent sign\n",
    "dir/index.html": b"<!doctype html><p>dir index\n",
    "dir/file.txt": b"file in dir\n",
    "dir/deep/leaf.txt": b"leaf\n",
}


def make_site(folder):
    """Writes the files into `folder`; returns the root to be served."""
    folder = pathlib.Path(folder)
    root = folder / "docroot"
    for name, content in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with open(root / "big.bin", "wb") as big:
        big.truncate(BIG_BYTES)  # a hole: it takes no room
    (folder / "secret.txt").write_bytes(SECRET + b"\n")
    return root
