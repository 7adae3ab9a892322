"""The links of the documents lead to files; shown to reject one that does not.
Argument: the root of the tree."""

import pathlib
import sys
import tempfile
import unittest

import documents
import driver

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()


class DocumentsTest(unittest.TestCase):
    def test_a_link_to_nothing_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "there.cc").touch()
            pathlib.Path(folder, "README.md").write_text(
                "[a](there.cc) [b](https://example.org/) [c](gone.cc)\n")
            self.assertEqual(documents.check(folder), (["README.md: gone.cc is not there"], 2))

    def test_the_links_of_this_tree_lead_somewhere(self):
        problems, followed = documents.check(ROOT)
        print(f"documents: followed {followed} links")
        self.assertGreater(followed, 20)
        self.assertEqual("\n".join(problems), "")


if __name__ == "__main__":
    driver.main()
