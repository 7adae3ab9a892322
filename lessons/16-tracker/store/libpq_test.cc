#include "store/libpq.hh"

#include <dlfcn.h>
#include <doctest/doctest.h>

#include <string>

#include "daemon/error.hh"

using namespace waymark;
using namespace waymark::tracker;

namespace {

bool is_loaded() {
    void* const library = ::dlopen("libpq.so.5", RTLD_NOW | RTLD_NOLOAD);
    if (library != nullptr) ::dlclose(library);
    return library != nullptr;
}

}  // namespace

TEST_CASE("the library comes with the first call, and each function is its own") {
    CHECK_FALSE(is_loaded());
    CHECK(libpq::PQstatus(nullptr) == CONNECTION_BAD);  // what libpq says of no connection
    CHECK(is_loaded());
    CHECK(libpq::PQntuples(nullptr) == 0);
    CHECK(std::string(libpq::PQresultErrorMessage(nullptr)).empty());
    CHECK(libpq::PQtransactionStatus(nullptr) == PQTRANS_UNKNOWN);
}

TEST_CASE("a function that it does not have is told, with the cure") {
    CHECK_THROWS_WITH_AS(libpq::find_function("PQfromALaterVersion"),
                         "libpq.so.5 has no function PQfromALaterVersion: install a newer libpq",
                         daemon::UsageError);
}
