#include "lessons/course/scaffold_texts.hh"

namespace waymark::course {

const std::string_view kNewReadme =
    R"(# {number} {title}: <write: the question>

<write: who asks it, and why>

## The wrong way: <write: what one tries first>

<write: what it looks like when it fails, with the output of a demo>

## The right way: <write: in a few words>

<write: the cure, why it works, what the man pages and standards say>

## Where the tracker uses it

<write: links to the files>

## The exercise

<write: what to write, in which file, what is given, the contract> `./waymark begin {number}`, then
`./waymark check {number}`.

## Misconceptions

<write: a section ### for each misconception that the check names>

## Further reading

<write: pages of the manual, standards, books>

## Three questions

<write: three questions, each with its answer in details and summary>
)";

const std::string_view kNewExerciseReadme =
    R"(# {number} {title}: <write: the question>

## The exercise

<write: what to write, in which file, what is given, the contract> `./waymark begin {number}`, then
`./waymark check {number}`.

## Misconceptions

<write: a section ### for each misconception that the check names>
)";

const std::string_view kNewManifest =
    R"({{
  "title": "{title}",
{kind}  "question": "",
  "minutes": {{"text": 0, "demos": 0, "exercise": 0}},
  "sources": [{sources}],
  "sanitizer": "address",
  "demos": [],
  "hints": []
}}
)";

const std::string_view kNewCheck =
    R"(// The check of lesson {number}. <write: what it looks at, in which order>

#include <doctest/doctest.h>

#include "lessons/course/check/story.hh"

// <write: one Advice for each misconception, then the cases, from simple to hard>
)";

const std::string_view kNewMeson =
    R"(# Lesson {number}: <write: the question>
foreach demo : []
  lesson_demos += executable(demo, demo + '.cpp', dependencies: daemon)
endforeach
lesson_checks += {{'{name}': executable('check', 'check.cpp', dependencies: lesson_check,
  override_options: check_build, build_by_default: false)}}
)";

const std::string_view kNewStarter =
    "// <write: what is to be written, each function with its contract and an empty body>\n";

const std::string_view kNewDeck =
    R"(# {title}

<write: the question>

Note:
<write: ten to twenty slides and what is said to each; slides/README.md>
)";

const std::string_view kNewMutant =
    R"(// source: {source}
// misconception: <write: the name of an Advice in the check>
// says: <write: words of the verdict>
// case: <write: the case that says them>
@@
-<write: lines of the solution, as they stand in the region>
+<write: the mistake, in their place>
)";

const std::string_view kNewRight =
    R"(// source: {source}
// why it is right: <write: what is odd about it, and why the contract allows it>
@@
-<write: lines of the solution, as they stand in the region>
+<write: another way, in their place>
)";

}  // namespace waymark::course
