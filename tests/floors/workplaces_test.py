"""What the places to work name is there; shown to reject what is not. Argument: the root of the tree."""

import pathlib
import shutil
import sys
import tempfile
import unittest

import driver
import workplaces

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()
WORKFLOW = "lessons/course/handout/.gitlab-ci.yml"


class WorkplacesTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = pathlib.Path(temporary.name)
        for name in workplaces.PLACES + ["waymark", "lessons/course/course.sh", "lessons/course/packages.sh"]:
            if (ROOT / name).exists():  # a learner's copy has some of them elsewhere
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, self.root / name)

    def problem_with(self, name, before, after):
        """What is said when `before` is replaced in a file, beyond what was said without."""
        known = workplaces.check(self.root)[0]
        file = self.root / name
        text = file.read_text(encoding="utf-8")
        self.assertIn(before, text)
        file.write_text(text.replace(before, after), encoding="utf-8")
        said = [problem for problem in workplaces.check(self.root)[0] if problem not in known]
        file.write_text(text, encoding="utf-8")
        return "\n".join(said)

    def test_this_tree_names_what_is_there(self):
        problems, calls = workplaces.check(ROOT)
        print(f"workplaces: looked at {calls} calls of ./waymark")
        self.assertGreater(calls, 0)
        self.assertEqual("\n".join(problems), "")

    def test_an_unknown_word_or_set_is_found(self):
        place = workplaces.DEVCONTAINER
        self.assertEqual(self.problem_with(place, "./waymark packages course", "./waymark fetch course"),
                         f"{place}: there is no word './waymark fetch'")
        self.assertIn("there is no set 'caurse' of packages",
                      self.problem_with(place, "packages course", "packages caurse"))

    def test_what_devcontainer_json_does_not_know_is_found(self):
        place = workplaces.DEVCONTAINER
        for before, after, words in (('"capAdd"', '"capadd"', "the key 'capadd' is unknown"),
                                     ('"Dockerfile"', '"Dockerfiel"', "Dockerfiel is not there"),
                                     ('"learner"', '"teacher"', "makes no user teacher"),
                                     ('"init": true,', '"init": true', "Expecting ',' delimiter")):
            with self.subTest(words):
                self.assertIn(words, self.problem_with(place, before, after))

    @unittest.skipUnless((ROOT / WORKFLOW).exists(), "this is a handed-out copy")
    def test_another_debian_is_found(self):
        self.assertEqual(self.problem_with(WORKFLOW, "debian:trixie", "debian:sid"),
                         f"not one Debian: {WORKFLOW} has debian:sid, .devcontainer/Dockerfile has debian:trixie")


if __name__ == "__main__":
    driver.main()
