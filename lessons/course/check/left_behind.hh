// What a case holds at its end that it did not hold at its beginning: descriptors and threads of
// the process that ran it. (Processes and files are looked for by the runner, which outlives the
// case.)
//
// A thread that was told to end may need a moment; it gets a second.

#pragma once

#include <map>
#include <string>
#include <vector>

namespace waymark::course::check {

class LeftBehind {
  public:
    struct Thing {
        std::string kind;  // "descriptor" or "thread"
        std::string what;  // "7: pipe:[4711]"
    };

    void start();
    std::vector<Thing> look() const;

  private:
    std::map<int, std::string> descriptors_;
    std::size_t threads_ = 0;
};

}  // namespace waymark::course::check
