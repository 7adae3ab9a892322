// The commands of the course, one function each; main.cc reads the command line for them. Each
// gives the exit code: 0 all is well, 1 a check did not pass. What cannot be done is thrown
// (daemon::UsageError, std::system_error) and printed by main.

#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "lessons/course/course.hh"

namespace waymark::course {

int list(const Course& course, bool json);
int begin(const Course& course, const std::string& lesson);
int check(const Course& course, const std::string& lesson, bool json);
// The same. `is_enough` is asked after each case; once it says yes, no verdict is told or noted, and
// there is no exit code.
std::optional<int> check_until(const Course& course, const Lesson& lesson,
                               const std::function<bool()>& is_enough, bool json = false);
int check_begun(const Course& course);  // every lesson that was begun; all is well if none was
int watch(const Course& course, const std::string& lesson);
int hint(const Course& course, const std::string& lesson, int tier);  // 0: the next one
int solution(const Course& course, const std::string& lesson, bool anyway);
int reset(const Course& course, const std::string& lesson);
int demo(const Course& course, const std::string& name);  // "01/1" or "01/zombies"; "01" lists them
// `built`: the check is up to date, and ninja must not be asked: it may be running already.
int prove(const Course& course, const std::string& lesson, bool built);

}  // namespace waymark::course
