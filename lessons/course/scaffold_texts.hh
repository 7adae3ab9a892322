// What stands in the files of a new lesson (scaffold.hh). {number}, {name}, {title}, {sources},
// {source} and {kind} are filled in; <write: ...> is for the author, and the lint finds it.

#pragma once

#include <string_view>

namespace waymark::course {

extern const std::string_view kNewReadme;
extern const std::string_view kNewExerciseReadme;  // of a lesson that is an exercise only
extern const std::string_view kNewManifest;
extern const std::string_view kNewCheck;
extern const std::string_view kNewMeson;
extern const std::string_view kNewStarter;
extern const std::string_view kNewDeck;
extern const std::string_view kNewMutant;
extern const std::string_view kNewRight;

}  // namespace waymark::course
