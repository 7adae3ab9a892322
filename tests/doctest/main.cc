// The main function of every module's test program. It stands alone because it is the slow part of
// doctest to compile (4 s against 1 s for a file of tests).

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "lessons/course/check/thread_sanitizer.hh"
