"""The rules of the formats in which grades are written, as those who read them state them. Each
function gives the list of what is wrong with a text; an empty list means that it keeps to the rules.

gradescope  gradescope-autograders.readthedocs.io, Autograder Specifications
junit       junit-10.xsd, as Jenkins has it; XML 1.0
github      Workflow commands for GitHub Actions; education/autograding-grading-reporter, version 1
autolab     docs.autolabproject.com, Guide for Lab Authors and Formatted Feedback
"""

import base64
import json
import re
import xml.etree.ElementTree as ElementTree

VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}
NUMBER = (int, float)
GRADESCOPE_TEST = {"score": NUMBER, "max_score": NUMBER, "status": str, "name": str,
                   "name_format": str, "number": str, "output": str, "output_format": str,
                   "tags": list, "visibility": str, "extra_data": dict}
GRADESCOPE_TOP = {"score": NUMBER, "execution_time": NUMBER, "output": str, "output_format": str,
                  "test_output_format": str, "test_name_format": str, "visibility": str,
                  "stdout_visibility": str, "extra_data": dict, "tests": list, "leaderboard": list}


def object_problems(value, keys, where):
    if not isinstance(value, dict):
        return [f"{where} is not an object"]
    problems = []
    for key, part in value.items():
        if key not in keys:
            problems.append(f"{where} has an unknown key {key}")
        elif not isinstance(part, keys[key]) or isinstance(part, bool):
            problems.append(f"{where}: {key} is of the wrong type")
        elif key.endswith("visibility") and part not in VISIBILITIES:
            problems.append(f"{where}: {key} is {part}")
        elif key.endswith("_format") and part not in FORMATS:
            problems.append(f"{where}: {key} is {part}")
    return problems


def parse_json(text):
    """(value, problems). Refuses what Python alone takes: NaN, and keys that come twice."""
    def no_constant(name):
        raise ValueError(f"{name} is no JSON")

    def no_pair_twice(pairs):
        if len({key for key, _ in pairs}) != len(pairs):
            raise ValueError("a key comes twice")
        return dict(pairs)
    try:
        return json.loads(text, parse_constant=no_constant, object_pairs_hook=no_pair_twice), []
    except ValueError as error:
        return None, [f"is no JSON: {error}"]


def gradescope(text):
    whole, problems = parse_json(text)
    if problems:
        return problems
    problems = object_problems(whole, GRADESCOPE_TOP, "the result")
    if problems:
        return problems
    tests = whole.get("tests", [])
    if "score" not in whole and not all("score" in test for test in tests):
        problems.append("there is no score")
    for place, test in enumerate(tests):
        where = f"test {place + 1}"
        problems += object_problems(test, GRADESCOPE_TEST, where)
        if test.get("status", "passed") not in ("passed", "failed"):
            problems.append(f"{where}: status is {test['status']}")
        if not all(isinstance(tag, str) for tag in test.get("tags", [])):
            problems.append(f"{where}: a tag is no text")
        if test.get("score", 0) > test.get("max_score", test.get("score", 0)):
            problems.append(f"{where}: more points than there are")
    if "score" in whole and whole["score"] != sum(test.get("score", 0) for test in tests):
        problems.append("the score is not the sum of the tests'")
    return problems


JUNIT_CHILDREN = {"testsuites": {"testsuite"},
                  "testsuite": {"testcase", "properties", "system-out", "system-err"},
                  "testcase": {"skipped", "error", "failure", "system-out", "system-err"}}
JUNIT_ATTRIBUTES = {
    "testsuites": {"name", "time", "tests", "failures", "disabled", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp",
                  "hostname", "id", "package", "file", "log", "url", "version"},
    "testcase": {"name", "assertions", "time", "classname", "status", "class", "file", "line", "log",
                 "group", "url"},
    "failure": {"type", "message"}, "error": {"type", "message"}, "skipped": set()}
JUNIT_NEEDED = {"testsuite": {"name", "tests", "failures", "errors"}, "testcase": {"name"}}


