// From a learner's file to a program that can be run, in about a second. Everything that does not
// depend on the file is built ahead by ninja: the library, the check, and a precompiled prelude of
// the standard headers that the source includes. Then one file is compiled, with the very flags
// that the library's own is compiled with, and linked with the check and the rest of the library.
// The instances of templates come from the library's own object where that has them all.
//
// The flags are asked from ninja ("ninja -t commands"), so they are written down in one place only.

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "daemon/fd.hh"
#include "lessons/course/lesson.hh"

namespace waymark::course {

struct Compiled {
    bool success;
    std::vector<std::string> problems;  // what compiler or linker said, first lines only
    bool anew = false;                  // a file has changed since it was compiled last
    bool not_linked = false;            // it was compiled, and names are missing or there twice
    bool only_warnings() const { return success && !problems.empty(); }
};

class Toolchain {
  public:
    // `build` is a Meson folder with the lesson's sanitizer. `scratch` is where the program is put;
    // made if it is not there. Paths are absolute.
    Toolchain(std::filesystem::path build, std::filesystem::path scratch)
        : build_(std::move(build)), scratch_(std::move(scratch)), preludes_(scratch_) {}

    // The same with another place for the program, for many files that have nothing to do with each
    // other. What is known of the commands, and the preludes, are shared.
    Toolchain beside(std::filesystem::path scratch) const;

    // Brings the check and the library up to date. Throws daemon::UsageError with ninja's words if
    // they do not build: then it is not the learner's file that is wrong.
    void build_ahead(const Lesson& lesson) const;

    // Until what is returned is closed nobody else claims this scratch: a check and a watch of the
    // same lesson would write and run the same program. Waits for whoever does, and says so.
    daemon::Fd claim(const Lesson& lesson) const;

    // Does what the first compile() would do and the others need not: asks for the commands,
    // precompiles the preludes, takes out the instances of templates. For who is about to copy
    // this.
    void prepare(const Lesson& lesson) const;

    // Compiles `files` (library source -> the file in its place) and links them with the check.
    Compiled compile(const Lesson& lesson,
                     const std::map<std::string, std::filesystem::path>& files) const;

    std::filesystem::path program(const Lesson& lesson) const;

    // The same for any program of the build folder, by the name that ninja knows it by. It must be
    // built, and is left as it is; the one with the learner's files in it is put at `program`.
    Compiled link(const std::string& target, const std::filesystem::path& program,
                  const std::map<std::string, std::filesystem::path>& files) const;
    // The check linked with the library alone: build_ahead() makes it.
    std::filesystem::path check_without_learner(const Lesson& lesson) const;

  private:
    // Those of the library's object, or the file's own (template_instances.hh).
    enum class Instances { shared, own };

    void ask_commands(const std::vector<std::string>& targets) const;
    std::vector<std::string> last_command(const std::string& target) const;
    std::vector<std::string> compile_command(const std::string& source,
                                             const std::filesystem::path& file,
                                             const std::filesystem::path& object) const;
    Compiled compile_one(const std::string& source, const std::filesystem::path& file,
                         const std::filesystem::path& object, Instances instances) const;
    Compiled link_with(Instances instances, const std::string& target,
                       const std::filesystem::path& program,
                       const std::map<std::string, std::filesystem::path>& files) const;
    std::filesystem::path own_source(const std::string& source) const;
    std::filesystem::path instances_of(const std::string& source) const;
    std::filesystem::path object_made(const std::string& source, Instances instances) const;
    std::filesystem::path prelude(const std::string& source) const;
    std::filesystem::path rest_of(const std::filesystem::path& library,
                                  const std::vector<std::string>& without) const;

    std::filesystem::path build_;
    std::filesystem::path scratch_;
    std::filesystem::path preludes_;
    bool remembers_ = true;  // that the last file of the lesson had to be compiled whole
    // Ninja reads a megabyte before it answers, so it is asked once, for all targets together.
    mutable std::map<std::string, std::vector<std::string>> commands_;
};

}  // namespace waymark::course
