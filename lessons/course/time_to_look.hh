// Time to look at what a demo has made. A demo about processes is over in a twentieth of a second;
// with a number as an argument each of its pictures stays for that many seconds, for `ps -ef` in a
// second terminal. On a slide each is a step that stays until Next. Nothing depends on it.

#pragma once

#include <chrono>
#include <cstdlib>
#include <thread>

#include "lessons/course/end_step.hh"

namespace waymark::demo {

class TimeToLook {
  public:
    // The argument in `place`, "0.5" for half a second; no time if it is not there.
    TimeToLook(int argument_count, char** arguments, int place = 1)
        : seconds_(argument_count > place ? std::atof(arguments[place]) : 0) {}

    void operator()() const {
        if (!end_step()) std::this_thread::sleep_for(seconds_);
    }

  private:
    std::chrono::duration<double> seconds_;
};

}  // namespace waymark::demo