def junit_element(element):
    problems = []
    unknown = set(element.attrib) - JUNIT_ATTRIBUTES.get(element.tag, set())
    missing = JUNIT_NEEDED.get(element.tag, set()) - set(element.attrib)
    problems += [f"{element.tag} has an unknown attribute {name}" for name in unknown]
    problems += [f"{element.tag} lacks {name}" for name in missing]
    for child in element:
        if child.tag not in JUNIT_CHILDREN.get(element.tag, set()):
            problems.append(f"{element.tag} has an unknown child {child.tag}")
        problems += junit_element(child)
    for name in ("tests", "failures", "errors", "skipped"):
        if not element.get(name, "0").isdigit():
            problems.append(f"{element.tag}: {name} is no number")
    return problems


def junit_counts(element):
    cases = list(element.iter("testcase"))
    seen = {"tests": len(cases)}
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        seen[name] = sum(case.find(tag) is not None for case in cases)
    return [f"{element.tag}: {name} is {element.get(name)} and {count} are there"
            for name, count in seen.items() if element.get(name, str(count)) != str(count)]


def junit(text):
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        return [f"is no XML: {error}"]
    if root.tag != "testsuites":
        return [f"the root is {root.tag}"]
    problems = junit_element(root)
    for element in [root, *root.iter("testsuite")]:
        problems += junit_counts(element)
    if not list(root.iter("testcase")):
        problems.append("there is no case")
    return problems


COMMAND = re.compile(r"::(error|warning|notice)( [a-zA-Z]+=[^,:\r\n]*(?:,[a-zA-Z]+=[^,:\r\n]*)*)?::(.*)")
PROPERTIES = {"file", "line", "endLine", "col", "endColumn", "title"}
ESCAPE = re.compile(r"%(?!25|0D|0A|3A|2C)")


def github(text):
    problems = []
    for line in text.splitlines():
        match = COMMAND.fullmatch(line)
        if not match:
            problems.append(f"is no command: {line[:60]}")
            continue
        for pair in filter(None, (match.group(2) or "").strip().split(",")):
            name, value = pair.split("=", 1)
            if name not in PROPERTIES:
                problems.append(f"unknown property {name}")
            if name == "line" and not value.isdigit():
                problems.append(f"line is {value}")
        if ESCAPE.search(line):
            problems.append("a % is not escaped")
    return problems


def github_output(text):
    """The line result=... that autograding-grading-reporter decodes."""
    lines = text.splitlines()
    if len(lines) != 1 or not lines[0].startswith("result="):
        return ["is not one line result=..."]
    try:
        decoded = base64.b64decode(lines[0].removeprefix("result="), validate=True)
    except ValueError as error:
        return [f"is no base64: {error}"]
    whole, problems = parse_json(decoded)
    if problems:
        return problems
    if whole.get("status") not in ("pass", "fail", "error") or whole.get("version") != 1:
        problems.append("status or version is wrong")
    if not isinstance(whole.get("max_score"), NUMBER) or not whole.get("tests"):
        problems.append("max_score or tests is not there")
    for test in whole.get("tests") or []:
        if test.get("status") not in ("pass", "fail", "error") or not test.get("name"):
            problems.append(f"a test has no status or name: {test}")
    return problems


def autolab(text):
    lines = text.splitlines()
    if len(lines) < 2 or not text.endswith("\n"):
        return ["is not two lines at least"]
    scores, problems = parse_json(lines[-1])
    if problems:
        return problems
    if not isinstance(scores, dict) or set(scores) - {"scores", "scoreboard"} or not scores.get("scores"):
        return ["the last line is not {\"scores\": {...}}"]
    problems += [f"the score of {name} is no number" for name, score in scores["scores"].items()
                 if not isinstance(score, NUMBER) or isinstance(score, bool)]
    feedback, wrong = parse_json(lines[-2])
    if wrong or feedback.get("_presentation") != "semantic":
        return problems + ["the line before the last is no semantic feedback"]
    for stage in feedback.get("stages", []):
        for name, row in feedback.get(stage, {}).items():
            if not isinstance(row.get("passed"), bool):
                problems.append(f"{stage}: {name} neither passed nor not")
    if set(feedback.get("stages", [])) != set(feedback) - {"_presentation", "stages"}:
        problems.append("stages and their tables do not match")
    return problems
