"""Reads the text format of Prometheus, version 0.0.4, and says what is wrong with it. Written from the
format's document (prometheus.io/docs/instrumenting/exposition_formats, "Text format details") and from the
rules for names (prometheus.io/docs/practices/naming)."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(,|$)')
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)(?: (-?\d+))?")
COMMENT = re.compile(rf"# (HELP|TYPE) ({NAME}) (.+)")
TYPES = ("counter", "gauge", "histogram", "summary", "untyped")
PARTS = ("_bucket", "_sum", "_count")


def labels_of(text):
    """{name: value}; raises ValueError."""
    labels, place = {}, 0
    while place < len(text or ""):
        found = LABEL.match(text, place)
        if not found or found[1] in labels or (found[3] == "" and found.end() != len(text)):
            raise ValueError(f"labels {text!r}")
        labels[found[1]] = found[2]
        place = found.end()
    return labels


def read(text):
    """{(name, labels as sorted pairs): value}; raises ValueError with the line that is wrong."""
    if not text.endswith("\n"):
        raise ValueError("the last line has no end")
    types, helped, samples, ended = {}, set(), {}, set()
    current = None
    for line in text[:-1].split("\n"):
        if line == "" or (line.startswith("#") and not re.match("# (HELP|TYPE) ", line)):
            continue
        comment, sample = COMMENT.fullmatch(line), SAMPLE.fullmatch(line)
        if comment:
            kind, name, rest = comment.groups()
            if kind == "HELP" and name in helped or kind == "TYPE" and name in types:
                raise ValueError(f"second {kind}: {line}")
            if kind == "TYPE" and (rest not in TYPES or any(family(key[0], types) == name for key in samples)):
                raise ValueError(f"unknown type, or after its samples: {line}")
            helped.add(name) if kind == "HELP" else types.update({name: rest})
        elif sample and not line.startswith("#"):
            labels = labels_of(sample[2])
            key = sample[1], tuple(sorted(labels.items()))
            if key in samples:
                raise ValueError(f"twice: {line}")
            samples[key] = float(sample[3].replace("Inf", "inf"))
            name = family(sample[1], types)
        else:
            raise ValueError(f"no line of the format: {line!r}")
        if name != current:
            if name in ended:
                raise ValueError(f"the lines of {name} are not in one group")
            ended.add(current)
            current = name
    check_names(types, helped, samples)
    check_histograms(types, samples)
    return samples


def family(name, types):
    """The name in the TYPE line."""
    for part in PARTS:
        if name.endswith(part) and types.get(name[:-len(part)]) in ("histogram", "summary"):
            return name[:-len(part)]
    return name


def check_names(types, helped, samples):
    for name in {family(key[0], types) for key in samples}:
        if name not in types or name not in helped:
            raise ValueError(f"{name} has no TYPE or no HELP")
        if (types[name] == "counter") != name.endswith("_total"):
            raise ValueError(f"{name}: what only grows, and nothing else, ends in _total")
        if re.search(r"_(ms|us|milliseconds|microseconds|kilobytes|megabytes|minutes|percent)(_|$)", name):
            raise ValueError(f"{name} is not in a base unit")


def check_histograms(types, samples):
    for name in (name for name, kind in types.items() if kind == "histogram"):
        series = {}
        for (sample, labels), value in samples.items():
            if sample == name + "_bucket":
                rest = tuple(label for label in labels if label[0] != "le")
                series.setdefault(rest, []).append((float(dict(labels)["le"].replace("Inf", "inf")), value))
        if not series:
            raise ValueError(f"{name} has no buckets")
        for labels, buckets in series.items():
            values = [value for _, value in sorted(buckets)]
            if max(buckets)[0] != float("inf") or values != sorted(values):
                raise ValueError(f"{name}: buckets that do not grow to +Inf")
            if samples.get((name + "_count", labels)) != values[-1] or (name + "_sum", labels) not in samples:
                raise ValueError(f"{name}: _count is not the last bucket, or _sum is missing")
