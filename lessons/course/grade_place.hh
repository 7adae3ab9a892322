// Which of the files that were handed in a case is about, and where in it. A collector shows a
// failure at a line of a file, so each has both: those that the report or the compiler names, else
// the file that the case looks at and the line where the exercise begins there.

#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "lessons/course/lesson.hh"

namespace waymark::course {

struct FileLine {
    std::string file;  // as it is told to people
    int line = 0;
};

class CasePlaces {
  public:
    // `files`: library source -> what was handed in for it. Files below `root` are named from
    // there.
    CasePlaces(const Lesson& lesson, std::filesystem::path root,
               const std::map<std::string, std::filesystem::path>& files)
        : lesson_(lesson), root_(std::move(root)), files_(files) {}

    // A lesson of several sources has a check of several files: what stands in check_pidfile.cpp is
    // about pidfile.cc, all else about the first source.
    FileLine of_case(const std::string& name) const;
    // The same, if none of the files is named in `words` with a line: "pidfile.cc:41, in f()".
    FileLine named_in(const std::string& words, const std::string& name) const;
    // For words that are about no case, the compiler's or linker's: the file that is named in them,
    // or whose starter has the function that nothing defines.
    FileLine named_by_compiler(const std::string& words) const;
    // Where the files were put is nobody's business and too long to read.
    std::string without_folders(std::string words) const;

  private:
    FileLine beginning_of(const std::string& source) const;
    std::string shown(const std::filesystem::path& file) const;

    const Lesson& lesson_;
    std::filesystem::path root_;
    const std::map<std::string, std::filesystem::path>& files_;
};

}  // namespace waymark::course
