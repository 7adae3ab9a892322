// Where a learner works: work/NN-topic/ holds their copy of the exercise's sources, and nothing
// else. The copy is the library's source with the exercise's region emptied; so what they write has
// the same place, the same includes and the same neighbours as the library's own.
//
// Work is never lost: begin() does not touch what is there, reset() first puts it aside.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lessons/course/lesson.hh"

namespace waymark::course {

class Workspace {
  public:
    // `root` is the checkout, `work` where the learner's folders are.
    Workspace(std::filesystem::path root, std::filesystem::path work)
        : root_(std::move(root)), work_(std::move(work)) {}

    const std::filesystem::path& root() const { return root_; }
    // For what is built and may be deleted at any time; git does not see it.
    std::filesystem::path built(const Lesson& lesson) const {
        return work_ / ".built" / lesson.name;
    }
    std::filesystem::path folder(const Lesson& lesson) const;
    // The learner's file for "daemon/children.cc".
    std::filesystem::path file(const Lesson& lesson, const std::string& source) const;
    bool begun(const Lesson& lesson) const;

    // Writes the starter for every source that is not there yet; gives those written. Throws
    // std::system_error, daemon::UsageError (the lesson's files do not fit together).
    std::vector<std::filesystem::path> begin(const Lesson& lesson) const;

    // Puts the present files aside as NAME.1, NAME.2 and so on, and begins again; gives where they
    // are.
    std::vector<std::filesystem::path> reset(const Lesson& lesson) const;

    // The library's source as it is, with `body` in the exercise's region, and with the starter
    // there.
    std::string source_text(const std::string& source) const;
    std::string text_with(const Lesson& lesson, const std::string& source,
                          const std::string& body) const;
    std::string starter_text(const Lesson& lesson, const std::string& source) const;
    // The region itself, for `waymark solution`.
    std::string solution(const Lesson& lesson, const std::string& source) const;

  private:
    std::filesystem::path root_;
    std::filesystem::path work_;
};

// Why a learner's file is not even given to a compiler: "is a pipe". Empty if it may be.
std::string fault_of_work(const std::filesystem::path& file);

// Whole files. Throw std::system_error that names the file; read_file also daemon::UsageError for
// what is there and is no ordinary file. write_file replaces the file by rename,
// so that an editor or a watcher never sees half of it.
std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace waymark::course
