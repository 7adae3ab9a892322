// How a process looks from outside: what /proc says of it (proc(5)).

#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace waymark::course::check {

// From /proc/PID/stat.
struct Relations {
    pid_t parent = 0;
    pid_t session = 0;
    int terminal = 0;  // its device number; 0 for none
};
Relations relations_of(pid_t pid);

// The path behind a descriptor of a process, or empty if it has no such descriptor.
std::string file_of(pid_t pid, int number);
// What it was opened with: O_RDONLY, O_CLOEXEC and so on; -1 if it has no such descriptor.
int flags_of(pid_t pid, int number);
std::vector<int> descriptors_of(pid_t pid);
std::string folder_of(pid_t pid);

// For messages: "1 2 3".
std::string show(const std::vector<int>& numbers);

}  // namespace waymark::course::check
