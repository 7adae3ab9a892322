// Where a call goes that a check has a function of the same name in front of.

#pragma once

#include <dlfcn.h>

namespace waymark::course::check {

// Where it would have gone without the check's: the sanitizer's, or the C library's (RTLD_NEXT of
// dlsym(3)). Null for a name that neither has.
template <typename Function>
Function* real_call(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace waymark::course::check
