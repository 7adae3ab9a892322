// doctest's own main, by itself: it is the file that takes longest to compile, and never changes.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
