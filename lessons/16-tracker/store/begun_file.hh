// A file that is written under another name beside its own, and gets its own at its end: so nobody
// takes a part for the whole, and whoever fails on the way leaves what was there before. Others
// cannot read it, for it says where somebody was.
//
// Two programs that begin one file at once (a backup each hour, and one that takes two) would make
// one file of both. So whoever writes it holds a lock (flock(2)), and the second is refused.

#pragma once

#include <string>

#include "daemon/fd.hh"

namespace waymark::tracker {

enum class IfThere { refuse, replace };

class BegunFile {
  public:
    // Begins `path` as `path` + `ending`, empty and with mode 0600; what a program that was killed
    // has left there is used again. Throws UsageError if another program writes it, and for what is
    // there and is not a file of this user alone (a symbolic link, a second name);
    // std::system_error.
    BegunFile(std::string path, std::string_view ending);
    BegunFile(const BegunFile&) = delete;
    BegunFile& operator=(const BegunFile&) = delete;
    // Removes what did not get its name.
    ~BegunFile();

    // The name until the end.
    const std::string& begun() const { return begun_; }
    int fd() const { return file_.get(); }
    // Brings it to the disk and gives it its name. False, and nothing is changed, if there is one
    // of that name and it must not be replaced. Throws std::system_error.
    bool end(IfThere if_there);

  private:
    std::string path_;
    std::string begun_;
    daemon::Fd file_;
    bool has_name_ = false;
};

}  // namespace waymark::tracker
