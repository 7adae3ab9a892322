#include "daemon/error.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>

#include "daemon/quiet_write.hh"

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

namespace {

void append_shown(std::string& line, std::string_view text) {
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if ((byte < 0x20 && letter != '\n' && letter != '\t') || byte == 0x7f)
            fmt::format_to(std::back_inserter(line), "\\x{:02x}", byte);
        else
            line.push_back(letter);
    }
}

}  // namespace

void print_error(std::string_view who, std::string_view message) noexcept {
    try {
        std::string line;
        append_shown(line, who);
        line += ": ";
        append_shown(line, message);
        line.push_back('\n');
        write_quietly(STDERR_FILENO, line);
    } catch (...) {  // no memory for a long one
        write_quietly(STDERR_FILENO, message);
    }
}

int run_main(std::string_view program, const std::function<int()>& body) {
    try {
        return body();
    } catch (const UsageError& error) {
        print_error(program, error.what());
        return kExitUsage;
    } catch (...) {
        print_error(program, message_of(std::current_exception()));
        return kExitSystem;
    }
}

}  // namespace waymark::daemon
