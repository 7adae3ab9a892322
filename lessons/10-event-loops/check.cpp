// The check of lesson 10. <write: what it looks at, in which order>

#include <doctest/doctest.h>

#include "lessons/course/check/story.hh"

// <write: one Advice for each misconception, then the cases, from simple to hard>
