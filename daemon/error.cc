#include "daemon/error.hh"

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>

namespace waymark::daemon {

void fail(int error_number, std::string_view call, std::string_view object) {
    const std::string place =
        object.empty() ? std::string(call) : fmt::format("{} {}", call, object);
    throw std::system_error(error_number, std::generic_category(), place);
}

int check(int result, std::string_view call, std::string_view object) {
    if (result == -1) fail(errno, call, object);
    return result;
}

long check(long result, std::string_view call, std::string_view object) {
    if (result == -1) fail(errno, call, object);
    return result;
}

std::string error_text(int error_number) {
    return std::generic_category().message(error_number);
}

std::string message_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "something was thrown that is no std::exception";
    }
}

int run_main(std::string_view program, const std::function<int()>& body) {
    try {
        return body();
    } catch (const UsageError& error) {
        fmt::print(stderr, "{}: {}\n", program, error.what());
        return kExitUsage;
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}: {}\n", program, error.what());
        return kExitSystem;
    }
}

}  // namespace waymark::daemon
