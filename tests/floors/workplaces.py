"""Reads the files that make a place to work (.devcontainer/, and what a learner's copy brings for its
host) and says which of the things that they name are not there: words of ./waymark, sets of packages,
a Dockerfile; and where one of them takes another Debian than the others."""

import json
import pathlib
import re

DEVCONTAINER = ".devcontainer/devcontainer.json"
PLACES = [DEVCONTAINER, ".devcontainer/Dockerfile", "lessons/course/handout/HANDOUT.md",
          "lessons/course/handout/.github/workflows/waymark.yml", "lessons/course/handout/.gitlab-ci.yml"]
CALL = re.compile(r"\./waymark (\w+)((?: +[\w./-]+)*)")
IMAGE = re.compile(r"(?:FROM|image:) +(\S+)")
# Of devcontainer.json; an unknown key is passed over in silence by what reads it.
KEYS = {"name", "build", "image", "features", "remoteUser", "postCreateCommand", "init", "capAdd",
        "securityOpt", "forwardPorts", "portsAttributes", "customizations"}


def words_of(root):
    """What `./waymark` knows, and the sets that `packages` knows."""
    script = (root / "waymark").read_text(encoding="utf-8")
    course = (root / "lessons/course/course.sh").read_text(encoding="utf-8")
    listed = (root / "lessons/course/packages.sh").read_text(encoding="utf-8")
    words = set(re.findall(r"^        (\w+)(?: \| \S+)*\) ", script, re.MULTILINE))
    words |= set(re.search(r"course_words='([^']*)'", course)[1].split())
    return words, set(re.search(r"package_sets='([^']*)'", listed)[1].split())


def settings(text):
    """devcontainer.json without the comments that it may have, each on a line of its own."""
    return json.loads(re.sub(r"^ *//.*$", "", text, flags=re.MULTILINE))


def check(root):
    """Returns (problems, number of calls looked at)."""
    root = pathlib.Path(root)
    words, sets = words_of(root)
    problems, calls, images = [], 0, {}
    for place in PLACES:
        if not (root / place).exists():
            continue
        text = (root / place).read_text(encoding="utf-8")
        for word, rest in CALL.findall(text):
            calls += 1
            if word not in words:
                problems.append(f"{place}: there is no word './waymark {word}'")
            if word == "packages":
                problems += [f"{place}: there is no set '{name}' of packages"
                             for name in rest.split() if name not in sets]
        for image in IMAGE.findall(text):
            images.setdefault(image, place)
    if len(images) > 1:
        problems.append("not one Debian: " + ", ".join(f"{images[name]} has {name}" for name in sorted(images)))
    return problems + devcontainer_problems(root), calls


def devcontainer_problems(root):
    try:
        wish = settings((root / DEVCONTAINER).read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        return [f"{DEVCONTAINER}: {error}"]
    problems = [f"{DEVCONTAINER}: the key '{key}' is unknown" for key in wish if key not in KEYS]
    dockerfile = (root / DEVCONTAINER).parent / wish["build"]["dockerfile"]
    if not dockerfile.exists():
        problems.append(f"{DEVCONTAINER}: {dockerfile.name} is not there")
    elif f" {wish['remoteUser']} " not in dockerfile.read_text(encoding="utf-8"):
        problems.append(f"{DEVCONTAINER}: {dockerfile.name} makes no user {wish['remoteUser']}")
    return problems
