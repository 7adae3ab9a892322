// What a function can change in its process besides what it was asked for: the signal mask and what
// signals do, the folder, the umask, the environment, timers, limits, what the descriptors 0 to 2
// are. Who empties the mask "to be safe" breaks a program that is not his, long after.
//
// A change that puts a thing to its default is not seen where it was there before. So a case begins
// in surroundings that are a little unusual: one signal blocked, one ignored, one handled, a
// variable more. They are real-time signals that nobody here sends.

#pragma once

#include <csignal>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace waymark::course::check {

class Surroundings {
  public:
    // Makes the calling process unusual, and remembers what there is.
    void start();

    // What is another way now, in words: "SIGHUP is ignored, and was at its default". In the order
    // of the names of things.
    std::vector<std::string> changed() const;

  private:
    std::map<std::string, std::string> before_;
};

// For a case that itself changes what these signals do: puts them back at its end.
class SignalsAsFound {
  public:
    explicit SignalsAsFound(std::initializer_list<int> signals);
    SignalsAsFound(const SignalsAsFound&) = delete;
    SignalsAsFound& operator=(const SignalsAsFound&) = delete;
    ~SignalsAsFound();

  private:
    std::map<int, struct sigaction> found_;
};

}  // namespace waymark::course::check
