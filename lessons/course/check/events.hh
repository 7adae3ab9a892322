// What a check tells the runner (runner_line.hh): one event a line, as a JSON object of strings,
// written in one go so that lines of several processes cannot mix. Where no runner listens the
// events are printed for people. Only the check's own library uses this file.

#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::course::check {

class Event {
  public:
    explicit Event(std::string_view kind) { set("event", kind); }
    Event& set(std::string_view key, std::string_view value) {
        values_.emplace_back(key, value);
        return *this;
    }
    std::string as_json() const;
    std::string in_words() const;

  private:
    std::string value(std::string_view key) const;
    std::vector<std::pair<std::string, std::string>> values_;
};

void send_event(const Event& event);

// The process that runs the case.
pid_t case_pid();
void set_case_pid(pid_t pid);

}  // namespace waymark::course::check
