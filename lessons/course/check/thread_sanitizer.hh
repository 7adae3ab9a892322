// What the thread sanitizer is told not to report, in every test program. To be included once, by
// the file with the main function.
//
// std::future gives an exception to one thread, and the last of the two that holds it frees it.
// That is ordered by a counter inside libstdc++.so, which is compiled without the sanitizer: it
// sees the use in one thread and the free in the other and nothing between them. Only the
// destructor of a future's result is excused. See "Data Race Hunting" in
// https://gcc.gnu.org/onlinedocs/libstdc++/manual/debug.html and the "race" suppressions of
// https://github.com/google/sanitizers/wiki/ThreadSanitizerSuppressions.

#pragma once

extern "C" const char* __tsan_default_suppressions() {
    return "race:std::__future_base::_Result<*>::~_Result\n";
}
