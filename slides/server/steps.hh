// What is wrong with the steps of code on slides. They are marked in the source, and the note
// below the slide says what each of them shows; so the two are held against each other.

#pragma once

#include <set>
#include <string>
#include <vector>

#include "slides/server/deck.hh"
#include "slides/server/project_files.hh"

namespace waymark::slides {

// The steps of which a note speaks: "Step 1", "step 2 and 3", "Steps 1, 2 and 4".
std::set<unsigned> steps_in(const std::string& notes);

// One line each: a step of which the note does not speak ("Step 2"), one of which it speaks and
// that no line is marked with, a number that is left out, a line named by its number. Code that is
// gone is not told here, and silences what depends on it.
std::vector<std::string> faults_of_steps(const Slide& slide, ProjectFiles& files);

// Marks behind lines of sources that none of `shown` has on a slide, one line each.
std::vector<std::string> stray_marks(const std::vector<CodeReference>& shown, ProjectFiles& files);

}  // namespace waymark::slides
