#include "store/libpq.hh"

#include <dlfcn.h>
#include <fmt/format.h>

#include "daemon/error.hh"

namespace waymark::tracker::libpq {

namespace {

constexpr const char* kLibrary = "libpq.so.5";

void* load() {
    if (void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL)) return library;
    throw daemon::UsageError(fmt::format(
        "a store on PostgreSQL needs the library libpq, which cannot be loaded ({}): on Debian, "
        "install the package libpq5",
        ::dlerror()));
}

}  // namespace

void* find_function(const char* name) {
    static void* const library = load();  // never closed: it may have threads and handlers
    if (void* const function = ::dlsym(library, name)) return function;
    throw daemon::UsageError(
        fmt::format("{} has no function {}: install a newer libpq", kLibrary, name));
}

}  // namespace waymark::tracker::libpq
